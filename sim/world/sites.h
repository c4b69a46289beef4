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

// Scope: node ("n1"); ordinal 0.
inline constexpr Site kClockOffset("clock.offset", ChoiceClass::kAmbient);

inline constexpr std::array kWorldSites{kLoss,        kDuplicate,    kReorder,     kTail,
                                        kCorrupt,     kCorruptBits,  kReset,       kHalfOpen,
                                        kLatency,     kCopyLatency,  kDiskLatency, kUnsyncedWrite,
                                        kTornSectors, kUnsyncedName, kClockOffset};

}  // namespace seedbed::sites
