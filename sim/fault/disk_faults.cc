// Faults of disks.
#include <algorithm>

#include "sim/fault/catalogue.h"

namespace seedbed {
namespace {

// What a fault means for the disk: filled in from its magnitude.
using Trouble = DiskTrouble (*)(const Stage& stage);

template <Trouble trouble>
void begin(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).disk().worsen(trouble(stage));
}

template <Trouble trouble>
void end(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).disk().ease(trouble(stage));
}

DiskTrouble slow(const Stage& stage) { return {.latency = stage.microseconds()}; }
DiskTrouble stalled(const Stage&) { return {.stalls = 1}; }
DiskTrouble full(const Stage&) { return {.full = 1}; }
DiskTrouble lying(const Stage& stage) { return {.lying_syncs = stage.fault.magnitude}; }
DiskTrouble forgetful(const Stage& stage) { return {.phantom_writes = stage.fault.magnitude}; }
DiskTrouble confused_writes(const Stage& stage) {
  return {.misdirected_writes = stage.fault.magnitude};
}
DiskTrouble confused_reads(const Stage& stage) {
  return {.misdirected_reads = stage.fault.magnitude};
}

constexpr Site kRottenSectors("fault.rotten_sectors", ChoiceClass::kAmbient);

void rot(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    const uint64_t bits = stage.draw(kRottenSectors, number(id));
    const auto sectors = static_cast<uint64_t>(std::max<int64_t>(stage.fault.magnitude, 0));
    stage.world.node(id).disk().rot(bits, sectors);
  }
}

void wipe(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).cut_power();
    stage.world.node(id).disk().wipe();
  }
}

void start_again(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).restore_power();
}

void make_image(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).disk().remember(stage.fault.id);
  }
}

