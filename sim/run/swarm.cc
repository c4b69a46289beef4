// Swarm: one function that draws what can go wrong in a run, from everything that the protocol
// promises to survive.
//
// Each fault is in or out, and how many are in differs from run to run, so that runs differ in kind
// and not only in detail: a run with one fault at its worst finds what a run with a little of
// everything hides (Groce et al., "Swarm Testing", ISSTA 2012).
#include <google/protobuf/message.h>

#include "sim/core/check.h"
#include "sim/core/choice.h"
#include "sim/core/random.h"
#include "sim/fault/catalogue.h"
#include "sim/run/scenario.h"
#include "sim/run/simulation.h"

namespace seedbed {
namespace {

constexpr Site kIn("swarm.in", ChoiceClass::kShape);
constexpr Site kShare("swarm.share", ChoiceClass::kShape);
constexpr Site kHowMuch("swarm.how_much", ChoiceClass::kShape);
constexpr Site kSlots("swarm.slots", ChoiceClass::kShape);
constexpr Site kAtDisk("swarm.at_disk_operation", ChoiceClass::kShape);
constexpr Site kAtMessage("swarm.at_message", ChoiceClass::kShape);

bool survives(const Tolerance& promised, Cost cost) {
  switch (cost) {
    case Cost::kNothing: return true;
    case Cost::kServer: return promised.servers_down > 0;
    case Cost::kPower: return promised.survives_power_loss;
    case Cost::kDisk:
    case Cost::kServerAndDisk: return promised.disks_lost > 0;
    case Cost::kServerAndVersion: return promised.servers_down > 0 && promised.goes_back;
    case Cost::kClockRate: return promised.clock_drift_ppm > 0;
    case Cost::kClockError:
    case Cost::kClockStands: return promised.clock_error > Duration::zero();
  }
  return false;
}

// The range behind "network.loss_permille"; null if the field is none, or the scenario sets it.
run::Range* unset_range(run::Scenario& data, std::string_view path) {
  const size_t dot = path.find('.');
  CHECK(dot != std::string_view::npos);  // settings are fields of a part of the scenario
  const auto* part = data.GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
  auto* message = data.GetReflection()->MutableMessage(&data, part);
  const auto* field = message->GetDescriptor()->FindFieldByName(std::string(path.substr(dot + 1)));
  CHECK(field != nullptr);
  const bool is_range = field->message_type() == run::Range::descriptor();
  if (!is_range || message->GetReflection()->HasField(*message, field)) return nullptr;
  return dynamic_cast<run::Range*>(message->GetReflection()->MutableMessage(message, field));
}

// A dose of no slots.
bool is_left_out(const run::Scenario& data, std::string_view fault) {
  for (const run::Dose& dose : data.faults().dose()) {
    if (dose.fault() == fault && dose.has_slots() && dose.slots() == 0) return true;
  }
  return false;
}

// Whether there is anybody whom it could hit.
bool has_targets(const Scenario& scenario, Aim aim) {
  if (aim == Aim::kZone || aim == Aim::kZoneSplit) return scenario.data.zones() > 1;
  return aim != Aim::kLeader || scenario.protocol->leads != nullptr;
}

class Swarm {
 public:
  Swarm(Scenario& scenario, uint64_t seed, const Tolerance& promised)
      : scenario_(scenario), data_(scenario.data), choices_(seed), promised_(promised) {
    const std::vector<VersionSpec>& earlier = scenario.protocol->earlier;
    if (!earlier.empty()) oldest_version_ = earlier.front().name;
  }

  void draw() {
    // So many of eight faults are in: few, as a rule, and now and then half of them.
    const uint64_t share = 1 + below(choices_.ambient(kShare, choices_.scope("run"), 0), 4);
    for (const FaultInfo& fault : fault_catalogue()) {
      const Scope scope = choices_.scope(fault.name);
      if (below(choices_.ambient(kIn, scope, 0), 8) >= share) continue;
      fault.is_rate() ? draw_rate(fault, scope) : draw_dose(fault, scope);
    }
  }

 private:
  void draw_rate(const FaultInfo& fault, Scope scope) {
    run::Range* range = unset_range(data_, fault.setting);
    if (range == nullptr) return;
    const int64_t rate =
        between(choices_.ambient(kHowMuch, scope, 0), fault.magnitude.min, fault.magnitude.max);
    range->set_min(rate);
    range->set_max(rate);
  }

  void draw_dose(const FaultInfo& fault, Scope scope) {
    if (is_left_out(data_, fault.name) || !survives(promised_, fault.cost)) return;
    if (!has_targets(scenario_, fault.aim)) return;
    if (fault.needs_versions && oldest_version_.empty()) return;
    if (!understands(*scenario_.protocol, fault)) return;
    run::Dose& dose = *data_.mutable_faults()->add_dose();
    dose.set_fault(std::string(fault.name));
    dose.set_slots(static_cast<int32_t>(
        1 + below(choices_.ambient(kSlots, scope, 0), std::max<uint64_t>(fault.slots, 1))));
    dose.mutable_duration_ms()->set_min(fault.duration_ms.min);
    dose.mutable_duration_ms()->set_max(fault.duration_ms.max);
    dose.mutable_magnitude()->set_min(fault.magnitude.min);
    dose.mutable_magnitude()->set_max(fault.magnitude.max);
    draw_triggers(fault, scope, dose);
    // There is nothing to upgrade to if all begin with the present version.
    if (fault.kind == FaultKind::kUpgrade && data_.start_version().empty()) {
      data_.set_start_version(oldest_version_);
    }
  }

  void draw_triggers(const FaultInfo& fault, Scope scope, run::Dose& dose) {
    if (fault.kills) {
      dose.set_at_message_percent(
          static_cast<int32_t>(between(choices_.ambient(kAtMessage, scope, 0), 0, 50)));
    }
    if (fault.cost != Cost::kServer) return;
    dose.set_at_disk_operation_percent(
        static_cast<int32_t>(between(choices_.ambient(kAtDisk, scope, 0), 0, 100)));
    dose.set_max_disk_operation(1500);
  }

  const Scenario& scenario_;
  run::Scenario& data_;  // of that
  Choices choices_;
  const Tolerance& promised_;
  std::string oldest_version_;  // empty if there is but one
};

}  // namespace

void draw_swarm(Scenario& scenario, uint64_t seed) {
  const Tolerance promised = scenario.protocol->survives(make_setup(scenario));
  Swarm(scenario, seed, promised).draw();
  scenario.data.set_swarm(false);  // it is resolved
}

}  // namespace seedbed
