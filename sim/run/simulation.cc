#include "sim/run/simulation.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/run/sites.h"
#include "sim/run/tallies.h"
#include "sim/world/sites.h"

namespace seedbed {
namespace {

constexpr Site kDrift("clock.drift", ChoiceClass::kAmbient);

// VALUE_OR(data, servers, 3): the field, or what the schema says it is by default.
#define VALUE_OR(message, field, otherwise) \
  ((message).has_##field() ? (message).field() : (otherwise))

int64_t servers_of(const run::Scenario& data) { return VALUE_OR(data, servers, 3); }
int64_t clients_of(const run::Scenario& data) { return VALUE_OR(data, clients, 3); }

Duration ms(int64_t count) { return std::chrono::milliseconds(count); }
Duration us(int64_t count) { return std::chrono::microseconds(count); }

Duration faults_end(const run::Scenario& data) {
  return ms(VALUE_OR(data.faults(), end_ms, 20'000));
}
Duration progress_bound(const run::Scenario& data) {
  return ms(VALUE_OR(data.limits(), progress_ms, 10'000));
}
Duration settle_time(const run::Scenario& data) {
  return ms(VALUE_OR(data.limits(), settle_ms, 2000));
}

uint64_t percent_needed(const run::Workload& workload) {
  return static_cast<uint64_t>(VALUE_OR(workload, minimum_ok_percent, 50));
}

Ratio permille(const run::Range& range) {
  return Ratio::permille(static_cast<uint64_t>(range.max()));
}

Ratio per_million(const run::Range& range) {
  return Ratio(static_cast<uint64_t>(range.max()), 1'000'000);
}

SchedulerOptions scheduler_options(const run::Scenario& data) {
  Limits limits;
  limits.end = kStart + faults_end(data) + progress_bound(data) + settle_time(data) + 1s;
  limits.events = static_cast<uint64_t>(VALUE_OR(data.limits(), events, 20'000'000));
  limits.memory = static_cast<size_t>(VALUE_OR(data.limits(), memory_mib, 1024)) << 20;
  return {.limits = limits, .keyed_wakeups = data.keyed_wakeups()};
}

WorldOptions world_options(const run::Scenario& data) {
  const run::Network& network = data.network();
  return {.network = {.latency = {.min = us(VALUE_OR(network, latency_min_us, 200)),
                                  .mean = us(VALUE_OR(network, latency_mean_us, 1000)),
                                  .max = us(VALUE_OR(network, latency_max_us, 100'000))},
                      .loss = permille(network.loss_permille()),
                      .duplicate = permille(network.duplicate_permille()),
                      .reorder = permille(network.reorder_permille()),
                      .tail = permille(network.tail_permille()),
                      .corrupt = permille(network.corrupt_permille()),
                      .reset = permille(network.reset_permille()),
                      .half_open = permille(network.half_open_permille()),
                      .deliver_corrupt = network.deliver_corrupt(),
                      .queue_bytes = static_cast<uint64_t>(VALUE_OR(network, queue_bytes, 16'384)),
                      .serialize = network.serialize()}};
}

DiskOptions disk_options(const run::Scenario& data) {
  const run::Disk& disk = data.disk();
  DiskOptions options;
  if (disk.has_access_mean_us()) options.access.mean = us(disk.access_mean_us());
  if (disk.has_sync_mean_us()) options.sync.mean = us(disk.sync_mean_us().max());
  const int64_t lose = VALUE_OR(disk, lose_unsynced_percent, 50);
  options.lose_unsynced = Ratio(static_cast<uint64_t>(lose), 100);
  options.lose_unsynced_name = options.lose_unsynced;
  options.read_error = per_million(disk.read_error_ppm());
  options.write_error = per_million(disk.write_error_ppm());
  options.sync_error = per_million(disk.sync_error_ppm());
  return options;
}

IntervalClockOptions interval_clock_options(const run::Clocks& clocks) {
  IntervalClockOptions options;
  options.uncertainty = us(VALUE_OR(clocks, uncertainty_us, 1000));
  options.declared_drift_ppm =
      VALUE_OR(clocks, declared_drift_ppm, std::max(200, clocks.max_drift_ppm()));
  if (clocks.has_sync_period_ms()) {
    options.min_period = ms(clocks.sync_period_ms().min());
    options.max_period = ms(clocks.sync_period_ms().max());
  }
  return options;
}

Buggify buggify_options(const run::Faults& faults) {
  return {.on = permille(faults.buggify_permille()),
          .fires = Ratio(static_cast<uint64_t>(VALUE_OR(faults, buggify_fires_percent, 25)), 100)};
}

size_t start_version(const Scenario& scenario) {
  const std::vector<VersionSpec>& earlier = scenario.protocol->earlier;
  const std::string& name = scenario.data.start_version();
  for (size_t i = 0; i < earlier.size(); ++i) {
    if (earlier[i].name == name) return i;
  }
  return earlier.size();  // validated: it is the present one
}

FaultDose dose_from(const run::Dose& dose) {
  FaultDose result;
  const FaultInfo& row = *find_fault(dose.fault());  // validated
  result.kind = row.kind;
  result.slots = static_cast<uint32_t>(VALUE_OR(dose, slots, 1));
  result.odds = Ratio(static_cast<uint64_t>(VALUE_OR(dose, odds_percent, 50)), 100);
  if (dose.has_duration_ms()) {
    result.min_duration = ms(dose.duration_ms().min());
    result.max_duration = ms(dose.duration_ms().max());
  }
  result.min_magnitude = dose.has_magnitude() ? dose.magnitude().min() : row.magnitude.min;
  result.max_magnitude = dose.has_magnitude() ? dose.magnitude().max() : row.magnitude.max;
  result.triggered_by_disk = Ratio(static_cast<uint64_t>(dose.at_disk_operation_percent()), 100);
  result.max_disk_operation = static_cast<uint64_t>(VALUE_OR(dose, max_disk_operation, 2000));
  result.triggered_by_message = Ratio(static_cast<uint64_t>(dose.at_message_percent()), 100);
  result.max_message = static_cast<uint64_t>(VALUE_OR(dose, max_message, 5000));
  result.for_good = Ratio(static_cast<uint64_t>(dose.for_good_percent()), 100);
  return result;
}

Tolerance widened(Tolerance tolerance, const run::Bounds& bounds) {
  if (bounds.has_servers_down()) {
    tolerance.servers_down = static_cast<uint32_t>(bounds.servers_down());
  }
  if (bounds.has_disks_lost()) tolerance.disks_lost = static_cast<uint32_t>(bounds.disks_lost());
  if (bounds.has_goes_back()) tolerance.goes_back = bounds.goes_back();
  if (bounds.has_power_loss()) tolerance.survives_power_loss = bounds.power_loss();
  if (bounds.has_clock_drift_ppm()) tolerance.clock_drift_ppm = bounds.clock_drift_ppm();
  if (bounds.has_clock_error_ms()) tolerance.clock_error = ms(bounds.clock_error_ms());
  return tolerance;
}

bool lists(const google::protobuf::RepeatedPtrField<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Setup make_setup(const Scenario& scenario, const run::Script* script) {
  Setup setup;
  const int64_t servers = servers_of(scenario.data);
  const std::vector<std::string> names = node_names(scenario);
  for (uint32_t id = 1; id < names.size(); ++id) {
    if (script != nullptr && lists(script->absent(), names[id])) continue;
    (id <= servers ? setup.servers : setup.clients).push_back(NodeId{id});
  }
  setup.options = scenario.options.get();
  setup.mutant = scenario.mutant;
  setup.workload = scenario.data.workload().kind();
  setup.start_version = scenario.data.start_version();
  setup.liveness_bound = progress_bound(scenario.data);
  return setup;
}

std::vector<std::unique_ptr<Checker>> make_checkers(const Scenario& scenario, const Setup& setup) {
  std::vector<std::unique_ptr<Checker>> checkers;
  for (const CheckSpec& spec : scenario.protocol->checks) {
    if (std::unique_ptr<Checker> checker = spec.make(setup)) checkers.push_back(std::move(checker));
  }
  return checkers;
}

std::vector<std::string> node_names(const Scenario& scenario) {
  std::vector<std::string> names{"world"};
  const auto servers = static_cast<size_t>(servers_of(scenario.data));
  const size_t nodes = servers + static_cast<size_t>(clients_of(scenario.data));
  for (size_t id = 1; id <= nodes; ++id) {
    names.push_back(fmt::format("{}{}", id <= servers ? 'n' : 'c', id));
  }
  return names;
}

uint64_t minimum_ok(const Scenario& scenario) {
  const run::Workload& workload = scenario.data.workload();
  const int64_t operations = VALUE_OR(workload, operations, 200);
  return static_cast<uint64_t>(operations) * percent_needed(workload) / 100;
}

Simulation::Simulation(const Scenario& scenario, uint64_t seed, StackPool& stacks,
                       const std::vector<EventSink*>& watchers, const run::Script* script,
                       bool log_choices, const FaultPlan& more_faults)
    : scenario_(scenario),
      seed_(seed),
      script_(script),
      choices_(seed),
      scheduler_(choices_, stacks, scheduler_options(scenario.data)),
      world_(scheduler_, world_options(scenario.data)),
      setup_(make_setup(scenario, script)),
      director_(scheduler_, "director"),
      clients_changed_(scheduler_) {
  if (log_choices) choices_.start_logging();
  if (script_ != nullptr) follow_script();
  add_servers();
  add_clients();
  add_checkers(watchers);
  add_faults(more_faults);
}

Simulation::~Simulation() { director_.kill(); }

void Simulation::follow_script() {
  choices_.replay_faults(choices_from(*script_));
  for (const std::string& site : script_->quiet()) choices_.quieten(site);
}

bool Simulation::absent(std::string_view name) const {
  return script_ != nullptr && lists(script_->absent(), name);
}

void Simulation::add_servers() {
  const run::Clocks& clocks = scenario_.data.clocks();
  const auto names = node_names(scenario_);
  for (uint32_t id = 1; id <= servers_of(scenario_.data); ++id) {
    const std::string& name = names[id];
    if (absent(name)) {
      world_.skip_node();
      continue;
    }
    const Scope scope = choices_.scope(name);
    const int64_t offset =
        between(choices_.ambient(sites::kClockOffset, scope, 0), 0, clocks.max_offset_ms());
    const int64_t drift = between(choices_.ambient(kDrift, scope, 0), -clocks.max_drift_ppm(),
                                  clocks.max_drift_ppm());
    world_.add_node(
        {.name = name,
         .process = [this](Env& env) { return scenario_.protocol->make_process(env, setup_); },
         .earlier = earlier_versions(),
         .version = start_version(scenario_),
         .buggify = buggify_options(scenario_.data.faults()),
         .disk = disk_options(scenario_.data),
         .clock = Clock(ms(offset), drift * 1000),
         .interval_clock = interval_clock_options(clocks)});
  }
}

std::vector<ProcessFactory> Simulation::earlier_versions() const {
  std::vector<ProcessFactory> factories;
  for (const VersionSpec& version : scenario_.protocol->earlier) {
    factories.push_back([this, &version](Env& env) { return version.make_process(env, setup_); });
  }
  return factories;
}

void Simulation::add_clients() {
  const run::Workload& workload = scenario_.data.workload();
  const auto names = node_names(scenario_);
  const int64_t operations = VALUE_OR(workload, operations, 200);
  const int64_t clients = clients_of(scenario_.data);
  const auto keys = static_cast<uint64_t>(VALUE_OR(workload, keys, 5));
  for (int64_t i = 0; i < clients; ++i) {
    const NodeId client{static_cast<uint32_t>(servers_of(scenario_.data) + i + 1)};
    const std::string& name = names[number(client)];
    if (absent(name)) {
      world_.skip_node();
      continue;
    }
    ClientPlan plan;
    plan.kept = kept_operations(name);
    plan.operations = static_cast<uint64_t>((operations + clients - 1 - i) / clients);
    plan.needed = (plan.operations * percent_needed(workload) + 99) / 100;
    plan.final_operations = static_cast<uint64_t>(VALUE_OR(workload, final_operations, 3));
    plan.attempts = static_cast<uint32_t>(VALUE_OR(workload, attempts, 8));
    plan.faults_end = NodeTime(faults_end(scenario_.data));
    plan.first_id = number(client) * kOperationsOfAClient;
    plan.duplicate = permille(workload.duplicate_permille());
    plan.lost_answer = permille(workload.lost_answer_permille());
    ClientProgress& progress = clients_progress_.emplace_back();
    if (workload.has_think_ms()) {
      plan.think_min = ms(workload.think_ms().min());
      plan.think_max = ms(workload.think_ms().max());
    } else if (plan.operations > 0) {
      // Half of the fault phase goes into thinking, and leaves half for the operations.
      plan.think_max = faults_end(scenario_.data) / static_cast<int64_t>(plan.operations);
    }
    world_.add_node({.name = name,
                     .process =
                         [this, plan, &kind = workload.kind(), name, keys, &progress](Env& env) {
                           return std::make_unique<ClientProcess>(
                               env, plan, scenario_.protocol->make_client(env, setup_),
                               make_workload(kind, choices_, name, keys), progress,
                               [this] { client_done(); });
                         },
                     .clock = Clock()});
  }
}

void Simulation::add_checkers(const std::vector<EventSink*>& watchers) {
  EventStream& stream = scheduler_.stream();
  tallies_ = std::make_unique<Tallies>();
  stream.watch(*tallies_);
  checkers_ = make_checkers(scenario_, setup_);
  for (const auto& checker : checkers_) stream.watch(*checker);
  if (scenario_.protocol->make_coverage) {
    coverage_ = scenario_.protocol->make_coverage(
        setup_, [this](std::string_view probe) { tallies_->reached(probe); });
    stream.watch(*coverage_);
  }
  for (EventSink* watcher : watchers) stream.watch(*watcher);
}

void Simulation::add_faults(const FaultPlan& more) {
  const run::Faults& faults = scenario_.data.faults();
  FaultMix mix;
  mix.begin = kStart + ms(VALUE_OR(faults, begin_ms, 500));
  mix.end = std::max(mix.begin, kStart + faults_end(scenario_.data));
  for (const run::Dose& dose : faults.dose()) mix.doses.push_back(dose_from(dose));
  InjectorOptions options;
  options.promised = scenario_.protocol->survives(setup_);
  options.allowed = widened(options.promised, faults.bounds());
  options.topology = {.servers = setup_.servers,
                      .clients = setup_.clients,
                      .zones = static_cast<uint32_t>(VALUE_OR(scenario_.data, zones, 1))};
  options.leads = scenario_.protocol->leads;
  FaultPlan plan = script_ != nullptr ? plan_from(*script_, NodeNames(scenario_))
                                      : draw_plan(choices_, mix, options.topology);
  plan.faults.insert(plan.faults.end(), more.faults.begin(), more.faults.end());
  injector_ = std::make_unique<Injector>(world_, std::move(options), std::move(plan));
  scheduler_.stream().watch(*injector_);
}

void Simulation::execute() {
  for (const NodeId server : setup_.servers) world_.start(server);
  for (const NodeId client : setup_.clients) world_.start(client);
  injector_->arm(kStart + faults_end(scenario_.data));
  scheduler_.spawn(director_, "director", [this] { direct(); });
  const RunEnd end = scheduler_.run();
  scheduler_.stream().emit({.kind = EventKind::kEnd,
                            .value = static_cast<uint64_t>(end),
                            .bytes = scheduler_.end_message()});
  for (const auto& checker : checkers_) checker->finish();
}

void Simulation::direct() {
  scheduler_.sleep(faults_end(scenario_.data));
  while (clients_done_ < setup_.clients.size()) clients_changed_.wait();
  scheduler_.sleep(settle_time(scenario_.data));
  scheduler_.stop(RunEnd::kCompleted);
}

// Those that the scenario asks for, also if they never fired.
Tally Simulation::count_faults() const {
  const std::vector<std::string_view> asked_for = configured_faults(scenario_.data);
  Tally faults;
  for (const FaultInfo& fault : fault_catalogue()) {
    const bool asked = std::find(asked_for.begin(), asked_for.end(), fault.name) != asked_for.end();
    const uint64_t fired = injector_->fired(fault.kind);
    if (asked || fired != 0) faults.emplace_back(fault.name, fired);
  }
  return faults;
}

run::Script Simulation::script() const {
  run::Script script;
  if (script_ != nullptr) {
    script = *script_;
    script.clear_fault();
    script.clear_choice();
  }
  store(injector_->applied(), NodeNames(scenario_), &script);
  store(choices_.log(), &script);
  return script;
}

// Lines of the script that nothing in the run asked for.
std::vector<std::string> Simulation::stale_lines() const {
  std::vector<std::string> lines;
  if (script_ == nullptr) return lines;
  const FaultPlan applied = injector_->applied();
  for (const run::PlannedFault& fault : script_->fault()) {
    const bool fired = std::any_of(applied.faults.begin(), applied.faults.end(),
                                   [&](const Fault& one) { return one.id == fault.id(); });
    if (!fired) lines.push_back(in_words(fault));
  }
  for (const ChoiceRecord& record : choices_.unmatched()) lines.push_back(record.text());
  // One that every scenario has may have had nothing to decide; any other is misspelt, or gone.
  const std::vector<std::string> known = sites::quietable();
  for (const std::string& site : choices_.unmatched_quiet()) {
    if (std::find(known.begin(), known.end(), site) == known.end()) {
      lines.push_back(fmt::format("quiet: {}", site));
    }
  }
  return lines;
}

// Of a client that the script does not name: all.
std::optional<std::vector<uint64_t>> Simulation::kept_operations(std::string_view client) const {
  if (script_ == nullptr) return std::nullopt;
  for (const run::KeptOperations& kept : script_->kept()) {
    if (kept.client() == client)
      return std::vector<uint64_t>(kept.number().begin(), kept.number().end());
  }
  return std::nullopt;
}

void Simulation::report(RunResult& result) const {
  result.scenario = scenario_.name;
  result.mutant = scenario_.mutant;
  result.seed = seed_;
  const EventStream& stream = scheduler_.stream();
  result.trace_hash = stream.hash();
  result.events = stream.count();
  result.end = stream.now();
  result.run_end = scheduler_.end();
  result.end_message = scheduler_.end_message();
  result.operations = tallies_->operations();
  for (const auto& checker : checkers_) result.checks.push_back(checker->result());
  result.probes = tallies_->probes(*scenario_.protocol);

  result.faults = count_faults();
  const auto names = node_names(scenario_);
  for (const Fault& fault : injector_->plan().faults) {
    result.fault_lines.push_back(line(fault, [&](NodeId id) { return names[number(id)]; }));
  }
  result.broken_assumptions = tallies_->broken_assumptions();
  excuse(result, *scenario_.protocol);
  count_weaknesses(result, *scenario_.protocol);
  result.stale = stale_lines();
  decide(result, script_ == nullptr ? minimum_ok(scenario_) : 0);
}

}  // namespace seedbed
