// The weakness 2PC-W2, as clients see it.
#include <fmt/format.h>

#include <utility>

#include "protocols/two_phase_commit/invariants.h"

namespace seedbed::two_phase_commit {
namespace {

class Excused final : public Checker {
 public:
  Excused(std::unique_ptr<Checker> inner, LedgerPtr ledger)
      : Checker(inner->name()), inner_(std::move(inner)), ledger_(std::move(ledger)) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kInvoke, EventKind::kReturn, EventKind::kDurable,
                      EventKind::kStart);
  }
  void on_event(const TraceEvent& event) override {
    ledger_->follow(event);
    if (inner_->interests().contains(event.kind)) inner_->on_event(event);
  }
  void finish() override {
    inner_->finish();
    CheckResult result = inner_->result();
    evaluated(result.evaluated);
    if (result.status == CheckStatus::kPass) return;
    const Deed* damage = ledger_->damage();
    if (result.status == CheckStatus::kViolation && damage != nullptr) {
      result.facts.insert(result.facts.begin(), fact_of(*damage));
      excuse_by("2PC-W2", CheckStatus::kViolation,
                fmt::format("{}; an operator had decided {} by himself", result.message,
                            to_string(damage->id)),
                std::move(result.facts), result.event);
      return;
    }
    conclude(result.status, result.message, std::move(result.facts), result.event);
  }

 private:
  std::unique_ptr<Checker> inner_;
  LedgerPtr ledger_;
};

}  // namespace

std::unique_ptr<Checker> make_excused(std::unique_ptr<Checker> inner, LedgerPtr ledger) {
  return std::make_unique<Excused>(std::move(inner), std::move(ledger));
}

}  // namespace seedbed::two_phase_commit
