#include "protocols/raft/occasion_table.h"

#include <array>

namespace seedbed::raft {
namespace {

constexpr std::array<OccasionInfo, kOccasions> kTable = {{
    {Occasion::kElectionTimedOut, "election timeout passed", "a server heard of no leader"},
    {Occasion::kPreVoteHearsLeader, "pre-vote refused: hears a leader",
     "nobody needs an election, says who is asked"},
    {Occasion::kPreVoteLogBehind, "pre-vote refused: log behind", "the election could not be won"},
    {Occasion::kPreVoteOfEarlierTerm, "pre-vote counted from an earlier term",
     "a voter that was left behind says yes"},
    {Occasion::kVoteLogBehind, "vote refused: log behind",
     "a candidate lacks what a voter's disk has"},
    {Occasion::kVoteGivenAway, "vote refused: given to another", "two candidates in one term"},
    {Occasion::kDisturbanceIgnored, "disturbing candidate ignored",
     "a server that hears a leader does not follow a higher term"},
    {Occasion::kLateVote, "vote for an earlier question ignored",
     "it came when nobody asked any more"},
    {Occasion::kStuckAbove, "request of an earlier term answered",
     "its sender learns of the present term"},
    {Occasion::kNoQuorum, "leader stepped down: no quorum answered", "for an election timeout"},
    {Occasion::kOldRequest, "old request truncated nothing",
     "a late AppendEntries holds less than the log"},
    {Occasion::kTermSkipped, "conflict hint skipped entries",
     "the leader went back by more than one at once"},
    {Occasion::kCommitHeldBack, "commit held back to what was verified",
     "the leader has committed more than this request compared"},
    {Occasion::kProbeWaits, "probe waits for its answer", "one request at a time"},
    {Occasion::kWindowFull, "window full", "no more is sent ahead of answers"},
    {Occasion::kBatched, "several entries in one message", "commands share requests"},
    {Occasion::kMessageFull, "message full", "the rest goes into the next one"},
    {Occasion::kBackPressure, "command refused: too much uncommitted", "clients have to wait"},
    {Occasion::kOlderTermNotCounted, "entry of an earlier term not committed by counting",
     "although a quorum holds it (figure 3.8)"},
    {Occasion::kOlderTermWithOwn, "entry of an earlier term committed with one of the own",
     "what the no-op is for"},
    {Occasion::kReachesIntoSnapshot, "request reaches into the snapshot",
     "the entry before the new ones is in no log any more"},
    {Occasion::kSnapshotNothingNew, "snapshot ignored: nothing new", "it ends before the commit"},
    {Occasion::kSnapshotKeepsLog, "snapshot kept the log",
     "the log has its last entry, and keeps what follows"},
    {Occasion::kPieceNotNext, "snapshot piece was not the next", "lost, repeated or late"},
    {Occasion::kPieceFromElsewhere, "snapshot transfer moved to what the follower has",
     "it was taken up again, or begun anew"},
    {Occasion::kEntriesWhileInstalling, "entries came while a snapshot was being written",
     "they wait behind it"},
    {Occasion::kNoElectionWhileInstalling, "no election while a snapshot is being written",
     "an election timeout passed"},
    {Occasion::kLearnerWaits, "server without a vote waits", "it heard of no leader"},
    {Occasion::kAskedWithoutVote, "server without a vote was asked for one",
     "it may have one by a configuration that it has not heard of"},
    {Occasion::kLearnerCaughtUp, "learner caught up", "its last round was short enough"},
    {Occasion::kNextRound, "learner needs another round", "its last round was too long"},
    {Occasion::kChangeGivenUp, "change of membership given up",
     "a new server did not come after the log"},
    {Occasion::kChangeWaitsForTerm, "change waits for an entry of the own term",
     "the correction of 2015"},
    {Occasion::kChangeWaitsForCommit, "change waits for the one before it", "one at a time"},
    {Occasion::kJointInherited, "joint consensus ended by another leader",
     "than the one that began it"},
    {Occasion::kLeaderLeaves, "leader stepped down: not a member", "it has made itself needless"},
    {Occasion::kRolledBack, "configuration rolled back", "the log was cut back behind it"},
    {Occasion::kRemovedComesBack, "removed server refused", "an id never comes back"},
    {Occasion::kTransferHoldsCommands, "command refused: handing over", "§3.10"},
    {Occasion::kTransferGivenUp, "transfer given up", "the successor did not lead in time"},
    {Occasion::kLeaseGivenUp, "lease given up for a transfer",
     "the successor may hold an election at any time"},
    {Occasion::kQueryWaitsForTerm, "query waits for an entry of the own term", "§6.4, step 1"},
    {Occasion::kQueriesShareRound, "queries share a round", "several came while one was under way"},
    {Occasion::kOldRoundIgnored, "answer to an earlier round not counted", "for a later query"},
    {Occasion::kLeaseOver, "lease was over", "a query had to take a round"},
}};

constexpr bool in_order() {
  for (size_t i = 0; i < kOccasions; ++i) {
    if (static_cast<size_t>(kTable[i].occasion) != i) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const OccasionInfo> occasion_table() { return kTable; }

}  // namespace seedbed::raft
