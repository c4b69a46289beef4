// Faults of disks.
#include "sim/fault/catalogue.h"

namespace seedbed {
namespace {

void begin_slow(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).disk().set_extra_latency(stage.microseconds());
  }
}

void end_slow(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).disk().set_extra_latency({});
}

const FaultInfo kRows[] = {
    {
        .kind = FaultKind::kLostWrite,
        .name = "lost_write",
        .group = FaultGroup::kDisk,
        .meaning = "a write that no sync covers is gone after a crash, whatever came after it",
        .models = "the page cache of an operating system when the power fails",
        .shown_by = "raft/crashes",
        .setting = "disk.lose_unsynced_percent",
        .fired = [](const World& world) { return world.disk_faults().lost_writes; },
        .unit = "percent of the writes",
        .magnitude = {0, 100},
    },
    {
        .kind = FaultKind::kTornWrite,
        .name = "torn_write",
        .group = FaultGroup::kDisk,
        .meaning = "of a write that no sync covers only some sectors survive a crash",
        .models = "a disk that writes sector by sector when the power fails",
        .shown_by = "raft/crashes",
        .setting = "disk.lose_unsynced_percent",
        .fired = [](const World& world) { return world.disk_faults().torn_writes; },
        .unit = "percent of the writes",
        .magnitude = {0, 100},
    },
    {
        .kind = FaultKind::kLostName,
        .name = "lost_name",
        .group = FaultGroup::kDisk,
        .meaning =
            "a file whose directory was not synced is gone after a crash, or has its old name",
        .models = "the metadata cache of a file system when the power fails",
        .shown_by = "raft/crashes",
        .setting = "disk.lose_unsynced_percent",
        .fired = [](const World& world) { return world.disk_faults().lost_names; },
        .unit = "percent of the names",
        .magnitude = {0, 100},
    },
    {
        .kind = FaultKind::kSlowDisk,
        .name = "slow_disk",
        .group = FaultGroup::kDisk,
        .meaning = "a machine's disk takes longer to read and to sync",
        .models = "a noisy neighbour, a disk about to fail",
        .shown_by = "raft/everything",
        .aim = Aim::kServer,
        .line = "{targets}, +{magnitude} us",
        .begin = begin_slow,
        .end = end_slow,
        .unit = "microseconds more",
        .magnitude = {1'000, 100'000},
        .slots = 3,
        .duration_ms = {500, 4000},
    },
};

}  // namespace

std::span<const FaultInfo> disk_faults() { return kRows; }

}  // namespace seedbed
