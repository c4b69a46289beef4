// StateMachineSafety (§3.6.3) and ExactlyOnce (§6.3): what is done with what was committed.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/raft/invariants.h"
#include "protocols/raft/raft.pb.h"
#include "sim/check/payload.h"
#include "sim/core/flat_table.h"

namespace seedbed::raft {
namespace {

// "If a server has applied a log entry at a given index to its state machine, no other server will
// ever apply a different log entry for the same index": nor reach another state by it, nor skip
// one.
class StateMachineSafety final : public Checker {
 public:
  StateMachineSafety() : Checker("StateMachineSafety") {}
  EventKinds interests() const override { return EventKinds(EventKind::kProbe); }

  void on_event(const TraceEvent& event) override {
    if (const auto* restored = payload_as<wire::Restored>(event)) {
      positions_[event.node] = {.incarnation = event.id, .index = restored->last().index()};
      judge(event, restored->last(), restored->state_hash());
    } else if (const auto* applied = payload_as<wire::Applied>(event)) {
      in_order(event, *applied);
      judge(event, applied->entry(), applied->state_hash());
    }
  }

 private:
  struct First {
    uint64_t term = 0;
    uint64_t state_hash = 0;
    EventIndex event{};
    Time time{};
    NodeId node{};
  };
  struct Position {
    uint64_t incarnation = 0;
    uint64_t index = 0;
  };

  void judge(const TraceEvent& event, const wire::EntryId& entry, uint64_t state_hash) {
    evaluated();
    const uint64_t index = entry.index();
    if (first_.size() < index) first_.resize(index);
    std::optional<First>& first = first_[index - 1];
    if (!first) {
      first = First{.term = entry.term(),
                    .state_hash = state_hash,
                    .event = event.index,
                    .time = event.time,
                    .node = event.node};
      return;
    }
    if (first->term == entry.term() && first->state_hash == state_hash) return;
    violate(event,
            fmt::format("n{} and n{} came to different states at index {}",
                        seedbed::number(first->node), seedbed::number(event.node), index),
            {Fact{.event = first->event,
                  .time = first->time,
                  .node = first->node,
                  .text = describe(index, first->term, first->state_hash)},
             fact(event, describe(index, entry.term(), state_hash))});
  }

  void in_order(const TraceEvent& event, const wire::Applied& applied) {
    Position& position = positions_[event.node];
    const uint64_t expected = position.incarnation == event.id ? position.index + 1 : 1;
    position = {.incarnation = event.id, .index = applied.entry().index()};
    if (position.index == expected) return;
    violate(event,
            fmt::format("n{} applied index {} where index {} was due", seedbed::number(event.node),
                        position.index, expected),
            {fact(event, fmt::format("applies index {}", position.index))});
  }

  static std::string describe(uint64_t index, uint64_t term, uint64_t hash) {
    return fmt::format("behind index {} of term {} its state is {:016x}", index, term, hash);
  }

  std::vector<std::optional<First>> first_;  // who applied each index first
  std::map<NodeId, Position> positions_;
};

// A state machine that applies the same log under other circumstances (kv_twins.h) comes to the
// same state and gives the same results.
class DeterministicApply final : public Checker {
 public:
  DeterministicApply() : Checker("DeterministicApply") {}
  EventKinds interests() const override { return EventKinds(EventKind::kProbe); }

  void on_event(const TraceEvent& event) override {
    const auto* applied = payload_as<wire::Applied>(event);
    if (applied == nullptr || !applied->has_twin_state_hash()) return;
    evaluated();
    const bool state = applied->twin_state_hash() == applied->state_hash();
    const bool result = applied->twin_result_hash() == applied->result_hash();
    if ((state && result) || !diverged_.insert(event.node).second) return;
    const uint64_t index = applied->entry().index();
    violate(event,
            fmt::format("what index {} does on n{} depends on something beside the log", index,
                        seedbed::number(event.node)),
            {fact(event, describe("it came to", applied->state_hash(), applied->result_hash())),
             fact(event, describe("a machine with other hash tables and another clock came to",
                                  applied->twin_state_hash(), applied->twin_result_hash()))});
  }

 private:
  static std::string describe(std::string_view what, uint64_t state, uint64_t result) {
    return fmt::format("{} state {:016x} and result {:016x}", what, state, result);
  }

  std::set<NodeId> diverged_;  // what follows is no news
};

// A client's operation is executed at most once, however often it was sent: wherever and whenever
// it is executed, that is at the same place in the log.
class ExactlyOnce final : public Checker {
 public:
  ExactlyOnce() : Checker("ExactlyOnce") {}
  EventKinds interests() const override { return EventKinds(EventKind::kProbe); }
  void on_event(const TraceEvent& event) override {
    const auto* applied = payload_as<wire::Applied>(event);
    if (applied == nullptr || !applied->executed() || applied->session() == 0) return;
    evaluated();
    const Execution now{.sequence = applied->sequence(), .index = applied->entry().index()};
    std::vector<Execution>& session = by_session_[{applied->session(), 0}];
    const auto place = std::lower_bound(
        session.begin(), session.end(), now,
        [](const Execution& a, const Execution& b) { return a.sequence < b.sequence; });
    if (place == session.end() || place->sequence != now.sequence) {
      session.insert(place, now);
      return;
    }
    if (place->index == now.index) return;
    violate(
        event,
        fmt::format("operation {} of session {} was executed twice: at index {} and, by n{}, at "
                    "index {}",
                    applied->sequence(), applied->session(), place->index,
                    seedbed::number(event.node), now.index),
        {fact(event,
              fmt::format("executes operation {} of session {} at index {}; it was "
                          "executed at index {}",
                          applied->sequence(), applied->session(), now.index, place->index))});
  }

 private:
  struct Execution {
    uint64_t sequence = 0;
    uint64_t index = 0;
  };
  FlatTable<std::vector<Execution>> by_session_;  // in order of sequence: they nearly come so
};

}  // namespace

std::unique_ptr<Checker> make_state_machine_safety() {
  return std::make_unique<StateMachineSafety>();
}
std::unique_ptr<Checker> make_deterministic_apply() {
  return std::make_unique<DeterministicApply>();
}
std::unique_ptr<Checker> make_exactly_once() { return std::make_unique<ExactlyOnce>(); }

}  // namespace seedbed::raft
