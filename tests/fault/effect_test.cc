// Every fault of the catalogue, in the scenario that is said to show it: it fires there, and
// without it something else happens to a machine, a disk or a client. The table alone says which
// faults there are: a new row is tested here without further ado.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

#include "sim/core/arena.h"
#include "sim/core/hash.h"
#include "sim/explore/expectation.h"
#include "sim/fault/catalogue.h"
#include "tests/regressions/repository.h"

namespace seedbed {
namespace {

// Enough for the rarest fault to fire; most do in the first run or the second.
constexpr uint64_t kSeeds = 100;
// Values of one site that may be different fates; more of them are sizes of one.
constexpr ptrdiff_t kFates = 4;
// So many runs in which it fires may differ in nothing (a disk stalls that nobody uses).
constexpr uint64_t kIdleRuns = 20;

constexpr std::string_view kHour = "the hour";

// A server, and beside it on the same machine somebody who looks at the hour: a protocol may do
// without, and then no fault of a wall clock shows.
class WithClerk final : public Process {
 public:
  WithClerk(Env& env, const ProtocolSpec& spec, const Setup& setup)
      : env_(env), server_(spec.make_process(env, setup)) {}

  void start() override {
    env_.spawn("clerk", [this] {
      for (;; env_.sleep(50ms)) {
        note(static_cast<uint64_t>(nanoseconds(env_.wall_now())));
        note(static_cast<uint64_t>(nanoseconds(env_.interval_now().earliest)));
      }
    });
    server_->start();
  }

  void operate(std::string_view order, NodeId about) override {
    if (server_) server_->operate(order, about);
  }

 private:
  void note(uint64_t reading) {
    env_.scheduler().stream().emit(
        {.kind = EventKind::kClock, .node = env_.self(), .id = reading, .name = kHour});
  }

  Env& env_;
  std::unique_ptr<Process> server_;
};

ProtocolSpec with_clerk(const ProtocolSpec& spec) {
  ProtocolSpec result = spec;
  result.make_process = [&spec](Env& env, const Setup& setup) {
    return std::make_unique<WithClerk>(env, spec, setup);
  };
  return result;
}

// What befell machines, disks and clients: without what a fault, or the end of all faults, says of
// itself.
class Happenings final : public EventSink {
 public:
  void on_event(const TraceEvent& event) override {
    switch (event.kind) {
      case EventKind::kFaultBegin:
      case EventKind::kFaultEnd:
      case EventKind::kAssumption:
      case EventKind::kHeal:
      case EventKind::kOutside:
      case EventKind::kCut:
      case EventKind::kChoice:
      case EventKind::kEnd: return;
      case EventKind::kClock:
        if (event.name != kHour) return;
        break;
      default: break;
    }
    RunArena::Outside outside;
    all.emplace_back(event.kind, event.node, event.peer, event.time, event.id, event.value,
                     hash_bytes(event.name), hash_bytes(event.bytes));
  }
  using Happening =
      std::tuple<EventKind, NodeId, NodeId, Time, uint64_t, uint64_t, uint64_t, uint64_t>;
  std::vector<Happening> all;
};

class Demonstration {
 public:
  Demonstration(const FaultInfo& fault, const Scenario& scenario)
      : fault_(fault), protocol_(with_clerk(*scenario.protocol)), scenario_(scenario) {
    scenario_.protocol = &protocol_;
  }

  // What is wrong, in a sentence; empty: in some run the fault fires, and matters.
  std::string complaint() {
    uint64_t runs = 0;
    for (uint64_t seed = 1; seed <= kSeeds && runs < kIdleRuns; ++seed) {
      const Scenario resolved = resolve(scenario_, seed);
      const Happenings with = run(resolved, seed, {.log_choices = true});
      if (fired_ == 0) continue;
      ++runs;
      const run::Script script = runner_.script();
      const Happenings without = fault_.is_rate() ? run_without_its_choices(resolved, seed, script)
                                                  : run(without_its_doses(resolved), seed, {});
      if (fired_ != 0) return fmt::format("{} fires also where it was taken back", fault_.name);
      if (with.all != without.all) return {};
    }
    if (runs == 0) {
      return fmt::format("{} does not fire in {} seeds of {}", fault_.name, kSeeds, scenario_.name);
    }
    return fmt::format("{} fires in {} runs of {}, and nothing is different without it",
                       fault_.name, runs, scenario_.name);
  }

