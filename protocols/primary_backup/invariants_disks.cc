#include "protocols/primary_backup/invariants_disks.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/primary_backup/store.h"
#include "sim/core/hash.h"

namespace seedbed::primary_backup {

ReplicaDisks::ReplicaDisks(const std::vector<NodeId>& replicas) {
  for (const NodeId node : replicas) disks_.emplace_back().node = node;
}

const ReplicaDisks::Disk* ReplicaDisks::find(NodeId node) const {
  for (const Disk& disk : disks_) {
    if (disk.node == node) return &disk;
  }
  return nullptr;
}

void ReplicaDisks::follow(const TraceEvent& event) {
  if (event.kind != EventKind::kDurable && event.kind != EventKind::kStart) return;
  if (event.index <= seen_ && event.index != kNoEvent) return;
  seen_ = event.index;
  now_ = event.time;
  const auto place = std::find_if(disks_.begin(), disks_.end(),
                                  [&](const Disk& disk) { return disk.node == event.node; });
  if (place == disks_.end()) return;
  Disk& disk = *place;
  disk.image.apply(event);
  disk.log.look(disk.image);
  if (disk.log.take_restart()) begin_anew(disk);
  while (const auto bytes = disk.log.next()) {
    if (const auto record = decode_record(bytes->type, bytes->payload)) take(disk, *record);
  }
  disk.image.settle();
}

void ReplicaDisks::begin_anew(Disk& disk) {
  disk.promised = Epoch{};
  disk.history.clear();
  const auto checkpoint = disk.log.checkpoint();
  if (!checkpoint) return;
  const std::optional<Image> image = decode_image(checkpoint->state);
  if (!image) return;
  disk.promised = image->promised;
  restore(disk, image->applied, image->data);
  for (const LogEntry& entry : image->entries) add(disk, entry);
}

void ReplicaDisks::take(Disk& disk, const Record& record) {
  if (const auto* seen = std::get_if<EpochSeen>(&record)) {
    disk.promised = seen->epoch;
  } else if (const auto* truncated = std::get_if<Truncated>(&record)) {
    disk.history.resize(std::min<Index>(disk.history.size(), truncated->from - 1));
  } else if (const auto* entry = std::get_if<LogEntry>(&record)) {
    add(disk, *entry);
  } else {
    const auto& installed = std::get<Installed>(record);
    restore(disk, installed.id, installed.data);
  }
}

void ReplicaDisks::add(Disk& disk, const LogEntry& entry) {
  ++compared_;
  const Epoch previous = disk.history.empty() ? Epoch{} : disk.history.back();
  disk.history.push_back(entry.id.epoch);
  const uint64_t content = hash_bytes(entry.command);
  const auto [place, fresh] = entries_.try_emplace(
      {entry.id.index, entry.id.epoch},
      Known{.previous = previous, .content = content, .first_on = disk.node, .since = now_});
  const Known& known = place->second;
  if (fresh) {
    const std::optional<Command> command = decode_command(entry.command);
    if (command && command->function != Function::kNothing) {
      operations_[operation_key(command->client, command->sequence)].push_back(entry.id);
    }
  } else if (contradiction_.empty() && (known.previous != previous || known.content != content)) {
    contradiction_ =
        fmt::format("n{} and n{} both hold entry {} of epoch {}, but not the same {}",
                    number(known.first_on), number(disk.node), entry.id.index,
                    number(entry.id.epoch), known.content != content ? "one" : "before it");
  }
}

// The entries that made the state are known: they stood on a disk before anybody applied them.
void ReplicaDisks::restore(Disk& disk, const EntryId& id, std::string_view data) {
  disk.state = {.applied = id, .hash = hash_bytes(data), .number = ++states_};
  disk.history.assign(id.index, Epoch{});
  Epoch epoch = id.epoch;
  for (Index index = id.index; index > 0; --index) {
    disk.history[index - 1] = epoch;
    const auto known = entries_.find({index, epoch});
    if (known == entries_.end()) return;
    epoch = known->second.previous;
  }
}

Epoch ReplicaDisks::promised(NodeId replica) const {
  const Disk* disk = find(replica);
  return disk == nullptr ? Epoch{} : disk->promised;
}

EntryId ReplicaDisks::last(NodeId replica) const {
  const Disk* disk = find(replica);
  if (disk == nullptr || disk->history.empty()) return {};
  return {.index = disk->history.size(), .epoch = disk->history.back()};
}

StateOnDisk ReplicaDisks::state(NodeId replica) const {
  const Disk* disk = find(replica);
  return disk == nullptr ? StateOnDisk() : disk->state;
}

bool ReplicaDisks::holds(NodeId replica, uint64_t operation) const {
  const Disk* disk = find(replica);
  const auto place = operations_.find(operation);
  if (disk == nullptr || place == operations_.end()) return false;
  return std::any_of(place->second.begin(), place->second.end(), [&](const EntryId& id) {
    return id.index <= disk->history.size() && disk->history[id.index - 1] == id.epoch;
  });
}

std::vector<ReplicaDisks::Kept> ReplicaDisks::entries_of(uint64_t operation) const {
  std::vector<Kept> kept;
  const auto place = operations_.find(operation);
  if (place == operations_.end()) return kept;
  for (const EntryId& id : place->second) {
    kept.push_back({.id = id, .since = entries_.at({id.index, id.epoch}).since});
  }
  return kept;
}

std::vector<NodeId> ReplicaDisks::holders(uint64_t operation) const {
  std::vector<NodeId> holders;
  for (const Disk& disk : disks_) {
    if (holds(disk.node, operation)) holders.push_back(disk.node);
  }
  return holders;
}

}  // namespace seedbed::primary_backup
