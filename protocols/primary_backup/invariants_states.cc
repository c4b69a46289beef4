// ReplicaPrefix, AppliedAtomic, ExactlyOnce: logs, and what they make.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "protocols/primary_backup/convert.h"
#include "protocols/primary_backup/invariants.h"
#include "sim/check/payload.h"

namespace seedbed::primary_backup {
namespace {

class ReplicaPrefix final : public Checker {
 public:
  explicit ReplicaPrefix(Disks disks) : Checker("ReplicaPrefix"), disks_(std::move(disks)) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kDurable, EventKind::kStart);
  }
  void on_event(const TraceEvent& event) override {
    disks_->follow(event);
    evaluated(disks_->compared() - compared_);
    compared_ = disks_->compared();
    if (disks_->contradiction().empty()) return;
    violate(event, disks_->contradiction(), {fact(event, "writes it")});
  }

 private:
  Disks disks_;
  uint64_t compared_ = 0;
};

class AppliedAtomic final : public Checker {
 public:
  explicit AppliedAtomic(Disks disks) : Checker("AppliedAtomic"), disks_(std::move(disks)) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kDurable, EventKind::kStart, EventKind::kProbe);
  }
  void on_event(const TraceEvent& event) override {
    disks_->follow(event);
    if (const auto* applied = payload_as<wire::Applied>(event)) {
      judge(event, from_wire(applied->id()), applied->state_hash(), "comes to another state");
    } else if (const auto* restored = payload_as<wire::Restored>(event)) {
      judge(event, from_wire(restored->id()), restored->state_hash(), "begins with another state");
    } else if (const auto* standing = payload_as<wire::Standing>(event)) {
      judge(event, from_wire(standing->id()), standing->state_hash(), "stands in another state");
    } else if (event.kind == EventKind::kDurable) {
      const StateOnDisk state = disks_->state(event.node);
      uint64_t& seen = seen_[event.node];
      if (state.number == 0 || state.number == seen) return;
      seen = state.number;
      judge(event, state.applied, state.hash, "has another state on its disk");
    }
  }

 private:
  struct First {
    uint64_t hash = 0;
    Fact fact;
  };

  // Whoever is first says what the state behind an entry is.
  void judge(const TraceEvent& event, const EntryId& id, uint64_t hash, std::string_view differs) {
    if (id.index == 0) return;
    evaluated();
    const auto [place, fresh] =
        states_.try_emplace({id.index, id.epoch}, First{.hash = hash, .fact = {}});
    First& first = place->second;
    if (fresh) first.fact = fact(event, fmt::format("has applied all through {}", id.index));
    if (first.hash == hash) return;
    violate(event,
            fmt::format("n{} {} behind entry {} of epoch {} than n{} had", number(event.node),
                        differs, id.index, number(id.epoch), number(first.fact.node)),
            {first.fact, fact(event, fmt::format("{} behind {}", differs, id.index))});
  }

  Disks disks_;
  std::map<std::pair<Index, Epoch>, First> states_;
  std::map<NodeId, uint64_t> seen_;
};

class ExactlyOnce final : public Checker {
 public:
  ExactlyOnce() : Checker("ExactlyOnce") {}
  EventKinds interests() const override { return EventKinds(EventKind::kProbe); }
  void on_event(const TraceEvent& event) override {
    // A state that replaces another may go back behind what was executed.
    if (payload_as<wire::Restored>(event) != nullptr) executed_[event.node].clear();
    const auto* applied = payload_as<wire::Applied>(event);
    if (applied == nullptr || !applied->executed()) return;
    evaluated();
    const uint64_t operation = operation_key(applied->client(), applied->sequence());
    const auto [place, fresh] = executed_[event.node].try_emplace(
        operation, fact(event, fmt::format("executes it at {}", applied->id().index())));
    if (fresh) return;
    violate(event,
            fmt::format("n{} executed operation {} of client {} again", number(event.node),
                        applied->sequence(), applied->client()),
            {place->second,
             fact(event, fmt::format("executes it again at {}", applied->id().index()))});
  }

 private:
  std::map<NodeId, std::map<uint64_t, Fact>> executed_;
};

}  // namespace

std::unique_ptr<Checker> make_replica_prefix(Disks disks) {
  return std::make_unique<ReplicaPrefix>(std::move(disks));
}
std::unique_ptr<Checker> make_applied_atomic(Disks disks) {
  return std::make_unique<AppliedAtomic>(std::move(disks));
}
std::unique_ptr<Checker> make_exactly_once() { return std::make_unique<ExactlyOnce>(); }

std::optional<std::string> digest_of(const TraceEvent& event) {
  wire::EntryId id;
  uint64_t hash = 0;
  if (const auto* applied = payload_as<wire::Applied>(event)) {
    id = applied->id();
    hash = applied->state_hash();
  } else if (const auto* restored = payload_as<wire::Restored>(event)) {
    id = restored->id();
    hash = restored->state_hash();
  } else if (const auto* standing = payload_as<wire::Standing>(event)) {
    id = standing->id();
    hash = standing->state_hash();
  } else {
    return std::nullopt;
  }
  return fmt::format("index {} epoch {} state {:016x}", id.index(), id.epoch(), hash);
}

}  // namespace seedbed::primary_backup
