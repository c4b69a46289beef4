// FaultKind: everything that can go wrong in a simulated world. What each of them means, how it is
// drawn and what it does stands in one row of one table (catalogue.h).
//
// Each group counts from its own number, so that a new fault moves no other: a fault's number is
// part of the ids in schedules.
#pragma once

#include <cstdint>
#include <string_view>

namespace seedbed {

enum class FaultKind : uint8_t {
  // network_faults.cc
  kMessageLoss = 1,
  kMessageDuplicate,
  kMessageReorder,
  kPartition,
  kOneWayPartition,
  kLinkLoss,
  kLinkDelay,
  kMessageDelay,
  kMessageCorrupt,
  kOneWayLoss,
  kOneWayDelay,
  kBridgePartition,
  kRingPartition,
  kIsolateLeader,
  kFlappingLink,
  kZonePartition,
  kClog,
  kSwizzleClog,
  kLinkBandwidth,
  kLinkMtu,
  kConnectionReset,
  kHalfOpen,
  kPartialPartition,
  kStarPartition,

  // disk_faults.cc
  kLostWrite = 31,
  kTornWrite,
  kLostName,
  kSlowDisk,
  kReadError,
  kWriteError,
  kSyncError,
  kDiskFull,
  kDiskStall,
  kLyingSync,
  kPhantomWrite,
  kMisdirectedWrite,
  kMisdirectedRead,
  kBitRot,
  kWipedDisk,
  kRestoredDisk,

  // clock_faults.cc
  kClockDrift = 61,
  kClockJump,
  kClockFreeze,
  kLeapSmear,
  kLyingClock,

  // process_faults.cc
  kCrash = 81,
  kPause,
  kSlow,
  kCrashLoop,
  kZonePowerLoss,
  kPowerLoss,
  kMemoryLimit,
  kUpgrade,
  kDowngrade,
  kBuggify,
  kTransferLeadership,
  kAddServer,
  kDemoteServer,
  kRemoveServer,
  kHeuristicCommit,
  kHeuristicAbort,

  // client_faults.cc
  kClientCrash = 101,
  kSlowConsumer,
  kDuplicateRequest,
  kLostAnswer,
};
inline constexpr size_t kFaultNumbers = 128;  // above every kind

// "crash", "one_way_partition": as in scenarios, events and schedules.
std::string_view to_string(FaultKind kind);

}  // namespace seedbed
