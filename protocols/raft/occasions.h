// Occasions: the turns that a server's rules can take, so that a campaign can tell whether it has
// been everywhere. A server notes them as it goes; nothing depends on them.
//
//   occasions_.note(Occasion::kWindowFull);
//   ...
//   if (ready.occasions.has(Occasion::kWindowFull)) ...
//
// occasion_table.h says what each means.
#pragma once

#include <cstdint>

namespace seedbed::raft {

enum class Occasion : uint8_t {
  // Elections (§3.4, §9.6, §4.2.3, §6.2).
  kElectionTimedOut,
  kPreVoteHearsLeader,
  kPreVoteLogBehind,
  kPreVoteOfEarlierTerm,
  kVoteLogBehind,
  kVoteGivenAway,
  kDisturbanceIgnored,
  kLateVote,
  kStuckAbove,
  kNoQuorum,
  // Replication (§3.5, §3.6, §10.2).
  kOldRequest,
  kTermSkipped,
  kCommitHeldBack,
  kProbeWaits,
  kWindowFull,
  kBatched,
  kMessageFull,
  kBackPressure,
  kOlderTermNotCounted,
  kOlderTermWithOwn,
  // Snapshots (chapter 5).
  kReachesIntoSnapshot,
  kSnapshotNothingNew,
  kSnapshotKeepsLog,
  kPieceNotNext,
  kPieceFromElsewhere,
  kEntriesWhileInstalling,
  kNoElectionWhileInstalling,
  // Membership (chapter 4).
  kLearnerWaits,
  kAskedWithoutVote,
  kLearnerCaughtUp,
  kNextRound,
  kChangeGivenUp,
  kChangeWaitsForTerm,
  kChangeWaitsForCommit,
  kJointInherited,
  kLeaderLeaves,
  kRolledBack,
  kRemovedComesBack,
  // Transfer (§3.10).
  kTransferHoldsCommands,
  kTransferGivenUp,
  kLeaseGivenUp,
  // Queries (§6.4).
  kQueryWaitsForTerm,
  kQueriesShareRound,
  kOldRoundIgnored,
  kLeaseOver,
};
inline constexpr size_t kOccasions = static_cast<size_t>(Occasion::kLeaseOver) + 1;

// A set of them.
class Occasions {
 public:
  void note(Occasion occasion) { bits_ |= bit(occasion); }
  bool has(Occasion occasion) const { return (bits_ & bit(occasion)) != 0; }
  bool empty() const { return bits_ == 0; }
  // Those of this set that were not in `known`, which gets them.
  Occasions take_new(Occasions& known) const {
    Occasions fresh;
    fresh.bits_ = bits_ & ~known.bits_;
    known.bits_ |= bits_;
    return fresh;
  }
  bool operator==(const Occasions&) const = default;

 private:
  static uint64_t bit(Occasion occasion) { return uint64_t{1} << static_cast<uint8_t>(occasion); }
  uint64_t bits_ = 0;
};
static_assert(kOccasions <= 64);

}  // namespace seedbed::raft
