// SnapshotOK: what a snapshot may say, and what must not go when one comes (chapter 5).
#include <fmt/format.h>

#include <map>
#include <optional>
#include <vector>

#include "protocols/raft/invariants.h"
#include "protocols/raft/invariants_configurations.h"
#include "protocols/raft/kv.h"
#include "protocols/raft/raft.pb.h"
#include "sim/check/payload.h"

namespace seedbed::raft {
namespace {

// On every disk, at any moment:
//   - the log goes on where the snapshot leaves off, or before;
//   - the snapshot covers entries that were committed and applied, its state is the one that they
//     lead to, and its configuration the latest among them;
//   - what the disk had of the committed log, it still has, be it as entries or in the snapshot.
class SnapshotOK final : public Checker {
 public:
  SnapshotOK(std::shared_ptr<ServerLogs> logs, const std::vector<NodeId>& founders)
      : Checker("SnapshotOK"), logs_(std::move(logs)), configurations_(founders) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kProbe, EventKind::kCrash, EventKind::kDurable);
  }

  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kDurable) {
      logs_->follow(event);
      look(event);
      return;
    }
    configurations_.follow(event);
    const auto* applied = payload_as<wire::Applied>(event);
    if (applied == nullptr || applied->entry().index() != applied_.size() + 1) return;
    applied_.push_back(
        {.term = Term{applied->entry().term()}, .state_hash = applied->state_hash()});
  }

 private:
  struct Applied {
    Term term{};
    uint64_t state_hash = 0;
  };
  struct Disk {
    uint64_t snapshots = 0;  // that were looked at
    LogIndex committed = 0;  // it has held the committed log through here
  };

  void look(const TraceEvent& event) {
    const WalFollower& log = logs_->at(event.node);
    Disk& disk = disks_[event.node];
    evaluated();
    if (!log.is_whole()) {
      say(event, fmt::format("goes on behind {}, but its snapshot ends at {}", log.base().index,
                             log.snapshot().index));
      return;
    }
    if (disk.snapshots != log.snapshots()) {
      disk.snapshots = log.snapshots();
      judge_snapshot(event, log);
    }
    if (disk.committed > log.last().index) {
      say(event, fmt::format("ends at {}, but it had the entries through {}, which are committed",
                             log.last().index, disk.committed));
    }
    while (disk.committed < std::min<LogIndex>(applied_.size(), log.last().index) &&
           log.holds({disk.committed + 1, applied_[disk.committed].term})) {
      ++disk.committed;
    }
  }

  void judge_snapshot(const TraceEvent& event, const WalFollower& log) {
    const EntryId last = log.snapshot();
    if (last.index > applied_.size() || applied_[last.index - 1].term != last.term) {
      say(event,
          fmt::format("has a snapshot through {}, which nobody has applied", to_string(last)));
      return;
    }
    KvStateMachine machine{KvRules(), KvLimits()};
    if (!machine.restore(log.snapshot_state())) {
      say(event, fmt::format("has a snapshot through {} that is none", last.index));
    } else if (machine.state_hash() != applied_[last.index - 1].state_hash) {
      say(event,
          fmt::format("has a snapshot through {} of state {:016x}, but the entries lead to "
                      "{:016x}",
                      last.index, machine.state_hash(), applied_[last.index - 1].state_hash));
    } else if (log.snapshot_configuration() != configurations_.committed(last.index)) {
      say(event, fmt::format("has a snapshot through {} with configuration {}, but it is {}",
                             last.index, to_string(log.snapshot_configuration()),
                             to_string(configurations_.committed(last.index))));
    }
  }

  void say(const TraceEvent& event, const std::string& what) {
    violate(event, fmt::format("the log on the disk of n{} {}", number(event.node), what),
            {fact(event, "the log on its disk " + what)});
  }

  std::shared_ptr<ServerLogs> logs_;
  ConfigurationsSeen configurations_;
  std::vector<Applied> applied_;  // by index, from 1: by whoever was first
  std::map<NodeId, Disk> disks_;
};

}  // namespace

std::unique_ptr<Checker> make_snapshot_ok(std::shared_ptr<ServerLogs> logs,
                                          const std::vector<NodeId>& founders) {
  return std::make_unique<SnapshotOK>(std::move(logs), founders);
}

}  // namespace seedbed::raft
