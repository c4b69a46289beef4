// AckedCommit and ExactlyOnce: operations of clients, and the transactions that were run for them.
#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "protocols/two_phase_commit/convert.h"
#include "protocols/two_phase_commit/invariants.h"
#include "sim/check/payload.h"
#include "sim/history/history.h"

namespace seedbed::two_phase_commit {
namespace {

using Kind = Deed::Kind;
using OperationKey = std::pair<NodeId, uint64_t>;  // the client, its number

constexpr uint64_t kNumbersPerClient = 1'000'000;  // as ClientPlan::first_id counts

// Which transactions were run for which operations, and which of them are committed.
class Runs {
 public:
  explicit Runs(LedgerPtr ledger) : ledger_(std::move(ledger)) {}

  void follow(const TraceEvent& event) {
    ledger_->follow(event);
    if (event.kind != EventKind::kSend) return;
    const auto* run = payload_as<wire::Run::Request>(event);
    if (run == nullptr) return;
    const OperationKey operation{event.node, run->operation()};
    const TxnId id = from_wire(run->id());
    if (operations_.try_emplace(id, operation).second) transactions_[operation].push_back(id);
    for (const wire::Step& step : run->steps()) {
      if (from_wire(step).writes()) writing_.insert(id);
    }
  }

  // Whether the last transaction that was run for the operation writes.
  bool writes(const OperationKey& operation) const {
    const auto place = transactions_.find(operation);
    return place != transactions_.end() && writing_.contains(place->second.back());
  }
  const OperationKey* operation_of(const TxnId& id) const {
    const auto place = operations_.find(id);
    return place == operations_.end() ? nullptr : &place->second;
  }
  std::vector<TxnId> committed(const OperationKey& operation) const {
    std::vector<TxnId> committed;
    const auto place = transactions_.find(operation);
    if (place == transactions_.end()) return committed;
    for (const TxnId& id : place->second) {
      if (is_committed(id)) committed.push_back(id);
    }
    return committed;
  }
  // By its coordinator, or by the one participant that had anything to decide.
  bool is_committed(const TxnId& id) const {
    if (ledger_->find(Kind::kDecision, id.coordinator, id) != nullptr) return true;
    const std::vector<NodeId>& writers = ledger_->writers(id);
    return writers.size() == 1 && ledger_->find(Kind::kCommitted, writers.front(), id) != nullptr;
  }
  const Ledger& ledger() const { return *ledger_; }

 private:
  LedgerPtr ledger_;
  std::map<TxnId, OperationKey> operations_;
  std::map<OperationKey, std::vector<TxnId>> transactions_;
  std::set<TxnId> writing_;
};

class AckedCommit final : public Checker {
 public:
  explicit AckedCommit(LedgerPtr ledger) : Checker("AckedCommit"), runs_(std::move(ledger)) {}
  EventKinds interests() const override {
    return Ledger::interests().with(EventKind::kSend).with(EventKind::kReturn);
  }
  void on_event(const TraceEvent& event) override {
    runs_.follow(event);
    if (event.kind != EventKind::kReturn) return;
    const Response response = response_from(event);
    const OperationKey operation{event.node, event.id % kNumbersPerClient};
    if (!response.ok() || response.is_insufficient() || !runs_.writes(operation)) return;
    evaluated();
    if (!runs_.committed(operation).empty()) return;
    violate(
        event,
        fmt::format("c{} was told that its {} {} is done, but no transaction of it is committed",
                    number(event.node), event.name, operation.second),
        {fact(event, fmt::format("is told that its {} is done", event.name))});
  }

 private:
  Runs runs_;
};

class ExactlyOnce final : public Checker {
 public:
  explicit ExactlyOnce(LedgerPtr ledger) : Checker("ExactlyOnce"), runs_(std::move(ledger)) {}
  EventKinds interests() const override { return Ledger::interests().with(EventKind::kSend); }
  void on_event(const TraceEvent& event) override {
    runs_.follow(event);
    const std::vector<Deed>& deeds = runs_.ledger().deeds();
    for (; next_ < deeds.size(); ++next_) judge(event, deeds[next_]);
  }

 private:
  void judge(const TraceEvent& event, const Deed& deed) {
    const bool commits = deed.kind == Kind::kDecision || deed.kind == Kind::kCommitted;
    if (!commits || !runs_.is_committed(deed.id)) return;
    const OperationKey* operation = runs_.operation_of(deed.id);
    if (operation == nullptr) return;
    evaluated();
    const std::vector<TxnId> committed = runs_.committed(*operation);
    if (committed.size() < 2) return;
    violate(event,
            fmt::format("operation {} of c{} was committed as {} and as {}", operation->second,
                        number(operation->first), to_string(committed[0]), to_string(committed[1])),
            {fact_of(deed)});
  }

  Runs runs_;
  size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Checker> make_acked_commit(LedgerPtr ledger) {
  return std::make_unique<AckedCommit>(std::move(ledger));
}
std::unique_ptr<Checker> make_exactly_once(LedgerPtr ledger) {
  return std::make_unique<ExactlyOnce>(std::move(ledger));
}

}  // namespace seedbed::two_phase_commit
