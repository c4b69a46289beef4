// Invariants:
//   1. Every job is taken once; a job that was begun ends as exactly one of: finished, crash, hang,
//      or given up because the campaign ends early.
//   2. A worker's pipe is read to its end before its death is judged, so no report is lost.
#include "sim/explore/campaign.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <tuple>

#include "sim/core/check.h"
#include "sim/explore/channel.h"
#include "sim/explore/expectation.h"
#include "sim/explore/worker.h"

namespace seedbed {
namespace {

using WallClock = std::chrono::steady_clock;

// A worker, as its parent sees it.
struct Worker {
  pid_t pid = 0;
  int pipe = -1;
  int output = -1;  // what it prints
  std::optional<Inbox> inbox;
  std::optional<uint64_t> job;
  WallClock::time_point begun;
  bool hangs = false;
};

class Campaign {
 public:
  explicit Campaign(const CampaignOptions& options) : options_(options) {
    void* memory = mmap(nullptr, sizeof(SharedState), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    shared_ = new (memory) SharedState;
    result_.planned = job_count(options);
    result_.scenarios.resize(options.scenarios.size());
  }
  ~Campaign() { munmap(shared_, sizeof(SharedState)); }

  CampaignResult run() {
    const uint64_t count = std::min<uint64_t>(options_.workers, result_.planned);
    workers_.resize(count);
    for (Worker& worker : workers_) start(worker);
    while (std::any_of(workers_.begin(), workers_.end(), [](auto& w) { return w.pid != 0; })) {
      wait_for_reports();
      look_at_clocks();
      look_at_the_user();
      if (options_.progress) options_.progress(result_);
    }
    return conclude();
  }

 private:
  void start(Worker& worker);
  [[noreturn]] void become_worker(const Worker& worker, int pipe);
  void wait_for_reports();
  void take_reports(Worker& worker);
  void record(const explore::Report& report);
  void record_finding(Finding finding, bool says_nothing);
  void bury(Worker& worker);
  void record_death(const Worker& worker, int status);
  void look_at_clocks();
  void look_at_the_user();
  void give_up();
  CampaignResult conclude();

  const CampaignOptions& options_;
  SharedState* shared_;
  std::vector<Worker> workers_;
  CampaignResult result_;
  WallClock::time_point begin_ = WallClock::now();
  bool giving_up_ = false;  // workers are being ended; what they still say counts,
  bool enough_ = false;     // unless the first finding was all that was wanted
};

void add(const google::protobuf::RepeatedPtrField<explore::Count>& counts, Tally* tally) {
  for (const explore::Count& count : counts) {
    const auto known = std::find_if(tally->begin(), tally->end(),
                                    [&](const auto& entry) { return entry.first == count.name(); });
    if (known == tally->end()) {
      tally->emplace_back(count.name(), count.count());
    } else {
      known->second += count.count();
    }
  }
}

// The last line of what a worker has printed.
std::string last_line(int output) {
  constexpr off_t kEnough = 1000;
  const off_t size = lseek(output, 0, SEEK_END);
  const off_t begin = std::max<off_t>(0, size - kEnough);
  std::string text(static_cast<size_t>(size - begin), '\0');
  const ssize_t count = pread(output, text.data(), text.size(), begin);
  text.resize(count < 0 ? 0 : static_cast<size_t>(count));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

void Campaign::start(Worker& worker) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  worker = {.pipe = ends[0], .output = memfd_create("output", MFD_CLOEXEC)};
  CHECK(worker.output >= 0);
  worker.inbox.emplace(worker.pipe);
  worker.pid = fork();
  if (worker.pid == 0) become_worker(worker, ends[1]);
  close(ends[1]);
  if (worker.pid > 0) return;
  result_.failure = fmt::format("no worker could be started: {}", std::strerror(errno));
  close(worker.pipe);
  close(worker.output);
  worker = {};
  give_up();
}

void Campaign::become_worker(const Worker& self, int pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Ctrl-C reaches every process of the terminal; the parent decides what it means.
  signal(SIGINT, SIG_IGN);
  for (const int fatal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM}) {
    signal(fatal, SIG_DFL);
  }
  for (const Worker& other : workers_) {
    if (other.pipe >= 0) close(other.pipe);
  }
  dup2(self.output, STDOUT_FILENO);
  dup2(self.output, STDERR_FILENO);
  work(options_, *shared_, pipe);
}

void Campaign::wait_for_reports() {
  std::vector<pollfd> polled;
  std::vector<Worker*> owners;
  for (Worker& worker : workers_) {
    if (worker.pid == 0) continue;
    polled.push_back({.fd = worker.pipe, .events = POLLIN, .revents = 0});
    owners.push_back(&worker);
  }
  if (poll(polled.data(), polled.size(), 100) <= 0) return;
  for (size_t i = 0; i < polled.size(); ++i) {
    if (polled[i].revents != 0) take_reports(*owners[i]);
  }
}

void Campaign::take_reports(Worker& worker) {
  const bool open = worker.inbox->receive();
  explore::Report report;
  while (worker.inbox->next(&report)) {
    if (!report.failure().empty()) {
      result_.failure = report.failure();
      give_up();
    } else if (report.finished()) {
      worker.job.reset();
      record(report);
    } else {
      worker.job = report.job();
      worker.begun = WallClock::now();
    }
  }
  if (!open) bury(worker);
}

void Campaign::record(const explore::Report& report) {
  if (enough_) return;
  const Job job = job_of(options_, report.job());
  const auto verdict = static_cast<Verdict>(report.verdict());
  ++result_.runs;
  ++result_.verdicts[report.verdict()];
  result_.events += report.events();
  result_.core_time += std::chrono::nanoseconds(report.core_ns());
  ScenarioTotals& totals = result_.scenarios[job.scenario];
  ++totals.runs;
  add(report.faults(), &totals.faults);
  add(report.probes(), &totals.probes);
  if (report.run_twice()) ++result_.run_twice;
  if (!report.nondeterminism().empty()) {
    ++result_.nondeterministic;
    record_finding({.scenario = job.scenario,
                    .seed = job.seed,
                    .verdict = "nondeterminism",
                    .message = report.nondeterminism()},
                   false);
  }
  if (!report.expected_verdict()) {
    record_finding({.scenario = job.scenario,
                    .seed = job.seed,
                    .verdict = std::string(to_string(verdict)),
                    .check = report.check(),
                    .message = report.reason()},
                   verdict == Verdict::kInconclusive);
  } else if (report.unreached_size() > 0) {
    record_finding(
        {.scenario = job.scenario,
         .seed = job.seed,
         .verdict = std::string(to_string(verdict)),
         .check = "required-probe",
         .message = fmt::format("every run must reach {}, and this one did not",
                                enumerate({report.unreached().begin(), report.unreached().end()}))},
        false);
  }
}

void Campaign::record_finding(Finding finding, bool says_nothing) {
  ++result_.unexpected;
  if (says_nothing) ++result_.inconclusive;
  result_.findings.push_back(std::move(finding));
  if (!options_.fail_fast) return;
  enough_ = true;
  give_up();
}

void Campaign::bury(Worker& worker) {
  int status = 0;
  while (waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
  }
  const bool in_a_run = worker.job.has_value();
  if (in_a_run && !giving_up_) record_death(worker, status);
  if (!in_a_run && !giving_up_ && !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
    result_.failure = fmt::format("a worker died between two runs: {}", last_line(worker.output));
    give_up();
  }
  close(worker.pipe);
  close(worker.output);
  worker = {};
  if (in_a_run && !giving_up_ && !shared_->stop.load()) start(worker);
}

void Campaign::record_death(const Worker& worker, int status) {
  const Job job = job_of(options_, *worker.job);
  Finding finding{.scenario = job.scenario, .seed = job.seed};
  if (worker.hangs) {
    finding.verdict = "hang";
    finding.message = fmt::format("the run was still going after {} s",  // by the clock on the wall
                                  std::chrono::duration<double>(options_.run_timeout).count());
    ++result_.hangs;
  } else {
    finding.verdict = "crash";
    const std::string said = last_line(worker.output);
    finding.message =
        WIFSIGNALED(status)
            ? fmt::format("the code under test crashed: {}", strsignal(WTERMSIG(status)))
            : fmt::format("the code under test left with exit({})", WEXITSTATUS(status));
    if (!said.empty()) finding.message += fmt::format("; its last line was: {}", said);
    ++result_.crashes;
  }
  ++result_.runs;
  ++result_.scenarios[job.scenario].runs;
  record_finding(std::move(finding), false);
}

void Campaign::look_at_clocks() {
  const auto now = WallClock::now();
  result_.elapsed = now - begin_;
  if (options_.time && now - begin_ >= *options_.time) shared_->stop.store(true);
  for (Worker& worker : workers_) {
    if (!worker.job || worker.hangs || now - worker.begun < options_.run_timeout) continue;
    worker.hangs = true;
    kill(worker.pid, SIGKILL);
  }
}

void Campaign::look_at_the_user() {
  if (giving_up_ || !options_.interrupted || !options_.interrupted()) return;
  result_.interrupted = true;
  give_up();
}

void Campaign::give_up() {
  giving_up_ = true;
  shared_->stop.store(true);
  for (const Worker& worker : workers_) {
    if (worker.pid > 0) kill(worker.pid, SIGKILL);
  }
}

CampaignResult Campaign::conclude() {
  result_.elapsed = WallClock::now() - begin_;
  std::sort(
      result_.findings.begin(), result_.findings.end(), [](const Finding& a, const Finding& b) {
        return std::tie(a.seed, a.scenario, a.verdict) < std::tie(b.seed, b.scenario, b.verdict);
      });
  const bool came_to_its_end = !giving_up_;
  for (size_t i = 0; came_to_its_end && i < options_.scenarios.size(); ++i) {
    for (std::string& sentence : missing_in(options_.scenarios[i], result_.scenarios[i])) {
      result_.missing.push_back(std::move(sentence));
    }
  }
  return std::move(result_);
}

}  // namespace

double CampaignResult::runs_per_core_second() const {
  const double seconds = std::chrono::duration<double>(core_time).count();
  return seconds == 0 ? 0 : static_cast<double>(runs - crashes - hangs) / seconds;
}

CampaignResult run_campaign(const CampaignOptions& options) {
  CHECK(!options.scenarios.empty() && options.workers > 0);
  return Campaign(options).run();
}

}  // namespace seedbed
