// PrepDurable, DecDurable, NamesOnce: what may be said, by what stands on the disk of the speaker.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "protocols/two_phase_commit/convert.h"
#include "protocols/two_phase_commit/invariants.h"
#include "sim/check/payload.h"

namespace seedbed::two_phase_commit {
namespace {

using Kind = Deed::Kind;

EventKinds with_sends() { return Ledger::interests().with(EventKind::kSend); }

class PrepDurable final : public Checker {
 public:
  explicit PrepDurable(LedgerPtr ledger) : Checker("PrepDurable"), ledger_(std::move(ledger)) {}
  EventKinds interests() const override { return with_sends(); }
  void on_event(const TraceEvent& event) override {
    ledger_->follow(event);
    if (event.kind != EventKind::kSend) return;
    const auto* vote = payload_as<wire::Prepare::Response>(event);
    if (vote == nullptr || vote->vote() == wire::VOTE_NO) return;
    evaluated();
    if (vote->vote() == wire::VOTE_READ) return;
    const TxnId id = from_wire(vote->id());
    const Kind kind = vote->vote() == wire::VOTE_YES ? Kind::kPrepared : Kind::kCommitted;
    const NodeId name = ledger_->name_of(event.node);
    if (ledger_->find(kind, name, id) != nullptr) return;
    violate(event,
            fmt::format("n{} said YES to {}, but its disk could not keep the word",
                        number(event.node), to_string(id)),
            {fact(event, fmt::format("says YES to {}", to_string(id)))});
  }

 private:
  LedgerPtr ledger_;
};

class DecDurable final : public Checker {
 public:
  DecDurable(LedgerPtr ledger, EndsPtr ends)
      : Checker("DecDurable"), ledger_(std::move(ledger)), ends_(std::move(ends)) {}
  EventKinds interests() const override { return with_sends().with(EventKind::kReceive); }
  void on_event(const TraceEvent& event) override {
    ledger_->follow(event);
    ends_->follow(event);
    if (event.kind != EventKind::kSend) return;
    if (const auto* decision = payload_as<wire::Decide::Request>(event)) {
      tells(event, decision->id(), decision->outcome(), Kind::kDecision);
    } else if (const auto* known = payload_as<wire::Inquire::Response>(event)) {
      tells(event, known->id(), known->outcome(), Kind::kDecision);
    } else if (const auto* heard = payload_as<wire::Decide::Response>(event)) {
      tells(event, heard->id(), heard->outcome(), Kind::kCommitted);
    } else if (const auto* vote = payload_as<wire::Prepare::Response>(event)) {
      if (vote->vote() == wire::VOTE_COMMITTED) must_stand(event, vote->id(), Kind::kCommitted);
    } else if (const auto* peer = payload_as<wire::AskPeer::Response>(event)) {
      tells(event, peer->id(), peer->outcome(), Kind::kCommitted);
      if (peer->outcome() == wire::OUTCOME_ABORTED) must_stand(event, peer->id(), Kind::kAborted);
    }
  }

 private:
  void tells(const TraceEvent& event, const wire::TxnId& id, wire::Outcome outcome, Kind kind) {
    if (outcome == wire::OUTCOME_COMMITTED) must_stand(event, id, kind);
  }

  void must_stand(const TraceEvent& event, const wire::TxnId& message, Kind kind) {
    evaluated();
    const TxnId id = from_wire(message);
    const NodeId name = ledger_->name_of(event.node);
    if (ledger_->find(kind, name, id) != nullptr) return;
    // An operator was faster.
    const Deed* other = ledger_->find(Kind::kAborted, name, id);
    if (kind == Kind::kCommitted && other != nullptr && other->by_operator) return;
    // What has ended, nobody need know any more: whoever is told once more says so, and whoever is
    // asked by somebody in doubt can tell that it was aborted.
    if (kind != Kind::kDecision && has_ended(event.node, name, id)) return;
    violate(event,
            fmt::format("n{} tells of a decision on {} that is not on its disk", number(event.node),
                        to_string(id)),
            {fact(event, fmt::format("tells of a decision on {}", to_string(id)))});
  }

  // By its disk, or by what it has been told.
  bool has_ended(NodeId machine, NodeId name, const TxnId& id) const {
    return ledger_->participant(name).has_ended(id) || ends_->heard(machine, id);
  }

  LedgerPtr ledger_;
  EndsPtr ends_;
};

class NamesOnce final : public Checker {
 public:
  NamesOnce() : Checker("NamesOnce") {}
  EventKinds interests() const override { return EventKinds(EventKind::kStart, EventKind::kSend); }
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kStart) {
      ++lives_[event.node];
      return;
    }
    const auto* named = payload_as<wire::Begin::Response>(event);
    if (named == nullptr) return;
    evaluated();
    const TxnId id = from_wire(named->id());
    const Named now{
        .speaker = event.node, .client = event.peer, .life = lives_[event.node], .fact = {}};
    const auto [place, fresh] = named_.try_emplace(id, now);
    if (fresh) {
      place->second.fact = fact(event, fmt::format("names {}", to_string(id)));
      return;
    }
    const Named& before = place->second;
    const bool same_life = before.speaker == now.speaker && before.life == now.life;
    if (same_life && before.client == now.client) return;
    violate(event, fmt::format("n{} named {} twice", number(event.node), to_string(id)),
            {before.fact, fact(event, fmt::format("names {} again", to_string(id)))});
  }

 private:
  struct Named {
    NodeId speaker{};
    NodeId client{};
    uint64_t life = 0;  // of the speaker
    Fact fact;
  };
  std::map<NodeId, uint64_t> lives_;
  std::map<TxnId, Named> named_;
};

}  // namespace

std::unique_ptr<Checker> make_prep_durable(LedgerPtr ledger) {
  return std::make_unique<PrepDurable>(std::move(ledger));
}
std::unique_ptr<Checker> make_dec_durable(LedgerPtr ledger, EndsPtr ends) {
  return std::make_unique<DecDurable>(std::move(ledger), std::move(ends));
}
std::unique_ptr<Checker> make_names_once() { return std::make_unique<NamesOnce>(); }

}  // namespace seedbed::two_phase_commit
