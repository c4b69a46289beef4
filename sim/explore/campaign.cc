// Invariants:
//   1. Every job is taken once; a job that was begun ends as exactly one of: finished, crash, hang,
//      or given up because the campaign ends early.
//   2. A worker's pipe is read to its end before its death is judged, so no report is lost.
//   3. A finding is on disk before anything else is read.
//   4. Whenever this process forks, the store is closed.
#include "sim/explore/campaign.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/fcntl.h>
#include <sys/mman.h>
#include <sys/poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
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
  std::optional<Ending> ended;  // hang or memory: the campaign has killed it for that
  uint64_t memory = 0;          // bytes it held then
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
    for (size_t i = 0; i < options_.kept.size(); ++i) count_before(i);
  }
  ~Campaign() { munmap(shared_, sizeof(SharedState)); }

  CampaignResult run() {
    const uint64_t left = result_.planned - result_.runs;
    const uint64_t count = std::min<uint64_t>(options_.workers, left);
    workers_.resize(count);
    for (Worker& worker : workers_) start(worker);
    while (std::any_of(workers_.begin(), workers_.end(), [](auto& w) { return w.pid != 0; })) {
      wait_for_reports();
      look_at_clocks();
      look_at_memory();
      look_at_the_user();
      keep_results();
      if (options_.progress) options_.progress(result_);
    }
    return conclude();
  }

 private:
  void start(Worker& worker);
  [[noreturn]] void become_worker(const Worker& worker, int pipe);
  void wait_for_reports();
  void take_reports(Worker& worker);
  void count_before(size_t scenario);
  void record(const explore::Report& report);
  void record(RunRecord run);
  void count(const CampaignFinding& finding);
  void keep_results();
  void bury(Worker& worker);
  void record_death(const Worker& worker, int status);
  void look_at_clocks();
  void look_at_memory();
  void look_at_the_user();
  void end(Worker& worker, Ending why);
  void give_up();
  CampaignResult conclude();

  const CampaignOptions& options_;
  SharedState* shared_;
  std::vector<Worker> workers_;
  CampaignResult result_;
  WallClock::time_point begin_ = WallClock::now();
  WallClock::time_point kept_ = begin_;
  WallClock::time_point memory_seen_ = begin_;
  bool giving_up_ = false;  // workers are being ended; what they still say counts,
  bool enough_ = false;     // unless the first finding was all that was wanted
};

Tally tally_of(const google::protobuf::RepeatedPtrField<explore::Count>& counts) {
  Tally tally;
  for (const explore::Count& count : counts) tally.emplace_back(count.name(), count.count());
  return tally;
}

