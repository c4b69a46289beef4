// AC1, AC2, AC3 and GC: what stands on the disks.
#include <fmt/format.h>

#include <utility>

#include "protocols/two_phase_commit/invariants.h"

namespace seedbed::two_phase_commit {
namespace {

using Kind = Deed::Kind;

std::string_view verb(Kind kind) {
  switch (kind) {
    case Kind::kPrepared: return "can say YES to";
    case Kind::kCommitted: return "commits";
    case Kind::kAborted: return "aborts";
    case Kind::kDecision: return "decides to commit";
    case Kind::kEnd: return "forgets";
  }
  return "does something to";
}

std::string clause(const Deed& deed) {
  return fmt::format("n{} {} {}", number(deed.node), verb(deed.kind), to_string(deed.id));
}

// Looks at each deed, once.
class DeedChecker : public Checker {
 public:
  DeedChecker(std::string name, LedgerPtr ledger)
      : Checker(std::move(name)), ledger_(std::move(ledger)) {}
  EventKinds interests() const override { return Ledger::interests(); }
  void on_event(const TraceEvent& event) override {
    ledger_->follow(event);
    for (; next_ < ledger_->deeds().size(); ++next_) judge(event, ledger_->deeds()[next_]);
  }

 protected:
  virtual void judge(const TraceEvent& event, const Deed& deed) = 0;
  const Ledger& ledger() const { return *ledger_; }
  void contradict(const TraceEvent& event, const Deed& first, const Deed& second) {
    violate(event, fmt::format("{}, and {}", clause(first), clause(second)),
            {fact_of(first), fact_of(second)});
  }

 private:
  LedgerPtr ledger_;
  size_t next_ = 0;
};

class Ac1 final : public DeedChecker {
 public:
  explicit Ac1(LedgerPtr ledger) : DeedChecker("AC1", std::move(ledger)) {}
  void finish() override {
    if (!violated() && !mixed_.empty()) {
      excuse_by("2PC-W2", CheckStatus::kViolation, mixed_, std::move(mixed_facts_), mixed_at_);
    }
  }

 protected:
  void judge(const TraceEvent& event, const Deed& deed) override {
    if (deed.kind == Kind::kEnd) return;
    if (deed.kind != Kind::kPrepared) evaluated();
    const Deed* commit = ledger().find(Kind::kDecision, deed.id.coordinator, deed.id);
    const Deed* abort = nullptr;
    // Whoever has only read may abort what it has forgotten.
    for (const NodeId writer : ledger().writers(deed.id)) {
      choose(commit, ledger().find(Kind::kCommitted, writer, deed.id));
      choose(abort, ledger().find(Kind::kAborted, writer, deed.id));
    }
    if (commit == nullptr || abort == nullptr) return;
    if (!commit->by_operator && !abort->by_operator) return contradict(event, *commit, *abort);
    if (!mixed_.empty()) return;
    mixed_ = fmt::format("{} while {}, since an operator decided", clause(*commit), clause(*abort));
    mixed_facts_ = {fact_of(*commit), fact_of(*abort)};
    mixed_at_ = event.index;
  }

 private:
  // One that was decided by the protocol is worse than an operator's.
  static void choose(const Deed*& best, const Deed* other) {
    if (other != nullptr && (best == nullptr || best->by_operator)) best = other;
  }

  std::string mixed_;
  std::vector<Fact> mixed_facts_;
  EventIndex mixed_at_ = kNoEvent;
};

class Ac2 final : public DeedChecker {
 public:
  explicit Ac2(LedgerPtr ledger) : DeedChecker("AC2", std::move(ledger)) {}

 protected:
  void judge(const TraceEvent& event, const Deed& deed) override {
    if (deed.kind == Kind::kDecision || deed.kind == Kind::kEnd) return;
    evaluated();
    for (const Kind before : {Kind::kCommitted, Kind::kAborted}) {
      if (before == deed.kind) continue;
      const Deed* other = ledger().find(before, deed.node, deed.id);
      if (other == nullptr || other->event > deed.event) continue;
      // The records of one write stand there at the same moment.
      if (other->event == deed.event && deed.kind == Kind::kPrepared) continue;
      if (other->by_operator) continue;
      contradict(event, *other, deed);
    }
  }
};

class Ac3 final : public DeedChecker {
 public:
  explicit Ac3(LedgerPtr ledger) : DeedChecker("AC3", std::move(ledger)) {}

 protected:
  void judge(const TraceEvent& event, const Deed& deed) override {
    const std::vector<NodeId>& writers = ledger().writers(deed.id);
    // A participant alone decides by its vote.
    if (deed.kind == Kind::kCommitted && writers.size() == 1) evaluated();
    if (deed.kind != Kind::kDecision) return;
    for (const NodeId writer : writers) {
      evaluated();
      if (ledger().find(Kind::kPrepared, writer, deed.id) != nullptr) continue;
      violate(event, fmt::format("{}, which n{} cannot", clause(deed), number(writer)),
              {fact_of(deed)});
    }
  }
};

class Gc final : public DeedChecker {
 public:
  explicit Gc(LedgerPtr ledger) : DeedChecker("GC", std::move(ledger)) {}

 protected:
  void judge(const TraceEvent& event, const Deed& deed) override {
    // Who commits alone needs no coordinator to remember.
    if (deed.kind == Kind::kCommitted && ledger().writers(deed.id).size() == 1) evaluated();
    if (deed.kind != Kind::kEnd) return;
    evaluated();
    for (const NodeId writer : ledger().writers(deed.id)) {
      if (ledger().find(Kind::kCommitted, writer, deed.id) != nullptr) continue;
      // Whoever has decided otherwise does not wait for it any more: that is a case for AC1.
      if (ledger().find(Kind::kAborted, writer, deed.id) != nullptr) continue;
      violate(event,
              fmt::format("{}, whose commit n{} does not know", clause(deed), number(writer)),
              {fact_of(deed)});
    }
  }
};

}  // namespace

Fact fact_of(const Deed& deed) {
  return {.event = deed.event,
          .time = deed.time,
          .node = deed.node,
          .text = fmt::format("{} {}{}, by its disk", verb(deed.kind), to_string(deed.id),
                              deed.by_operator ? " at an operator's order" : "")};
}

std::unique_ptr<Checker> make_ac1(LedgerPtr ledger) {
  return std::make_unique<Ac1>(std::move(ledger));
}
std::unique_ptr<Checker> make_ac2(LedgerPtr ledger) {
  return std::make_unique<Ac2>(std::move(ledger));
}
std::unique_ptr<Checker> make_ac3(LedgerPtr ledger) {
  return std::make_unique<Ac3>(std::move(ledger));
}
std::unique_ptr<Checker> make_gc(LedgerPtr ledger) {
  return std::make_unique<Gc>(std::move(ledger));
}

}  // namespace seedbed::two_phase_commit
