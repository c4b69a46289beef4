#include "sim/explore/worker.h"

#include <sys/fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <exception>
#include <string_view>

#include "sim/explore/channel.h"
#include "sim/explore/expectation.h"
#include "sim/explore/twice.h"
#include "sim/run/run.h"

namespace seedbed {
namespace {

uint64_t core_time_ns() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

// What the code under test has printed is of interest only if it dies of the current run.
void forget_output() {
  struct stat info {};
  if (fstat(STDERR_FILENO, &info) != 0 || info.st_size == 0) return;
  if (ftruncate(STDERR_FILENO, 0) == 0) lseek(STDERR_FILENO, 0, SEEK_SET);
}

void fill(const Tally& tally, google::protobuf::RepeatedPtrField<explore::Count>* counts) {
  for (const auto& [name, count] : tally) {
    explore::Count& entry = *counts->Add();
    entry.set_name(name);
    entry.set_count(count);
  }
}

explore::Report execute(Runner& runner, const CampaignOptions& options, const Job& job) {
  const Scenario& scenario = options.scenarios[job.scenario];
  explore::Report report;
  report.set_finished(true);
  const uint64_t begin = core_time_ns();
  const RunResult result = runner.run(scenario, job.seed);
  report.set_core_ns(core_time_ns() - begin);
  report.set_verdict(static_cast<uint32_t>(result.verdict));
  report.set_check(result.reason_check);
  report.set_reason(result.reason);
  report.set_events(result.events);
  const Judgement judgement = judge(scenario, result);
  report.set_expected_verdict(judgement.expected_verdict);
  for (const std::string& probe : judgement.unreached) report.add_unreached(probe);
  for (const CheckResult& check : result.checks) {
    const bool stuck = check.status == CheckStatus::kLiveness;
    if (stuck || check.status == CheckStatus::kViolation) report.add_broken(check.name);
  }
  fill(result.faults, report.mutable_faults());
  fill(result.probes, report.mutable_probes());
  // The first seed always, so that a short campaign compares something too.
  const bool first = job.seed == options.first_seed && options.twice_permille > 0;
  if (first || is_run_twice(job.seed, options.twice_permille)) {
    report.set_run_twice(true);
    report.set_nondeterminism(difference_when_run_again(runner, scenario, result));
  }
  return report;
}

bool was_run_before(const CampaignOptions& options, const Job& job) {
  return !options.kept.empty() && options.kept[job.scenario].seeds.contains(job.seed);
}

// If memory runs out on this machine, the one to go is a worker, whose seed is then a finding.
void volunteer() {
  const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  constexpr std::string_view kFirst = "1000";
  [[maybe_unused]] const ssize_t ignored = write(file, kFirst.data(), kFirst.size());
  close(file);
}

void work_until_done(const CampaignOptions& options, SharedState& shared, int pipe) {
  Runner runner;
  const uint64_t jobs = job_count(options);
  while (!shared.stop.load()) {
    const uint64_t number = shared.next_job.fetch_add(1);
    if (number >= jobs) return;
    const Job job = job_of(options, number);
    if (was_run_before(options, job)) continue;
    forget_output();
    explore::Report begun;
    begun.set_job(number);
    if (!send(pipe, begun)) return;
    explore::Report finished = execute(runner, options, job);
    finished.set_job(number);
    if (!send(pipe, finished)) return;
  }
}

}  // namespace

Job job_of(const CampaignOptions& options, uint64_t number) {
  return {.scenario = number % options.scenarios.size(),
          .seed = options.first_seed + number / options.scenarios.size()};
}

uint64_t job_count(const CampaignOptions& options) {
  const uint64_t scenarios = options.scenarios.size();
  return options.seeds > UINT64_MAX / scenarios ? UINT64_MAX : options.seeds * scenarios;
}

void work(const CampaignOptions& options, SharedState& shared, int pipe) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  volunteer();
  try {
    work_until_done(options, shared, pipe);
  } catch (const std::exception& exception) {
    explore::Report report;
    report.set_failure(exception.what());
    send(pipe, report);
  }
  _exit(0);
}

}  // namespace seedbed
