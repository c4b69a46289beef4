// AC1: what was decided, by the disks.
#include <fmt/format.h>

#include <utility>

#include "protocols/two_phase_commit/invariants.h"

namespace seedbed::two_phase_commit {
namespace {

using Kind = Deed::Kind;

bool is_commit(const Deed& deed) { return deed.kind != Kind::kAborted; }

std::string_view verb(const Deed& deed) {
  switch (deed.kind) {
    case Kind::kPrepared: return "can say YES to";
    case Kind::kCommitted: return "commits";
    case Kind::kAborted: return "aborts";
    case Kind::kDecision: return "decides to commit";
    case Kind::kEnd: return "forgets";
  }
  return "does something to";
}

Fact fact_of(const Deed& deed) {
  return {.event = deed.event,
          .time = deed.time,
          .node = deed.node,
          .text = fmt::format("{} {}{}, by its disk", verb(deed), to_string(deed.id),
                              deed.by_operator ? " at an operator's order" : "")};
}

class Ac1 final : public Checker {
 public:
  explicit Ac1(LedgerPtr ledger) : Checker("AC1"), ledger_(std::move(ledger)) {}
  EventKinds interests() const override { return Ledger::interests(); }
  void on_event(const TraceEvent& event) override {
    ledger_->follow(event);
    for (; next_ < ledger_->deeds().size(); ++next_) judge(event, ledger_->deeds()[next_]);
  }

 private:
  void judge(const TraceEvent& event, const Deed& deed) {
    if (deed.kind == Kind::kEnd) return;
    if (deed.kind != Kind::kPrepared) evaluated();
    const std::vector<NodeId>& writers = ledger_->writers(deed.id);
    const Deed* commit = nullptr;
    const Deed* abort = nullptr;
    const auto consider = [&](Kind kind, NodeId node) {
      const Deed* found = ledger_->find(kind, node, deed.id);
      if (found == nullptr) return;
      (is_commit(*found) ? commit : abort) = found;
    };
    consider(Kind::kDecision, deed.id.coordinator);
    // Whoever has only read may abort what it has forgotten.
    for (const NodeId writer : writers) {
      consider(Kind::kCommitted, writer);
      consider(Kind::kAborted, writer);
    }
    if (commit == nullptr || abort == nullptr) return;
    if (commit->by_operator || abort->by_operator) return;
    violate(event,
            fmt::format("n{} {} {}, which n{} {}", number(commit->node), verb(*commit),
                        to_string(deed.id), number(abort->node), verb(*abort)),
            {fact_of(*commit), fact_of(*abort)});
  }

  LedgerPtr ledger_;
  size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Checker> make_ac1(LedgerPtr ledger) {
  return std::make_unique<Ac1>(std::move(ledger));
}

}  // namespace seedbed::two_phase_commit
