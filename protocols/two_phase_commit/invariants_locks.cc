// LockHold: a table of locks beside the servers', made of what stands on disks and what arrives.
//
// A key is locked by a transaction that has written it and is in doubt on the participant's disk,
// until somebody tells the participant what was decided. Whoever does its work on such a key
// meanwhile has not asked for the lock, or got it too early.
#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "protocols/two_phase_commit/convert.h"
#include "protocols/two_phase_commit/invariants.h"
#include "sim/check/payload.h"

namespace seedbed::two_phase_commit {
namespace {

using Part = std::pair<NodeId, TxnId>;  // of a transaction, on a machine
using Round = std::pair<Part, uint32_t>;

class LockHold final : public Checker {
 public:
  LockHold(LedgerPtr ledger, EndsPtr ends)
      : Checker("LockHold"), ledger_(std::move(ledger)), ends_(std::move(ends)) {}
  EventKinds interests() const override {
    return Ledger::interests()
        .with(EventKind::kSend)
        .with(EventKind::kReceive)
        .with(EventKind::kFaultBegin);
  }
  void on_event(const TraceEvent& event) override {
    ledger_->follow(event);
    ends_->follow(event);
    switch (event.kind) {
      case EventKind::kSend: return send(event);
      case EventKind::kReceive: return receive(event);
      case EventKind::kStart: return forget(event.node);
      case EventKind::kFaultBegin: return order(event);
      default: return;
    }
  }

 private:
  void send(const TraceEvent& event) {
    if (const auto* work = payload_as<wire::Work::Request>(event)) {
      std::set<std::string>& keys = keys_[{{event.peer, from_wire(work->id())}, work->round()}];
      for (const wire::Step& step : work->steps()) keys.insert(step.key());
    } else if (const auto* done = payload_as<wire::Work::Response>(event)) {
      if (done->outcome() == wire::OUTCOME_UNKNOWN) {
        const NodeId participant = ledger_->name_of(event.node);
        // What a deposed leader does on its own comes to nothing: it cannot vote.
        if (ledger_->is_over(participant, done->incarnation())) return;
        judge(event, participant, {{event.node, from_wire(done->id())}, done->round()});
      }
    } else if (const auto* decision = payload_as<wire::Decide::Request>(event)) {
      carries(event, decision->id(), decision->outcome());
    } else if (const auto* known = payload_as<wire::Inquire::Response>(event)) {
      carries(event, known->id(), known->outcome());
    } else if (const auto* peer = payload_as<wire::AskPeer::Response>(event)) {
      carries(event, peer->id(), peer->outcome());
    }
  }

  void carries(const TraceEvent& event, const wire::TxnId& id, wire::Outcome outcome) {
    if (outcome != wire::OUTCOME_UNKNOWN) on_their_way_[event.id] = from_wire(id);
  }

  void receive(const TraceEvent& event) {
    const auto decision = on_their_way_.find(event.id);
    if (decision != on_their_way_.end()) told_.insert({event.node, decision->second});
  }

  // What is in the memory of a server goes with it.
  void forget(NodeId node) {
    std::erase_if(told_, [&](const Part& part) { return part.first == node; });
    std::erase_if(done_, [&](const Round& round) { return round.first.first == node; });
  }

  // An operator decides whatever is in doubt.
  void order(const TraceEvent& event) {
    if (event.name != "heuristic_commit" && event.name != "heuristic_abort") return;
    for (const NodeId name : ledger_->roles().participants) {
      for (const auto& [id, prepared] : ledger_->participant(name).in_doubt) {
        for (const NodeId machine : ledger_->roles().members(name)) told_.insert({machine, id});
      }
    }
  }

  // Copies of the answer say nothing of what stands there now.
  void judge(const TraceEvent& event, NodeId participant, const Round& round) {
    if (!done_.insert(round).second) return;
    evaluated();
    const TxnId& id = round.first.second;
    const std::set<std::string>& keys = keys_[round];
    for (const auto& [other, prepared] : ledger_->participant(participant).in_doubt) {
      if (other == id || knows(event.node, other)) continue;
      for (const Write& write : prepared.writes) {
        if (!keys.contains(write.key)) continue;
        violate(event,
                fmt::format("{} used {} on n{}, which {} has written and is in doubt",
                            to_string(id), write.key, number(event.node), to_string(other)),
                {fact(event, fmt::format("has done its work for {}", to_string(id)))});
      }
    }
  }

  // What has ended is decided, whatever it was.
  bool knows(NodeId machine, const TxnId& id) const {
    return told_.contains({machine, id}) || ends_->heard(machine, id);
  }

  LedgerPtr ledger_;
  EndsPtr ends_;
  std::map<Round, std::set<std::string>> keys_;  // that a transaction uses
  std::map<uint64_t, TxnId> on_their_way_;       // decisions, by message
  std::set<Part> told_;                          // in this life
  std::set<Round> done_;                         // likewise
};

}  // namespace

std::unique_ptr<Checker> make_lock_hold(LedgerPtr ledger, EndsPtr ends) {
  return std::make_unique<LockHold>(std::move(ledger), std::move(ends));
}

}  // namespace seedbed::two_phase_commit