void restore_image(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    Node& node = stage.world.node(id);
    node.cut_power();
    node.disk().restore(stage.fault.id);
    node.restore_power();
  }
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
        .shown_by = "raft/everything",
        .setting = "disk.lose_unsynced_percent",
        .fired = [](const World& world) { return world.disk_faults().lost_names; },
        .unit = "percent of the names",
        .magnitude = {0, 100},
    },
    {
        .kind = FaultKind::kReadError,
        .name = "read_error",
        .group = FaultGroup::kDisk,
        .meaning = "a read fails, and says so",
        .models = "a sector that cannot be read, a cable that drops out",
        .shown_by = "raft/disks",
        .setting = "disk.read_error_ppm",
        .fired = [](const World& world) { return world.disk_faults().read_errors; },
        .unit = "in a million reads",
        .magnitude = {0, 100'000},
    },
    {
        .kind = FaultKind::kWriteError,
        .name = "write_error",
        .group = FaultGroup::kDisk,
        .meaning = "a write fails, says so, and changes nothing",
        .models = "a file system that went read-only, a quota, a cable that drops out",
        .shown_by = "raft/disks",
        .setting = "disk.write_error_ppm",
        .fired = [](const World& world) { return world.disk_faults().write_errors; },
        .unit = "in a million writes",
        .magnitude = {0, 5'000},
    },
    {
        .kind = FaultKind::kSyncError,
        .name = "sync_error",
        .group = FaultGroup::kDisk,
        .meaning = "a sync fails and forgets some of what it was to keep; the next one succeeds",
        .models = "fsync on Linux, which marks pages clean that it could not write (\"fsyncgate\")",
        .shown_by = "raft/disks",
        .setting = "disk.sync_error_ppm",
        .fired = [](const World& world) { return world.disk_faults().sync_errors; },
        .unit = "in a million syncs",
        .magnitude = {0, 5'000},
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
        .begin = begin<slow>,
        .end = end<slow>,
        .unit = "microseconds more",
        .magnitude = {1'000, 100'000},
        .slots = 3,
        .duration_ms = {500, 4000},
    },
    {
        .kind = FaultKind::kDiskStall,
        .name = "disk_stall",
        .group = FaultGroup::kDisk,
        .meaning = "no operation of a machine's disk completes; then all of them do, in order",
        .models = "a controller that resets, a remote volume that hangs, a collection in flash",
        .shown_by = "raft/disks",
        .aim = Aim::kServer,
        .line = "{targets}",
        .begin = begin<stalled>,
        .end = end<stalled>,
        .slots = 3,
        .duration_ms = {50, 3000},
    },
    {
        .kind = FaultKind::kDiskFull,
        .name = "disk_full",
        .group = FaultGroup::kDisk,
        .meaning = "writes that would make a file longer fail, and say so",
        .models = "logs that were never deleted, a neighbour on the same volume",
        .shown_by = "raft/disks",
        .aim = Aim::kServer,
        .line = "{targets}",
        .begin = begin<full>,
        .end = end<full>,
        .slots = 2,
        .duration_ms = {200, 3000},
    },
    {
        .kind = FaultKind::kLyingSync,
        .name = "lying_sync",
        .group = FaultGroup::kDisk,
        .meaning = "a sync says ok and keeps nothing, until an honest one",
        .models = "a drive with a volatile cache that ignores flushes",
        .shown_by = "raft/broken_disks",
        .fired = [](const World& world) { return world.disk_faults().lying_syncs; },
        .aim = Aim::kServer,
        .line = "{targets}, {magnitude} in a thousand",
        .cost = Cost::kDisk,
        .begin = begin<lying>,
        .end = end<lying>,
        .unit = "in a thousand syncs",
        .magnitude = {10, 1000},
        .slots = 2,
        .duration_ms = {500, 8000},
    },
    {
        .kind = FaultKind::kPhantomWrite,
        .name = "phantom_write",
        .group = FaultGroup::kDisk,
        .meaning = "a write that was confirmed, and synced, never reaches the disk",
        .models = "firmware that loses a write; the old content stays",
        .shown_by = "raft/broken_disks",
        .fired = [](const World& world) { return world.disk_faults().phantom_writes; },
        .aim = Aim::kServer,
        .line = "{targets}, {magnitude} in a thousand",
        .cost = Cost::kDisk,
        .begin = begin<forgetful>,
        .end = end<forgetful>,
        .unit = "in a thousand writes",
        .magnitude = {5, 200},
        .slots = 2,
        .duration_ms = {500, 8000},
    },
    {
        .kind = FaultKind::kMisdirectedWrite,
        .name = "misdirected_write",
        .group = FaultGroup::kDisk,
        .meaning = "a write goes to another sector, of the same or another file",
        .models = "firmware or a driver that gets an address wrong",
        .shown_by = "raft/broken_disks",
        .fired = [](const World& world) { return world.disk_faults().misdirected_writes; },
        .aim = Aim::kServer,
        .line = "{targets}, {magnitude} in a thousand",
        .cost = Cost::kDisk,
        .begin = begin<confused_writes>,
        .end = end<confused_writes>,
        .unit = "in a thousand writes",
        .magnitude = {5, 200},
        .slots = 2,
        .duration_ms = {500, 8000},
    },
    {
        .kind = FaultKind::kMisdirectedRead,
        .name = "misdirected_read",
        .group = FaultGroup::kDisk,
        .meaning = "a sector of what is read comes from another place",
        .models = "firmware or a driver that gets an address wrong",
        .shown_by = "raft/broken_disks",
        .fired = [](const World& world) { return world.disk_faults().misdirected_reads; },
        .aim = Aim::kServer,
        .line = "{targets}, {magnitude} in a thousand",
        .cost = Cost::kDisk,
        .begin = begin<confused_reads>,
        .end = end<confused_reads>,
        .unit = "in a thousand reads",
        .magnitude = {100, 1000},
        .slots = 2,
        .duration_ms = {500, 8000},
    },
    {
        .kind = FaultKind::kBitRot,
        .name = "bit_rot",
        .group = FaultGroup::kDisk,
        .meaning = "bits of what was durable flip; they read alike until they are written anew",
        .models = "flash cells that leak, a head that damaged a neighbouring track",
        .shown_by = "raft/broken_disks",
        .fired = [](const World& world) { return world.disk_faults().rotten_sectors; },
        .aim = Aim::kServer,
        .line = "{targets}, {magnitude} sectors",
        .cost = Cost::kDisk,
        .begin = rot,
        .unit = "sectors",
        .magnitude = {1, 4},
        .slots = 2,
        .duration_ms = {1, 1},
    },
    {
        .kind = FaultKind::kWipedDisk,
        .name = "wiped_disk",
        .group = FaultGroup::kDisk,
        .meaning = "a machine crashes and comes back with an empty disk",
        .models = "a disk that was replaced, a machine set up anew under its old name",
        .shown_by = "raft/broken_disks",
        .aim = Aim::kServer,
        .line = "{targets}",
        .cost = Cost::kServerAndDisk,
        .begin = wipe,
        .end = start_again,
        .slots = 1,
        .duration_ms = {50, 2000},
    },
    {
        .kind = FaultKind::kRestoredDisk,
        .name = "restored_disk",
        .group = FaultGroup::kDisk,
        .meaning = "an image of a disk is made; at the end the machine crashes and goes back to it",
        .models = "a virtual machine that is rolled back to a snapshot, a backup played back",
        .shown_by = "raft/broken_disks",
        .aim = Aim::kServer,
        .line = "{targets}",
        .cost = Cost::kDisk,
        .begin = make_image,
        .end = restore_image,
        .slots = 1,
        .duration_ms = {200, 8000},
    },
};

}  // namespace

std::span<const FaultInfo> disk_faults() { return kRows; }

}  // namespace seedbed
