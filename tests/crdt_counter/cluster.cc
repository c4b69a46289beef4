#include "tests/crdt_counter/cluster.h"

#include "protocols/crdt_counter/spec.h"
#include "sim/run/client_process.h"
#include "sim/run/workload.h"

namespace seedbed::crdt_counter {
namespace {

constexpr Site kWhen("test.crash_time", ChoiceClass::kAmbient);
constexpr Site kWho("test.crash_node", ChoiceClass::kAmbient);
constexpr uint32_t kReplicas = 3;
constexpr uint32_t kClients = 4;
constexpr Duration kTrouble = 2s;

}  // namespace

Cluster::Cluster(const ClusterOptions& options)
    : options_(options),
      spec_(crdt_counter::spec()),
      choices_(options.seed),
      scheduler_(choices_, stacks_, {}),
      world_(scheduler_, {.network = options.network}),
      director_(scheduler_, "director"),
      client_done_(scheduler_) {
  for (uint32_t i = 1; i <= kReplicas; ++i) setup_.servers.push_back(NodeId{i});
  for (uint32_t i = 1; i <= kClients; ++i) setup_.clients.push_back(NodeId{kReplicas + i});
  setup_.options = spec_.default_options;
  setup_.mutant = options_.mutant;
  add_nodes();
  for (const CheckSpec& check : spec_.checks) {
    checkers_.push_back(check.make(setup_));
    scheduler_.stream().watch(*checkers_.back());
  }
}

Cluster::~Cluster() { director_.kill(); }

void Cluster::add_nodes() {
  const auto all_names = names();
  for (const NodeId id : setup_.servers) {
    world_.add_node({.name = all_names[number(id) - 1],
                     .process = [this](Env& env) { return spec_.make_process(env, setup_); },
                     .clock = Clock()});
  }
  for (const NodeId id : setup_.clients) {
    ClientPlan plan;
    plan.operations = options_.operations;
    plan.final_operations = 2;
    plan.think_max = kTrouble / static_cast<int64_t>(2 * options_.operations);
    plan.faults_end = NodeTime(kTrouble);
    plan.first_id = number(id) * uint64_t{1000};
    const std::string& name = all_names[number(id) - 1];
    ClientProgress& progress = progress_.emplace_back();
    world_.add_node({.name = name,
                     .process =
                         [this, plan, name, &progress](Env& env) {
                           return std::make_unique<ClientProcess>(
                               env, plan, spec_.make_client(env, setup_),
                               make_workload("counter", choices_, name, 2), progress, [this] {
                                 ++clients_done_;
                                 client_done_.notify_all();
                               });
                         },
                     .clock = Clock()});
  }
}

// A crash at some time, and a restart soon after. An action: tasks cannot kill tasks.
class Cluster::Crash final : public Action {
 public:
  Crash(Cluster& cluster, NodeId node, Time when) : cluster_(cluster), node_(node) {
    cluster_.scheduler_.schedule(*this, when);
  }
  ~Crash() { cluster_.scheduler_.cancel(*this); }

  void fire() override {
    Node& node = cluster_.world_.node(node_);
    if (node.up()) {
      node.crash();
      cluster_.scheduler_.schedule_in(*this, 30ms);
    } else {
      node.start();
    }
  }

 private:
  Cluster& cluster_;
  NodeId node_;
};

void Cluster::plan_crashes() {
  const Scope scope = choices_.scope("test");
  Time when = kStart;
  for (uint64_t crash = 1; crash <= 8; ++crash) {
    const NodeId id{1 +
                    static_cast<uint32_t>(below(choices_.ambient(kWho, scope, crash), kReplicas))};
    when += 50ms + std::chrono::microseconds(below(choices_.ambient(kWhen, scope, crash), 180'000));
    crashes_.push_back(std::make_unique<Crash>(*this, id, when));
  }
}

RunEnd Cluster::run() {
  for (uint32_t i = 1; i <= kReplicas + kClients; ++i) world_.start(NodeId{i});
  if (options_.crashes) plan_crashes();
  scheduler_.spawn(director_, "director", [this] {
    scheduler_.sleep(kTrouble);
    world_.network().heal();
    scheduler_.stream().emit({.kind = EventKind::kHeal});
    while (clients_done_ < kClients) client_done_.wait();
    scheduler_.sleep(2s);
    scheduler_.stop(RunEnd::kCompleted);
  });
  const RunEnd end = scheduler_.run();
  for (const auto& checker : checkers_) {
    checker->finish();
    results_.push_back(checker->result());
  }
  return end;
}

const CheckResult& Cluster::result(std::string_view check) const {
  for (const CheckResult& result : results_) {
    if (result.name == check) return result;
  }
  CHECK(false);
  return results_.front();
}

std::string Cluster::violated() const {
  for (const CheckResult& result : results_) {
    if (result.status == CheckStatus::kViolation) return result.name;
  }
  return {};
}

}  // namespace seedbed::crdt_counter
