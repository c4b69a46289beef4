// What clients may rely on: acknowledged operations are never lost, and in the end all replicas are
// alike.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "protocols/raft/convert.h"
#include "protocols/raft/invariants.h"
#include "protocols/raft/invariants_configurations.h"
#include "protocols/raft/raft.pb.h"
#include "sim/check/convergence.h"
#include "sim/check/durability.h"
#include "sim/check/payload.h"

namespace seedbed::raft {
namespace {

// Every acknowledged operation was executed by an entry that a quorum of the cluster has on disk,
// and goes on having: looked at whenever a client is answered, a server crashes or starts, and at
// the end. By Log Matching, who holds the last such entry holds the others.
class AcknowledgedIsDurable final : public Checker {
 public:
  AcknowledgedIsDurable(std::shared_ptr<ServerLogs> logs, const std::vector<NodeId>& founders)
      : Checker("AcknowledgedIsDurable"), logs_(std::move(logs)), configurations_(founders) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kProbe, EventKind::kDurable, EventKind::kStart, EventKind::kCrash,
                      EventKind::kInvoke, EventKind::kReturn);
  }

  void on_event(const TraceEvent& event) override {
    configurations_.follow(event);
    switch (event.kind) {
      case EventKind::kProbe:
        if (const auto* applied = payload_as<wire::Applied>(event)) execute(*applied);
        break;
      case EventKind::kReturn:
      case EventKind::kInvoke:
        builder_.on_event(event);
        if (event.kind == EventKind::kReturn) acknowledge(event, builder_.last_returned());
        break;
      case EventKind::kDurable: logs_->follow(event); break;
      case EventKind::kCrash:
      case EventKind::kStart: look(event); break;
      default: break;
    }
    if (event.kind != EventKind::kProbe) last_event_ = event;
  }

  void finish() override {
    TraceEvent end = last_event_;
    end.payload = nullptr;
    look(end);
  }

 private:
  // A client's operation by its own number.
  using Operation = std::pair<uint64_t, uint64_t>;

  void execute(const wire::Applied& applied) {
    const EntryId entry = from_wire(applied.entry());
    if (applied.client() != 0) clients_[entry.index] = applied.client();
    if (!applied.executed() || applied.session() == 0) return;
    const auto client = clients_.find(applied.session());
    if (client == clients_.end()) return;
    executed_.try_emplace({client->second, applied.sequence()}, entry);
  }

  void acknowledge(const TraceEvent& event, const seedbed::Entry& entry) {
    const auto number = DurabilityChecker::key_by_number(entry);
    if (!number || !entry.ok()) return;
    evaluated();
    constexpr uint64_t kNumbersPerClient = 1'000'000;  // as ClientPlan::first_id counts
    const Operation operation{*number / kNumbersPerClient, *number % kNumbersPerClient};
    const auto executed = executed_.find(operation);
    if (executed == executed_.end()) {
      violate(event,
              fmt::format("operation #{} was acknowledged, and no server has executed it", *number),
              {fact(event, fmt::format("is told that #{} is done", *number))});
      return;
    }
    if (executed->second.index > acknowledged_.index) {
      acknowledged_ = executed->second;
      number_ = *number;
    }
  }

  void look(const TraceEvent& event) {
    if (acknowledged_.index == 0) return;
    evaluated();
    const auto by = configurations_.candidates();
    const bool held = std::any_of(by.begin(), by.end(), [&](const Configuration* one) {
      return logs_->held_by_quorum(acknowledged_, *one);
    });
    if (held) return;
    std::string on;
    for (const NodeId node : logs_->holders(acknowledged_)) {
      on += fmt::format(" n{}", number(node));
    }
    violate(event,
            fmt::format("operation #{} was acknowledged, but entry {} is on the disks of{}, no "
                        "quorum of {}",
                        number_, to_string(acknowledged_), on.empty() ? " none" : on,
                        to_string(configurations_.latest_committed())),
            {fact(event, fmt::format("entry {} is on the disks of{}", to_string(acknowledged_),
                                     on.empty() ? " none" : on))});
  }

  std::shared_ptr<ServerLogs> logs_;
  ConfigurationsSeen configurations_;
  HistoryBuilder builder_;
  std::map<uint64_t, uint64_t> clients_;   // who opened each session
  std::map<Operation, EntryId> executed_;  // by which entry, by whom first
  EntryId acknowledged_;                   // the last entry that executed an acknowledged operation
  uint64_t number_ = 0;                    // that operation
  TraceEvent last_event_;
};

std::optional<std::string> digest_of(const TraceEvent& event) {
  if (const auto* restored = payload_as<wire::Restored>(event)) {
    return fmt::format("index {} state {:016x}", restored->last().index(), restored->state_hash());
  }
  const auto* applied = payload_as<wire::Applied>(event);
  if (applied == nullptr) return std::nullopt;
  return fmt::format("index {} state {:016x}", applied->entry().index(), applied->state_hash());
}

// After healing, all members of the cluster: who was taken out is not told any more, and who was
// never taken in has nothing to tell.
class ReplicasAgree final : public ConvergenceChecker {
 public:
  explicit ReplicasAgree(const std::vector<NodeId>& founders)
      : ConvergenceChecker("ReplicasAgree", digest_of), configurations_(founders) {}

  void on_event(const TraceEvent& event) override {
    ConvergenceChecker::on_event(event);
    configurations_.follow(event);
  }

 protected:
  bool takes_part(NodeId node) const override {
    return configurations_.latest_committed().is_member(node);
  }

 private:
  ConfigurationsSeen configurations_;
};

}  // namespace

std::unique_ptr<Checker> make_acknowledged_is_durable(std::shared_ptr<ServerLogs> logs,
                                                      const std::vector<NodeId>& founders) {
  return std::make_unique<AcknowledgedIsDurable>(std::move(logs), founders);
}

std::unique_ptr<Checker> make_replicas_agree(const std::vector<NodeId>& founders) {
  return std::make_unique<ReplicasAgree>(founders);
}

}  // namespace seedbed::raft
