#include "sim/run/scenario.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/core/choice.h"
#include "sim/fault/catalogue.h"
#include "sim/run/workload.h"

namespace seedbed {
namespace {

constexpr Site kShape("scenario.shape", ChoiceClass::kShape);

// Collects what is wrong with values; the first complaint stands.
class Validator {
 public:
  explicit Validator(std::string_view place) : place_(place) {}

  void within(std::string_view field, int64_t value, int64_t low, int64_t high) const {
    if (value >= low && value <= high) return;
    fail(fmt::format("{} = {} is outside {}..{}", field, value, low, high));
  }
  void within(std::string_view field, const run::Range& range, int64_t low, int64_t high) const {
    within(fmt::format("{}.min", field), range.min(), low, high);
    within(fmt::format("{}.max", field), range.max(), low, high);
    if (range.min() > range.max()) {
      fail(fmt::format("{}: min {} is above max {}", field, range.min(), range.max()));
    }
  }
  [[noreturn]] void fail(std::string_view what) const {
    throw ConfigError(fmt::format("{}: {}", place_, what));
  }

 private:
  std::string_view place_;
};

constexpr int64_t kDay = 86'400'000;  // ms: no scenario needs longer

void validate_workload(const run::Workload& workload, const ProtocolSpec& protocol,
                       const Validator& check) {
  bool understood = false;
  for (const std::string& kind : protocol.workloads) understood |= kind == workload.kind();
  if (!understood) {
    check.fail(unknown_name(fmt::format("workload.kind for {}", protocol.name), workload.kind(),
                            protocol.workloads, "seedbed list protocols"));
  }
  if (workload.has_operations()) {
    check.within("workload.operations", workload.operations(), 1, 10'000'000);
  }
  check.within("workload.final_operations", workload.final_operations(), 0, 100'000);
  if (workload.has_keys()) check.within("workload.keys", workload.keys(), 1, 1'000'000);
  if (workload.has_attempts()) check.within("workload.attempts", workload.attempts(), 1, 1000);
  if (workload.has_think_ms()) check.within("workload.think_ms", workload.think_ms(), 0, kDay);
  check.within("workload.minimum_ok_percent", workload.minimum_ok_percent(), 0, 100);
  check.within("workload.duplicate_permille", workload.duplicate_permille(), 0, 1000);
  check.within("workload.lost_answer_permille", workload.lost_answer_permille(), 0, 1000);
}

void validate_network(const run::Network& network, const Validator& check) {
  constexpr int64_t kMinute = 60'000'000;
  check.within("network.latency_min_us", network.latency_min_us(), 0, kMinute);
  check.within("network.latency_mean_us", network.latency_mean_us(), 0, kMinute);
  check.within("network.latency_max_us", network.latency_max_us(), 0, kMinute);
  check.within("network.loss_permille", network.loss_permille(), 0, 1000);
  check.within("network.duplicate_permille", network.duplicate_permille(), 0, 1000);
  check.within("network.reorder_permille", network.reorder_permille(), 0, 1000);
  check.within("network.tail_permille", network.tail_permille(), 0, 1000);
  check.within("network.corrupt_permille", network.corrupt_permille(), 0, 1000);
  check.within("network.reset_permille", network.reset_permille(), 0, 1000);
  check.within("network.half_open_permille", network.half_open_permille(), 0, 1000);
  check.within("network.queue_bytes", network.queue_bytes(), 0, 1 << 30);
}

void validate_disk(const run::Disk& disk, const Validator& check) {
  check.within("disk.access_mean_us", disk.access_mean_us(), 0, 60'000'000);
  check.within("disk.sync_mean_us", disk.sync_mean_us(), 0, 60'000'000);
  check.within("disk.lose_unsynced_percent", disk.lose_unsynced_percent(), 0, 100);
  check.within("disk.read_error_ppm", disk.read_error_ppm(), 0, 1'000'000);
  check.within("disk.write_error_ppm", disk.write_error_ppm(), 0, 1'000'000);
  check.within("disk.sync_error_ppm", disk.sync_error_ppm(), 0, 1'000'000);
}

void validate_clocks(const run::Clocks& clocks, const Validator& check) {
  check.within("clocks.max_offset_ms", clocks.max_offset_ms(), 0, kDay);
  check.within("clocks.max_drift_ppm", clocks.max_drift_ppm(), 0, 500'000);
  check.within("clocks.uncertainty_us", clocks.uncertainty_us(), 0, 60'000'000);
  check.within("clocks.declared_drift_ppm", clocks.declared_drift_ppm(), 0, 500'000);
  if (clocks.has_sync_period_ms()) {
    check.within("clocks.sync_period_ms", clocks.sync_period_ms(), 1, kDay);
  }
}

void validate_faults(const run::Faults& faults, const ProtocolSpec& protocol,
                     const Validator& check) {
  check.within("faults.begin_ms", faults.begin_ms(), 0, kDay);
  check.within("faults.end_ms", faults.end_ms(), 0, kDay);
  if (faults.has_end_ms() && faults.end_ms() < faults.begin_ms()) {
    check.fail(fmt::format("faults.end_ms = {} lies before begin_ms = {}", faults.end_ms(),
                           faults.begin_ms()));
  }
  check.within("faults.buggify_permille", faults.buggify_permille(), 0, 1000);
  check.within("faults.buggify_fires_percent", faults.buggify_fires_percent(), 0, 100);
  const run::Bounds& bounds = faults.bounds();
  check.within("faults.bounds.servers_down", bounds.servers_down(), 0, 100'000);
  check.within("faults.bounds.disks_lost", bounds.disks_lost(), 0, 100'000);
  check.within("faults.bounds.clock_drift_ppm", bounds.clock_drift_ppm(), 0, 1'000'000);
  check.within("faults.bounds.clock_error_ms", bounds.clock_error_ms(), 0, kDay);
  std::vector<std::string> kinds;
  for (const FaultInfo& fault : fault_catalogue()) {
    if (!fault.is_rate()) kinds.emplace_back(fault.name);
  }
  for (int i = 0; i < faults.dose_size(); ++i) {
    const run::Dose& dose = faults.dose(i);
    const std::string field = fmt::format("faults.dose[{}]", i);
    if (std::find(kinds.begin(), kinds.end(), dose.fault()) == kinds.end()) {
      check.fail(field + ": " + unknown_name("fault", dose.fault(), kinds, "seedbed list faults"));
    }
    if (!understands(protocol, *find_fault(dose.fault()))) {
      check.fail(
          fmt::format("{}: {} does not know the order {}", field, protocol.name, dose.fault()));
    }
    check.within(field + ".slots", dose.slots(), 0, 999);
    check.within(field + ".odds_percent", dose.odds_percent(), 0, 100);
    check.within(field + ".duration_ms", dose.duration_ms(), 0, kDay);
    check.within(field + ".magnitude", dose.magnitude(), -1'000'000'000, 1'000'000'000);
    check.within(field + ".at_disk_operation_percent", dose.at_disk_operation_percent(), 0, 100);
    check.within(field + ".at_message_percent", dose.at_message_percent(), 0, 100);
    check.within(field + ".for_good_percent", dose.for_good_percent(), 0, 100);
    if (dose.has_max_message()) {
      check.within(field + ".max_message", dose.max_message(), 1, 1'000'000'000);
    }
    if (dose.has_max_disk_operation()) {
      check.within(field + ".max_disk_operation", dose.max_disk_operation(), 1, 1'000'000'000);
    }
  }
}

void validate_version(const std::string& name, const ProtocolSpec& protocol,
                      const Validator& check) {
  std::vector<std::string> names;
  for (const VersionSpec& version : protocol.earlier) names.push_back(version.name);
  if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) return;
  check.fail("start_version: " + unknown_name(fmt::format("earlier version of {}", protocol.name),
                                              name, names, "seedbed list versions"));
}

void validate_expectation(const run::Expect& expect, const Validator& check) {
  static const std::vector<std::string> kVerdicts{
      "pass", "violation", "expected-weakness", "assumption-broken", "liveness", "inconclusive"};
  std::vector<std::string> named(expect.accept().begin(), expect.accept().end());
  if (expect.has_verdict()) named.push_back(expect.verdict());
  for (const std::string& verdict : named) {
    if (std::find(kVerdicts.begin(), kVerdicts.end(), verdict) != kVerdicts.end()) continue;
    check.fail("expect: " + unknown_name("verdict", verdict, kVerdicts,
                                         "one of the six of docs/ARCHITECTURE.md"));
  }
}

}  // namespace

void validate(const Scenario& scenario, std::string_view place) {
  const Validator check(place);
  const run::Scenario& data = scenario.data;
  if (data.has_servers()) check.within("servers", data.servers(), 1, 10'000);
  if (data.has_clients()) check.within("clients", data.clients(), 1, 10'000);
  if (data.has_zones()) check.within("zones", data.zones(), 1, 10'000);
  validate_workload(data.workload(), *scenario.protocol, check);
  validate_network(data.network(), check);
  validate_disk(data.disk(), check);
  validate_clocks(data.clocks(), check);
  validate_faults(data.faults(), *scenario.protocol, check);
  validate_version(data.start_version(), *scenario.protocol, check);
  check.within("limits.progress_ms", data.limits().progress_ms(), 0, kDay);
  check.within("limits.settle_ms", data.limits().settle_ms(), 0, kDay);
  if (data.limits().has_events()) {
    check.within("limits.events", data.limits().events(), 1, int64_t{1} << 50);
  }
  if (data.limits().has_memory_mib()) {
    check.within("limits.memory_mib", data.limits().memory_mib(), 1, 3500);
  }
  validate_expectation(data.expect(), check);
}

void set_mutant(Scenario& scenario, std::string_view name) {
  std::vector<std::string> names;
  for (const MutantSpec& mutant : scenario.protocol->mutants) {
    if (mutant.name == name) {
      scenario.mutant = std::string(name);
      return;
    }
    names.push_back(mutant.name);
  }
  throw ConfigError(unknown_name(fmt::format("mutant of {}", scenario.protocol->name), name, names,
                                 "seedbed list mutants"));
}

Scenario resolve(const Scenario& scenario, uint64_t seed) {
  Scenario resolved = scenario;
  if (resolved.data.swarm()) draw_swarm(resolved, seed);
  Choices choices(seed);
  const auto fix = [&](std::string_view field, run::Range* range) {
    const uint64_t bits = choices.ambient(kShape, choices.scope(field), 0);
    const int64_t value = between(bits, range->min(), range->max());
    range->set_min(value);
    range->set_max(value);
  };
  run::Scenario& data = resolved.data;
  if (data.workload().has_duplicate_permille()) {
    fix("duplicate_request", data.mutable_workload()->mutable_duplicate_permille());
  }
  if (data.workload().has_lost_answer_permille()) {
    fix("lost_answer", data.mutable_workload()->mutable_lost_answer_permille());
  }
  if (data.faults().has_buggify_permille()) {
    fix("buggify", data.mutable_faults()->mutable_buggify_permille());
  }
  if (data.has_network()) {
    run::Network& network = *data.mutable_network();
    if (network.has_loss_permille()) fix("loss", network.mutable_loss_permille());
    if (network.has_duplicate_permille()) fix("duplicate", network.mutable_duplicate_permille());
    if (network.has_reorder_permille()) fix("reorder", network.mutable_reorder_permille());
    if (network.has_tail_permille()) fix("tail", network.mutable_tail_permille());
    if (network.has_corrupt_permille()) fix("corrupt", network.mutable_corrupt_permille());
    if (network.has_reset_permille()) fix("reset", network.mutable_reset_permille());
    if (network.has_half_open_permille()) fix("half_open", network.mutable_half_open_permille());
  }
  if (data.has_disk()) {
    run::Disk& disk = *data.mutable_disk();
    if (disk.has_sync_mean_us()) fix("sync_mean", disk.mutable_sync_mean_us());
    if (disk.has_read_error_ppm()) fix("read_error", disk.mutable_read_error_ppm());
    if (disk.has_write_error_ppm()) fix("write_error", disk.mutable_write_error_ppm());
    if (disk.has_sync_error_ppm()) fix("sync_error", disk.mutable_sync_error_ppm());
  }
  return resolved;
}

}  // namespace seedbed
