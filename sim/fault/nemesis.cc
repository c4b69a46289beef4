#include "sim/fault/nemesis.h"

#include <fmt/format.h>

#include <algorithm>

namespace seedbed {
namespace {

constexpr Site kHappens("nemesis.happens", ChoiceClass::kFault);
constexpr Site kWhen("nemesis.when", ChoiceClass::kAmbient);
constexpr Site kHowLong("nemesis.how_long", ChoiceClass::kAmbient);
constexpr Site kHowMuch("nemesis.how_much", ChoiceClass::kAmbient);
constexpr Site kWhich("nemesis.which", ChoiceClass::kAmbient);
constexpr Site kHowMany("nemesis.how_many", ChoiceClass::kAmbient);
constexpr Site kTrigger("nemesis.trigger", ChoiceClass::kAmbient);
constexpr Site kSide("nemesis.side", ChoiceClass::kAmbient);

bool separates(FaultKind kind) {
  return kind == FaultKind::kPartition || kind == FaultKind::kOneWayPartition;
}
bool concerns_links(FaultKind kind) {
  return separates(kind) || kind == FaultKind::kLinkLoss || kind == FaultKind::kLinkDelay;
}

// A uniformly drawn subset of that size, in the order of ids.
std::vector<NodeId> draw_subset(uint64_t bits, std::span<const NodeId> from, size_t size) {
  std::vector<NodeId> pool(from.begin(), from.end());
  for (size_t i = 0; i < size; ++i) {
    bits = scramble(bits + i + 1);
    std::swap(pool[i], pool[i + below(bits, pool.size() - i)]);
  }
  pool.resize(size);
  std::sort(pool.begin(), pool.end());
  return pool;
}

}  // namespace

FaultPlan draw_plan(Choices& choices, const FaultMix& mix, std::span<const NodeId> servers,
                    std::span<const NodeId> everyone) {
  FaultPlan plan;
  std::array<uint32_t, kFaultKinds.size()> slots_used{};  // doses of one kind share its slots
  for (const FaultDose& dose : mix.doses) {
    const Scope scope = choices.scope(fmt::format("nemesis {}", to_string(dose.kind)));
    uint32_t& slot = slots_used[static_cast<size_t>(dose.kind)];
    for (const uint32_t last = slot + dose.slots; slot < last;) {
      ++slot;
      if (choices.fault(kHappens, scope, slot, dose.odds) == 0) continue;
      const auto draw = [&](const Site& site) { return choices.ambient(site, scope, slot); };
      Fault fault{.id = (static_cast<uint32_t>(dose.kind) + 1) * 1000 + slot, .kind = dose.kind};
      fault.begin.at =
          kStart + Duration(between(draw(kWhen), nanoseconds(mix.begin), nanoseconds(mix.end)));
      fault.duration =
          Duration(between(draw(kHowLong), dose.min_duration.count(), dose.max_duration.count()));
      fault.magnitude = between(draw(kHowMuch), dose.min_magnitude, dose.max_magnitude);

      // A partition may have any servers on one side, though never all; others hit one.
      const uint64_t most = separates(dose.kind) ? std::max<uint64_t>(servers.size() - 1, 1) : 1;
      const uint64_t size = 1 + below(draw(kHowMany), most);
      fault.targets = draw_subset(draw(kWhich), servers, size);
      if (concerns_links(dose.kind)) {
        // Each client is on one side or the other.
        const uint64_t sides = draw(kSide);
        for (const NodeId node : everyone) {
          const bool server = std::find(servers.begin(), servers.end(), node) != servers.end();
          const bool target =
              std::find(fault.targets.begin(), fault.targets.end(), node) != fault.targets.end();
          if (target) continue;
          const bool with_targets = !server && ((sides >> (number(node) % 64)) & 1) != 0;
          (with_targets ? fault.targets : fault.others).push_back(node);
        }
      }
      const uint64_t trigger = draw(kTrigger);
      if (dose.triggered_by_disk.holds(trigger)) {
        fault.begin.node = fault.targets.front();
        fault.begin.disk_operation = 1 + below(scramble(trigger), dose.max_disk_operation);
      }
      plan.faults.push_back(std::move(fault));
    }
  }
  return plan;
}

}  // namespace seedbed
