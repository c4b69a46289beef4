// AC5 and Progress: what must happen once the faults are over.
#include "protocols/two_phase_commit/invariants_blocking.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/check/progress.h"

namespace seedbed::two_phase_commit {
namespace {

using Kind = Deed::Kind;

constexpr std::string_view kWeakness = "2PC-W1";

int64_t ms(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

std::string counted(size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

class Ac5 final : public Checker {
 public:
  explicit Ac5(LedgerPtr ledger) : Checker("AC5"), ledger_(ledger), blocking_(std::move(ledger)) {}
  EventKinds interests() const override { return Blocking::interests(); }
  void on_event(const TraceEvent& event) override {
    blocking_.follow(event);
    last_ = event.index;
  }
  void finish() override {
    evaluated(ledger_->deeds().size());
    for (const InDoubt& doubt : blocking_.in_doubt()) {
      if (doubt.hopeless) continue;
      const Deed* vote = ledger_->find(Kind::kPrepared, doubt.participant, doubt.id);
      conclude(CheckStatus::kLiveness,
               fmt::format("{} is still in doubt on n{}, though somebody could tell",
                           to_string(doubt.id), number(doubt.participant)),
               vote == nullptr ? std::vector<Fact>() : std::vector<Fact>{fact_of(*vote)}, last_);
      return;
    }
    const std::vector<TxnId> untold = blocking_.untold();
    if (!untold.empty()) {
      conclude(CheckStatus::kLiveness,
               fmt::format("{} is committed, and still not known to all who have written",
                           to_string(untold.front())),
               {}, last_);
    } else if (const auto census = blocking_.census()) {
      excuse_by(std::string(kWeakness), CheckStatus::kLiveness, *census, blocking_.facts(), last_);
    }
  }

 private:
  LedgerPtr ledger_;
  Blocking blocking_;
  EventIndex last_ = kNoEvent;
};

class Progress final : public Checker {
 public:
  Progress(LedgerPtr ledger, const LivenessOptions& options)
      : Checker("Progress"),
        clients_("Progress", options.clients, options.bound),
        blocking_(std::move(ledger)) {}
  EventKinds interests() const override {
    return Blocking::interests()
        .with(EventKind::kHeal)
        .with(EventKind::kInvoke)
        .with(EventKind::kReturn);
  }
  void on_event(const TraceEvent& event) override {
    if (Blocking::interests().contains(event.kind)) blocking_.follow(event);
    if (clients_.interests().contains(event.kind)) clients_.on_event(event);
  }
  void finish() override {
    clients_.finish();
    const CheckResult result = clients_.result();
    evaluated(result.evaluated);
    if (result.status != CheckStatus::kLiveness) return;
    if (const auto census = blocking_.census()) {
      excuse_by(std::string(kWeakness), CheckStatus::kLiveness, *census, result.facts,
                result.event);
    } else {
      conclude(CheckStatus::kLiveness, result.message, result.facts, result.event);
    }
  }

 private:
  ProgressChecker clients_;
  Blocking blocking_;
};

}  // namespace

void Blocking::follow(const TraceEvent& event) {
  ledger_->follow(event);
  switch (event.kind) {
    case EventKind::kCrash:
    case EventKind::kPause: gone_.insert(event.node); return;
    case EventKind::kStart:
    case EventKind::kResume: gone_.erase(event.node); return;
    case EventKind::kCut: cut_.insert({event.node, event.peer}); return;
    case EventKind::kReached:
      if (event.name == "two_phase_commit.lock_timeout") {
        lock_timeouts_.emplace_back(event.time, ledger_->name_of(event.node));
      }
      return;
    case EventKind::kEnd: end_ = event.time; return;
    default: return;
  }
}

bool Blocking::linked(NodeId one, NodeId other) const {
  if (gone_.contains(one) || gone_.contains(other)) return false;
  return !cut_.contains({one, other}) && !cut_.contains({other, one});
}

std::vector<NodeId> Blocking::able(NodeId name) const {
  const std::vector<NodeId> members = ledger_->roles().members(name);
  std::vector<NodeId> able;
  for (const NodeId one : members) {
    const auto reached = std::count_if(members.begin(), members.end(),
                                       [&](NodeId other) { return linked(one, other); });
    if (static_cast<size_t>(reached) > members.size() / 2) able.push_back(one);
  }
  return able;
}

bool Blocking::in_touch(NodeId one, NodeId other) const {
  const std::vector<NodeId> here = able(one);
  const std::vector<NodeId> there = able(other);
  return std::any_of(here.begin(), here.end(), [&](NodeId machine) {
    return std::any_of(there.begin(), there.end(),
                       [&](NodeId peer) { return linked(machine, peer); });
  });
}

bool Blocking::hopeless(NodeId participant, const TxnId& id) const {
  if (in_touch(participant, id.coordinator)) return false;
  const std::vector<NodeId>& writers = ledger_->writers(id);
  return std::all_of(writers.begin(), writers.end(), [&](NodeId writer) {
    return writer == participant || !in_touch(participant, writer) ||
           ledger_->participant(writer).in_doubt.contains(id);
  });
}

std::vector<InDoubt> Blocking::in_doubt() const {
  std::vector<InDoubt> doubts;
  for (const NodeId node : ledger_->roles().participants) {
    if (!runs(node)) continue;
    for (const auto& [id, prepared] : ledger_->participant(node).in_doubt) {
      doubts.push_back({.participant = node, .id = id, .hopeless = hopeless(node, id)});
    }
  }
  return doubts;
}

std::vector<TxnId> Blocking::untold() const {
  std::vector<TxnId> untold;
  for (const NodeId node : ledger_->roles().coordinators) {
    for (const auto& [id, writers] : ledger_->coordinator(node).committed) {
      const bool all = std::all_of(writers.begin(), writers.end(),
                                   [&](NodeId writer) { return linked(node, writer); });
      if (all) untold.push_back(id);
    }
  }
  return untold;
}

std::optional<std::string> Blocking::census() const {
  std::set<TxnId> transactions;
  std::set<NodeId> participants;
  size_t locks = 0;
  Time since = Time::max();
  for (const InDoubt& doubt : in_doubt()) {
    if (!doubt.hopeless) continue;
    transactions.insert(doubt.id);
    participants.insert(doubt.participant);
    locks += ledger_->participant(doubt.participant).in_doubt.at(doubt.id).locks.size();
    const Deed* vote = ledger_->find(Kind::kPrepared, doubt.participant, doubt.id);
    if (vote != nullptr) since = std::min(since, vote->time);
  }
  if (transactions.empty()) return std::nullopt;
  const auto victims =
      std::count_if(lock_timeouts_.begin(), lock_timeouts_.end(), [&](const auto& timeout) {
        return timeout.first >= since && participants.contains(timeout.second);
      });
  return fmt::format(
      "nobody who knows the decision can be reached: {} in doubt on {}, holding {} for {} ms so "
      "far; "
      "others gave up waiting for a lock {} times",
      counted(transactions.size(), "transaction"), counted(participants.size(), "participant"),
      counted(locks, "lock"), ms(end_ - since), victims);
}

std::vector<Fact> Blocking::facts() const {
  std::vector<Fact> facts;
  for (const InDoubt& doubt : in_doubt()) {
    const Deed* vote = ledger_->find(Kind::kPrepared, doubt.participant, doubt.id);
    if (vote != nullptr && facts.size() < 8) facts.push_back(fact_of(*vote));
  }
  std::sort(facts.begin(), facts.end(),
            [](const Fact& a, const Fact& b) { return a.event < b.event; });
  return facts;
}

std::unique_ptr<Checker> make_ac5(LedgerPtr ledger) {
  return std::make_unique<Ac5>(std::move(ledger));
}
std::unique_ptr<Checker> make_progress(LedgerPtr ledger, const LivenessOptions& options) {
  return std::make_unique<Progress>(std::move(ledger), options);
}

}  // namespace seedbed::two_phase_commit