// Bytes of memory that the process holds, as pages of RAM; 0 if it is gone.
uint64_t resident_memory(pid_t pid) {
  const int file = open(fmt::format("/proc/{}/statm", pid).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char text[128] = {};
  const ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  unsigned long long size = 0, resident = 0;
  if (count <= 0 || sscanf(text, "%llu %llu", &size, &resident) != 2) return 0;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
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
  if (options_.store != nullptr) options_.store->close();
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
  if (poll(polled.data(), polled.size(), 25) <= 0) return;
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

// What was run before counts as if it had been run now.
void Campaign::count_before(size_t scenario) {
  const Kept& kept = options_.kept[scenario];
  const uint64_t first = options_.first_seed;
  const uint64_t last = first + (options_.seeds - 1);
  for (size_t i = 0; i < kEndings; ++i) {
    result_.endings[static_cast<Ending>(i)] += kept.by_ending[i].count(first, last);
  }
  result_.runs = result_.runs_before = result_.endings.total();
  result_.scenarios[scenario] = kept.totals;
  for (const CampaignFinding& finding : kept.findings) {
    if (finding.seed >= first && finding.seed <= last) count(finding);
  }
}

void Campaign::record(const explore::Report& report) {
  const Job job = job_of(options_, report.job());
  RunRecord run{.scenario = job.scenario,
                .seed = job.seed,
                .ending = ending_of(static_cast<Verdict>(report.verdict())),
                .events = report.events(),
                .core_time = std::chrono::nanoseconds(report.core_ns()),
                .run_twice = report.run_twice(),
                .faults = tally_of(report.faults()),
                .probes = tally_of(report.probes())};
  CampaignFinding finding{.scenario = job.scenario,
                          .seed = job.seed,
                          .verdict = "nondeterminism",
                          .message = report.nondeterminism(),
                          .shape = shape_of_faults(run.faults),
                          .broken = {report.broken().begin(), report.broken().end()}};
  if (!finding.message.empty()) run.findings.push_back(finding);
  finding.verdict = to_string(run.ending);
  if (!report.expected_verdict()) {
    finding.check = report.check();
    finding.message = report.reason();
    run.findings.push_back(finding);
  } else if (report.unreached_size() > 0) {
    finding.check = "required-probe";
    finding.message =
        fmt::format("every run must reach {}, and this one did not",
                    enumerate({report.unreached().begin(), report.unreached().end()}));
    run.findings.push_back(finding);
  }
  const bool broke = std::any_of(
      options_.until_broken.begin(), options_.until_broken.end(), [&](const std::string& check) {
        return std::count(report.broken().begin(), report.broken().end(), check) > 0;
      });
  if (broke) {
    // Jobs are taken in order: whatever comes before this one is done, or is being done.
    result_.first_broken = std::min(result_.first_broken.value_or(UINT64_MAX), job.seed);
    shared_->stop.store(true);
  }
  record(std::move(run));
}

void Campaign::record(RunRecord run) {
  if (enough_) return;
  ++result_.runs;
  ++result_.endings[run.ending];
  result_.scenarios[run.scenario].add(run);
  for (const CampaignFinding& finding : run.findings) count(finding);
  const bool found = !run.findings.empty();
  if (options_.store != nullptr) options_.store->add(std::move(run));
  if (!found || !options_.fail_fast) return;
  enough_ = true;
  give_up();
}

void Campaign::count(const CampaignFinding& finding) {
  ++result_.unexpected;
  if (finding.verdict == "nondeterminism") ++result_.nondeterministic;
  if (finding.verdict == to_string(Verdict::kInconclusive)) ++result_.inconclusive;
  result_.findings.push_back(finding);
}

// Findings at once, everything else several times a second.
void Campaign::keep_results() {
  constexpr auto kPause = std::chrono::milliseconds(250);
  if (options_.store == nullptr || !result_.store_failure.empty()) return;
  const auto now = WallClock::now();
  if (now - kept_ < kPause && !options_.store->has_findings_to_commit()) return;
  std::vector<Store::Announced> running;
  for (const Worker& worker : workers_) {
    if (!worker.job) continue;
    const Job job = job_of(options_, *worker.job);
    running.push_back({.scenario = job.scenario, .seed = job.seed});
  }
  try {
    options_.store->commit(running);
  } catch (const StoreError& error) {
    result_.store_failure = error.what();
    give_up();
  }
  kept_ = WallClock::now();
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
  RunRecord run{
      .scenario = job.scenario, .seed = job.seed, .ending = worker.ended.value_or(Ending::kCrash)};
  CampaignFinding finding{
      .scenario = job.scenario, .seed = job.seed, .verdict = std::string(to_string(run.ending))};
  const std::string said = last_line(worker.output);
  if (run.ending == Ending::kHang) {
    finding.message = fmt::format("the run was still going after {} s",  // by the clock on the wall
                                  std::chrono::duration<double>(options_.run_timeout).count());
  } else if (run.ending == Ending::kMemory) {
    finding.message = fmt::format("the run held {} MiB of memory; {} are allowed",
                                  worker.memory >> 20, options_.run_memory >> 20);
  } else if (WIFSIGNALED(status)) {
    finding.message = fmt::format("the code under test crashed: {}", strsignal(WTERMSIG(status)));
  } else {
    finding.message = fmt::format("the code under test left with exit({})", WEXITSTATUS(status));
  }
  if (run.ending == Ending::kCrash && !said.empty()) {
    finding.message += fmt::format("; its last line was: {}", said);
  }
  run.findings.push_back(std::move(finding));
  record(std::move(run));
}

void Campaign::look_at_clocks() {
  const auto now = WallClock::now();
  result_.elapsed = now - begin_;
  if (options_.time && now - begin_ >= *options_.time) shared_->stop.store(true);
  for (Worker& worker : workers_) {
    if (!worker.job || worker.ended || now - worker.begun < options_.run_timeout) continue;
    end(worker, Ending::kHang);
  }
}

void Campaign::look_at_memory() {
  constexpr auto kPause = std::chrono::milliseconds(20);
  const auto now = WallClock::now();
  if (now - memory_seen_ < kPause) return;
  memory_seen_ = now;
  for (Worker& worker : workers_) {
    if (!worker.job || worker.ended) continue;
    worker.memory = resident_memory(worker.pid);
    if (worker.memory > options_.run_memory) end(worker, Ending::kMemory);
  }
}

void Campaign::end(Worker& worker, Ending why) {
  worker.ended = why;
  kill(worker.pid, SIGKILL);
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
  kept_ = {};
  keep_results();
  std::sort(result_.findings.begin(), result_.findings.end(),
            [](const CampaignFinding& a, const CampaignFinding& b) {
              return std::tie(a.seed, a.scenario, a.verdict) <
                     std::tie(b.seed, b.scenario, b.verdict);
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

ScenarioTotals CampaignResult::totals() const {
  ScenarioTotals all;
  for (const ScenarioTotals& one : scenarios) {
    all.endings.add(one.endings);
    all.run_twice += one.run_twice;
    all.events += one.events;
    all.core_time += one.core_time;
    for (const auto& [name, count] : one.faults) add_to(all.faults, name, count);
    for (const auto& [name, count] : one.fault_runs) add_to(all.fault_runs, name, count);
    for (const auto& [name, count] : one.probes) add_to(all.probes, name, count);
  }
  return all;
}

double CampaignResult::runs_per_core_second() const {
  const ScenarioTotals all = totals();
  const double seconds = std::chrono::duration<double>(all.core_time).count();
  const uint64_t timed = all.runs() - all.endings[Ending::kCrash] - all.endings[Ending::kHang] -
                         all.endings[Ending::kMemory];
  return seconds == 0 ? 0 : static_cast<double>(timed) / seconds;
}

CampaignResult run_campaign(const CampaignOptions& options) {
  CHECK(!options.scenarios.empty() && options.workers > 0 && options.seeds > 0);
  CHECK(options.kept.empty() || options.kept.size() == options.scenarios.size());
  return Campaign(options).run();
}

}  // namespace seedbed
