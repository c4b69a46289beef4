// Every choice that the world itself makes. One table, so that names stay unique and can be listed.
#pragma once

#include <array>

#include "sim/core/choice.h"

namespace seedbed::sites {

// Scope: link and message type ("n1->n2 raft.AppendEntries"); ordinal: messages of the type sent
// there.
inline constexpr Site kLoss("network.loss", ChoiceClass::kFault);
inline constexpr Site kDuplicate("network.duplicate", ChoiceClass::kFault);
inline constexpr Site kReorder("network.reorder", ChoiceClass::kFault);
inline constexpr Site kTail("network.tail", ChoiceClass::kFault);
inline constexpr Site kCorrupt("network.corrupt", ChoiceClass::kFault);
inline constexpr Site kCorruptBits("network.corrupt_bits", ChoiceClass::kAmbient);
inline constexpr Site kReset("network.reset", ChoiceClass::kFault);
inline constexpr Site kHalfOpen("network.half_open", ChoiceClass::kFault);
inline constexpr Site kLatency("network.latency", ChoiceClass::kAmbient);
inline constexpr Site kCopyLatency("network.copy_latency", ChoiceClass::kAmbient);

// Scope: disk ("n1 disk"); ordinal: operations of the disk.
inline constexpr Site kDiskLatency("disk.latency", ChoiceClass::kAmbient);
// Scope: disk; ordinal: the operation that was not yet durable when the node crashed.
inline constexpr Site kUnsyncedWrite("disk.unsynced_write", ChoiceClass::kFault);
inline constexpr Site kTornSectors("disk.torn_sectors", ChoiceClass::kAmbient);
inline constexpr Site kUnsyncedName("disk.unsynced_name", ChoiceClass::kFault);

// Scope: disk; ordinal: the operation.
inline constexpr Site kReadError("disk.read_error", ChoiceClass::kFault);
inline constexpr Site kWriteError("disk.write_error", ChoiceClass::kFault);
inline constexpr Site kSyncError("disk.sync_error", ChoiceClass::kFault);
inline constexpr Site kSyncedBeforeError("disk.synced_before_error", ChoiceClass::kAmbient);
inline constexpr Site kLyingSync("disk.lying_sync", ChoiceClass::kFault);
inline constexpr Site kPhantomWrite("disk.phantom_write", ChoiceClass::kFault);
inline constexpr Site kMisdirectedWrite("disk.misdirected_write", ChoiceClass::kFault);
inline constexpr Site kMisdirectedRead("disk.misdirected_read", ChoiceClass::kFault);
inline constexpr Site kElsewhere("disk.elsewhere", ChoiceClass::kAmbient);

// Scope: node ("n1"); ordinal: the incarnation that ended itself.
inline constexpr Site kRestartDelay("node.restart_delay", ChoiceClass::kAmbient);

// Scope: the name of the site that it switches on; ordinal: the node.
inline constexpr Site kBuggifyOn("node.buggify_on", ChoiceClass::kAmbient);

// Scope: node ("n1"); ordinal 0.
inline constexpr Site kClockOffset("clock.offset", ChoiceClass::kAmbient);
inline constexpr Site kClockSyncPeriod("clock.sync_period", ChoiceClass::kAmbient);
// Scope: node; ordinal: the synchronisation.
inline constexpr Site kClockSyncError("clock.sync_error", ChoiceClass::kAmbient);

inline constexpr std::array kWorldSites{kLoss,
                                        kDuplicate,
                                        kReorder,
                                        kTail,
                                        kCorrupt,
                                        kCorruptBits,
                                        kReset,
                                        kHalfOpen,
                                        kLatency,
                                        kCopyLatency,
                                        kDiskLatency,
                                        kUnsyncedWrite,
                                        kTornSectors,
                                        kUnsyncedName,
                                        kReadError,
                                        kWriteError,
                                        kSyncError,
                                        kSyncedBeforeError,
                                        kLyingSync,
                                        kPhantomWrite,
                                        kMisdirectedWrite,
                                        kMisdirectedRead,
                                        kElsewhere,
                                        kRestartDelay,
                                        kBuggifyOn,
                                        kClockOffset,
                                        kClockSyncPeriod,
                                        kClockSyncError};

}  // namespace seedbed::sites