 private:
  using Value = std::pair<std::string, uint64_t>;  // site, and what was drawn there

  Happenings run(const Scenario& resolved, uint64_t seed, RunOptions options) {
    Happenings happenings;
    options.watchers = {&happenings};
    fired_ = count_of(runner_.run(resolved, seed, options).faults, fault_.name);
    return happenings;
  }

  Scenario without_its_doses(Scenario resolved) const {
    for (run::Dose& dose : *resolved.data.mutable_faults()->mutable_dose()) {
      if (dose.fault() == fault_.name) dose.set_slots(0);
    }
    return resolved;
  }

  static Value value_of(const run::ChosenFault& choice) {
    return {choice.site(), choice.has_value() ? choice.value() : 1};
  }

  Happenings run_without(const std::set<Value>& gone, const Scenario& resolved, uint64_t seed,
                         run::Script script) {
    auto* choices = script.mutable_choice();
    const auto is_gone = [&](const auto& choice) { return gone.contains(value_of(choice)); };
    choices->erase(std::remove_if(choices->begin(), choices->end(), is_gone), choices->end());
    return run(resolved, seed, {.script = &script});
  }

  // Which choices make a rate fire is in no table: those without which it does not. Takes all of
  // them away, and gives back what does not bring the fault back: whole sites, then single values
  // of those that are left (a write may be lost or torn, by the same choice).
  Happenings run_without_its_choices(const Scenario& resolved, uint64_t seed,
                                     const run::Script& script) {
    std::set<std::string> sites;
    std::set<Value> values;
    for (const run::ChosenFault& choice : script.choice()) {
      sites.insert(choice.site());
      values.insert(value_of(choice));
    }
    std::set<Value> gone = values;
    const auto give_back = [&](auto belongs) {
      std::set<Value> fewer = gone;
      if (std::erase_if(fewer, belongs) == 0) return;
      run_without(fewer, resolved, seed, script);
      if (fired_ == 0) gone = fewer;
    };
    for (const std::string& site : sites) {
      give_back([&](const Value& value) { return value.first == site; });
    }
    for (const Value& one : values) {
      const auto alike = [&](const Value& other) { return other.first == one.first; };
      if (std::count_if(gone.begin(), gone.end(), alike) > kFates) continue;
      give_back([&](const Value& other) { return other == one; });
    }
    return run_without(gone, resolved, seed, script);
  }

  const FaultInfo& fault_;
  ProtocolSpec protocol_;
  Scenario scenario_;
  Runner runner_;
  uint64_t fired_ = 0;  // in the last run
};

class EveryFault : public ::testing::TestWithParam<std::string_view> {};

TEST_P(EveryFault, FiresAndMattersInTheScenarioThatShowsIt) {
  const FaultInfo& fault = *find_fault(GetParam());
  EXPECT_EQ(Demonstration(fault, load(std::string(fault.shown_by))).complaint(), "");
}

std::vector<std::string_view> all_faults() {
  std::vector<std::string_view> names;
  for (const FaultInfo& fault : fault_catalogue()) names.push_back(fault.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryFault, ::testing::ValuesIn(all_faults()),
                         [](const auto& fault) { return std::string(fault.param); });

// The test above, seen to fail.
TEST(Demonstration, NoticesAFaultThatDoesNothing) {
  Scenario scenario = load("raft/calm");
  run::Dose& dose = *scenario.data.mutable_faults()->add_dose();
  dose.set_fault("slow");
  dose.set_odds_percent(100);
  dose.mutable_magnitude()->set_max(0);
  EXPECT_EQ(Demonstration(*find_fault("slow"), scenario).complaint(),
            "slow fires in 20 runs of raft/calm, and nothing is different without it");
}

TEST(Demonstration, NoticesAFaultThatDoesNotFire) {
  EXPECT_EQ(Demonstration(*find_fault("crash"), load("raft/calm")).complaint(),
            "crash does not fire in 100 seeds of raft/calm");
}

}  // namespace
}  // namespace seedbed
