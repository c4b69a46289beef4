// ReplicaDisks: what the disks of all replicas hold, followed through the `durable` events of a
// run. The invariants look here, never at what a replica says of its disk. They share one
// (sim/check/shared_views.h).
//
// A log is named by the id of its last entry: whatever stood before it, when it was written, stands
// there still. So a disk whose entries were replaced by a state still says which they were.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocols/primary_backup/records.h"
#include "protocols/storage/invariants_durable_log.h"
#include "sim/check/durable_image.h"
#include "sim/core/event.h"

namespace seedbed::primary_backup {

// An operation of a client, as one number: (client, its number of the operation).
constexpr uint64_t operation_key(uint64_t client, uint64_t sequence) {
  return (client << 32) | sequence;
}

// The state in a checkpoint, or one that was installed.
struct StateOnDisk {
  EntryId applied;
  uint64_t hash = 0;
  uint64_t number = 0;  // changes whenever there is another one; 0: there is none
};

class ReplicaDisks {
 public:
  explicit ReplicaDisks(const std::vector<NodeId>& replicas);

  // Takes in a `durable` or `start` event; ignores other nodes, and events that it has seen.
  void follow(const TraceEvent& event);

  // What the replica would recover if it lost power now.
  Epoch promised(NodeId replica) const;
  EntryId last(NodeId replica) const;
  StateOnDisk state(NodeId replica) const;
  // Whether its history has the operation.
  bool holds(NodeId replica, uint64_t operation) const;
  std::vector<NodeId> holders(uint64_t operation) const;
  // The entries that it became, each with the time at which it was first durable on some disk.
  struct Kept {
    EntryId id;
    Time since{};
  };
  std::vector<Kept> entries_of(uint64_t operation) const;

  // A sentence, once a log was found that contradicts another.
  const std::string& contradiction() const { return contradiction_; }
  // Entries that were compared.
  uint64_t compared() const { return compared_; }

 private:
  struct Disk {
    NodeId node{};
    DurableImage image;
    storage::DurableLog log{std::string(kDirectory)};
    Epoch promised{};
    std::vector<Epoch> history;  // of the entry at each index
    StateOnDisk state;
  };
  struct Known {
    Epoch previous{};  // of the entry before it
    uint64_t content = 0;
    NodeId first_on{};
    Time since{};
  };

  const Disk* find(NodeId node) const;
  void begin_anew(Disk& disk);
  void take(Disk& disk, const Record& record);
  void add(Disk& disk, const LogEntry& entry);
  void restore(Disk& disk, const EntryId& id, std::string_view data);

  std::vector<Disk> disks_;
  std::map<std::pair<Index, Epoch>, Known> entries_;
  std::map<uint64_t, std::vector<EntryId>> operations_;
  std::string contradiction_;
  uint64_t compared_ = 0;
  uint64_t states_ = 0;
  EventIndex seen_ = kNoEvent;
  Time now_{};
};

}  // namespace seedbed::primary_backup
