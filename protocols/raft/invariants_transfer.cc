// TransferQuiet: §3.10.
#include <fmt/format.h>

#include <map>

#include "protocols/raft/invariants.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/ready.h"
#include "sim/check/payload.h"

namespace seedbed::raft {
namespace {

// A leader that hands over takes no command until it has given that up: its successor has to catch
// up, and must have all that voters have. What it sends tells.
class TransferQuiet final : public Checker {
 public:
  TransferQuiet() : Checker("TransferQuiet") {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kProbe, EventKind::kSend, EventKind::kCrash);
  }

  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kSend) {
      if (!transfers_.empty()) judge(event);
    } else if (event.kind == EventKind::kCrash) {
      transfers_.erase(event.node);
    } else if (const auto* change = payload_as<wire::TransferChanged>(event)) {
      note(event, *change);
    } else if (const auto* role = payload_as<wire::RoleChanged>(event)) {
      transfers_.erase(event.node);
      if (role->role() == static_cast<uint32_t>(Role::kLeader)) evaluated();
    }
  }

 private:
  struct Transfer {
    uint64_t term = 0;
    uint64_t last = 0;
    uint32_t to = 0;
    Fact fact;
  };

  void note(const TraceEvent& event, const wire::TransferChanged& change) {
    transfers_.erase(event.node);
    if (change.to() == 0) return;
    transfers_.emplace(event.node,
                       Transfer{.term = change.term(),
                                .last = change.last(),
                                .to = change.to(),
                                .fact = fact(event, fmt::format("hands over to n{}; its log ends "
                                                                "at {}",
                                                                change.to(), change.last()))});
  }

  void judge(const TraceEvent& event) {
    const auto transfer = transfers_.find(event.node);
    if (transfer == transfers_.end()) return;
    const auto* append = payload_as<wire::AppendEntries>(event);
    if (append == nullptr || append->entries().empty()) return;
    const Transfer& under_way = transfer->second;
    const uint64_t index = append->entries(append->entries_size() - 1).index();
    if (append->term() != under_way.term || index <= under_way.last) return;
    violate(event,
            fmt::format("n{} took entry {} while it handed over to n{}",
                        seedbed::number(event.node), index, under_way.to),
            {under_way.fact, fact(event, fmt::format("sends entry {}", index))});
  }

  std::map<NodeId, Transfer> transfers_;  // under way, by leader
};

}  // namespace

std::unique_ptr<Checker> make_transfer_quiet() { return std::make_unique<TransferQuiet>(); }

}  // namespace seedbed::raft
