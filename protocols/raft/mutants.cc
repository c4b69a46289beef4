#include "protocols/raft/mutants.h"

#include <array>

namespace seedbed::raft {
namespace {

constexpr std::array kMutants = {
    MutantInfo{
        Mutant::kB01, "raft.b01-commit-old-term", "RAFT-B01",
        "A leader commits an entry of an earlier term because a quorum holds it (figure 3.8).",
        "CommitTermRule", "LeaderCompleteness,StateMachineSafety,AcknowledgedIsDurable",
        "https://github.com/logcabin/logcabin/issues/44; "
        "https://github.com/canonical/raft/commit/524f735 fixed it in libraft before 0.17.1"},
    MutantInfo{Mutant::kB02, "raft.b02-query-before-own-term", "RAFT-B02",
               "A new leader answers queries before an entry of its own term is committed, and so "
               "before it knows what is.",
               "QueryIndex", "Linearizable", "https://github.com/etcd-io/etcd/issues/7331"},
    MutantInfo{Mutant::kB03, "raft.b03-query-without-round", "RAFT-B03",
               "Whoever believes that it leads answers queries from its own state.", "QueryIndex",
               "Linearizable",
               "https://github.com/etcd-io/etcd/issues/741; "
               "https://github.com/hashicorp/consul/issues/54"},
    MutantInfo{Mutant::kB04, "raft.b04-truncate-on-overlap", "RAFT-B04",
               "A follower drops everything behind prev on every AppendEntries, so that an old or "
               "repeated one destroys entries it has acknowledged.",
               "CommitQuorumDurable",
               "AckDurable,LeaderCompleteness,AcknowledgedIsDurable,Assertion",
               "https://github.com/hashicorp/raft/pull/113"},
    MutantInfo{Mutant::kB05, "raft.b05-commit-unverified", "RAFT-B05",
               "A follower commits up to its own last entry although this AppendEntries verified "
               "less of its log.",
               "CommitQuorumDurable", "StateMachineSafety",
               "https://github.com/atomix/copycat/issues/265; cowsql/raft commit 000eacf2"},
    MutantInfo{Mutant::kB06, "raft.b06-purged-is-conflict", "RAFT-B06",
               "A follower that does not find the entry before the new ones, because a snapshot "
               "covers it, takes that for a conflict and drops its log.",
               "AckDurable", "CommitQuorumDurable,SnapshotOK,LeaderCompleteness,Assertion",
               "https://github.com/datafuselabs/openraft/issues/511"},
    MutantInfo{Mutant::kB07, "raft.b07-stale-completion", "RAFT-B07",
               "When the disk completes entries of a deposed leader, the follower acknowledges "
               "their index to the leader of the day.",
               "AckDurable", "CommitQuorumDurable,LeaderCompleteness,AcknowledgedIsDurable",
               "https://github.com/canonical/raft/commit/35479fc"},
    MutantInfo{Mutant::kB08, "raft.b08-vote-for-successor", "RAFT-B08",
               "A server votes for the candidate that the leader has named, even if it has voted "
               "in that term.",
               "VoteOnce", "ElectionSafety,VoteDurable",
               "https://github.com/canonical/raft/pull/139, removed in "
               "https://github.com/cowsql/raft/commit/ad19f79a"},
    MutantInfo{Mutant::kB09, "raft.b09-change-before-own-term", "RAFT-B09",
               "A new leader changes the membership, one server at a time, before an entry of its "
               "own term is committed.",
               "ConfigOverlap", "CommitQuorumDurable,LeaderCompleteness",
               "D. Ongaro, bug in single-server membership changes, raft-dev, 2015"},
    MutantInfo{Mutant::kB10, "raft.b10-vote-before-sync", "RAFT-B10",
               "A vote leaves before it is durable; after a crash the server votes again.",
               "VoteDurable", "VoteOnce,ElectionSafety",
               "https://github.com/hashicorp/raft/issues/661; "
               "https://github.com/ongardie/raft.tla/pull/5"},
    MutantInfo{Mutant::kB11, "raft.b11-append-when-deposed", "RAFT-B11",
               "A command that came while the server led is appended after it was deposed, in the "
               "new term.",
               "LogMatching", "StateMachineSafety,AckDurable,Assertion",
               "https://github.com/hashicorp/raft/issues/695"},
    MutantInfo{Mutant::kB12, "raft.b12-ignore-earlier-terms", "RAFT-B12",
               "PreVotes from servers of an earlier term, and their answers, are ignored: they are "
               "never brought into the present.",
               "Progress", "StableLeader",
               "https://github.com/etcd-io/etcd/issues/8243; "
               "https://github.com/etcd-io/etcd/issues/8501"},
    MutantInfo{Mutant::kB13PreVote, "raft.b13-no-pre-vote", "RAFT-B13",
               "Servers that hear no leader raise their term without asking whether they could be "
               "elected.",
               "StableLeader", "Progress",
               "https://blog.cloudflare.com/a-byzantine-failure-in-the-real-world/"},
    MutantInfo{Mutant::kB13CheckQuorum, "raft.b13-no-check-quorum", "RAFT-B13",
               "A leader without a majority leads on, and those who still hear it elect nobody "
               "else.",
               "StableLeader", "Progress",
               "https://decentralizedthoughts.github.io/2020-12-12-raft-liveness-full-omission/"},
    MutantInfo{Mutant::kB14, "raft.b14-count-own-unsynced", "RAFT-B14",
               "A leader counts its own copy of an entry before its disk has it.",
               "CommitQuorumDurable", "LeaderCompleteness,AcknowledgedIsDurable",
               "https://github.com/canonical/raft/commit/a54636b; "
               "https://github.com/etcd-io/etcd/issues/14370"},
    MutantInfo{
        Mutant::kB15, "raft.b15-promise-forgotten", "RAFT-B15",
        "A voter that has started again does not keep the promise that a leader's lease "
        "rests on.",
        "QueryIndex", "LeaseExclusion,Linearizable",
        "https://github.com/tikv/tikv/issues/964; https://github.com/etcd-io/etcd/issues/6005"},
    MutantInfo{Mutant::kB16, "raft.b16-old-round", "RAFT-B16",
               "An answer to an earlier round of heartbeats confirms a query that came after it.",
               "QueryIndex", "Linearizable", "https://github.com/etcd-io/etcd/issues/20418"},
    MutantInfo{Mutant::kB17, "raft.b17-learner-refuses", "RAFT-B17",
               "A server that does not know yet that it may vote does not, when it is asked.",
               "Progress", "", "https://github.com/etcd-io/etcd/pull/10998"},
    MutantInfo{Mutant::kB18, "raft.b18-snapshot-without-configuration", "RAFT-B18",
               "A snapshot carries the configuration that the log began with, not the latest one "
               "that it covers.",
               "CommitQuorumDurable", "SnapshotOK,ConfigRollback,ConfigOverlap",
               "https://github.com/canonical/raft/issues/250"},
    MutantInfo{Mutant::kB19, "raft.b19-log-goes-first", "RAFT-B19",
               "A follower drops its log before the leader's snapshot is on its disk.",
               "SnapshotOK", "CommitQuorumDurable,AcknowledgedIsDurable",
               "https://github.com/RedisLabs/redisraft/issues/43"},
    MutantInfo{Mutant::kB20, "raft.b20-older-snapshot-kept", "RAFT-B20",
               "Snapshots are compared by their names, so that the one at entry 9 is kept instead "
               "of the one at 10, while the log goes.",
               "SnapshotOK", "", "https://github.com/hashicorp/raft/issues/395"},
    MutantInfo{Mutant::kB21, "raft.b21-last-entry-dropped", "RAFT-B21",
               "A server that starts takes the last entry of its log for torn, and drops it.",
               "SnapshotOK", "CommitQuorumDurable,LeaderCompleteness,AcknowledgedIsDurable",
               "https://github.com/eBay/NuRaft/issues/185"},
    MutantInfo{Mutant::kB22, "raft.b22-configuration-once-committed", "RAFT-B22",
               "A configuration counts only once it is committed.", "ConfigRollback",
               "ConfigOverlap,CommitQuorumDurable,AcknowledgedIsDurable,Progress,Assertion",
               "https://github.com/etcd-io/etcd/issues/12359"},
    MutantInfo{Mutant::kB23, "raft.b23-command-while-handing-over", "RAFT-B23",
               "A leader goes on taking commands while it hands over, so that its successor never "
               "has all it has.",
               "TransferQuiet", "",
               "https://github.com/redpanda-data/redpanda/issues/2606; "
               "https://github.com/hashicorp/raft/pull/487"},
    MutantInfo{Mutant::kNoSessionCheck, "raft.no-session-check", "RAFT-SESSION",
               "The state machine executes a repeated command again instead of giving the reply "
               "it gave (section 6.3).",
               "ExactlyOnce", "Linearizable", "https://github.com/RedisLabs/redisraft/issues/52"},
    MutantInfo{Mutant::kRsmB01, "raft.rsm-b01-eviction-order", "RSM-B01",
               "Which session makes room for another depends on the order in which a hash table is "
               "walked, and so on the server.",
               "DeterministicApply", "StateMachineSafety,ReplicasAgree",
               "https://jepsen.io/analyses/voltdb-6-3 (replicas are compared by hashes for this)"},
    MutantInfo{Mutant::kRsmB02, "raft.rsm-b02-local-clock", "RSM-B02",
               "Sessions expire by the clock of each server instead of the time in the log.",
               "DeterministicApply", "StateMachineSafety,ReplicasAgree",
               "Ongaro 2014, section 6.3, warns of it"},
    MutantInfo{Mutant::kRsmB03, "raft.rsm-b03-hashed-padding", "RSM-B03",
               "The hash of the state covers padding, which differs from process to process.",
               "DeterministicApply", "StateMachineSafety,ReplicasAgree",
               "SEI CERT C, EXP42-C (do not compare padding data)"},
    MutantInfo{Mutant::kRsmB04, "raft.rsm-b04-answer-by-index", "RSM-B04",
               "Whoever waits for an index is told of success when any entry is committed there, "
               "also that of another leader.",
               "AcknowledgedIsDurable", "Linearizable",
               "ReplicatedStateMachine.execute_command of the chapter, taken literally (CH-03)"},
    MutantInfo{
        Mutant::kRsmB05, "raft.rsm-b05-sessions-left-out", "RSM-B05",
        "A snapshot has the data and no sessions, so that whoever starts from it has forgotten "
        "what was executed.",
        "SnapshotOK", "StateMachineSafety,ExactlyOnce,Linearizable",
        "https://github.com/RedisLabs/redisraft/issues/52"},
    MutantInfo{Mutant::kRsmB06, "raft.rsm-b06-session-anew", "RSM-B06",
               "A request in a session that has expired opens it again and is executed, perhaps "
               "for the second time.",
               "ExactlyOnce", "Linearizable", "Ongaro 2014, section 6.3, warns of it"},
    MutantInfo{Mutant::kRsmB07, "raft.rsm-b07-own-command-first", "RSM-B07",
               "A leader applies the command that its client waits for before earlier entries that "
               "are committed as well.",
               "StateMachineSafety", "Linearizable,ReplicasAgree,SnapshotOK",
               "Schneider 1990, section 3: requests are processed in the order of their numbers"},
    MutantInfo{Mutant::kRsmB08, "raft.rsm-b08-own-version", "RSM-B08",
               "Each server applies entries as its own release does, while some are upgraded and "
               "others are not.",
               "StateMachineSafety", "SnapshotOK",
               "Ongaro 2014, section 6.3; LogCabin 1.1 versions its state machine for that reason"},
    MutantInfo{
        Mutant::kCh04, "raft.ch04-states-logged", "CH-04",
        "The machine goes by the number of states that it has logged, of which a server that "
        "began with a snapshot has fewer; they are logged, and compared with nothing.",
        "StateMachineSafety", "SnapshotOK,DeterministicApply",
        "DeterministicStateMachine of the chapter, taken literally (CH-04)"},
    MutantInfo{Mutant::kActivateAlone, "raft.activate-alone", "",
               "A leader puts a version in force that it knows itself, and asks nobody else.",
               "Progress", "ReplicasAgree",
               "LogCabin, Server/StateMachine.cc: the version is the least of all servers'"},
    MutantInfo{Mutant::kRsmB09, "raft.rsm-b09-partial-transaction", "RSM-B09",
               "A transaction that fails in the middle leaves what it has written so far.", "Lists",
               "", "https://jepsen.io/consistency/phenomena/g1a (aborted read)"},
    MutantInfo{Mutant::kRsmB10, "raft.rsm-b10-fuzzy-snapshot", "RSM-B10",
               "A snapshot is taken while entries are being applied, and is said to cover those "
               "that are still to come.",
               "SnapshotOK", "StateMachineSafety,Assertion",
               "Mohan et al., ARIES, ACM TODS 17(1), 1992: a fuzzy image needs the log from where "
               "it was begun"},
    MutantInfo{Mutant::kRsmB11, "raft.rsm-b11-reply-pruned", "RSM-B11",
               "The cache of replies drops the one that the client still waits for, and a "
               "repetition of the request is executed again.",
               "ExactlyOnce", "Linearizable", "https://github.com/RedisLabs/redisraft/issues/52"},
};

}  // namespace

std::span<const MutantInfo> mutants() { return kMutants; }

const MutantInfo* describe(Mutant mutant) {
  for (const MutantInfo& info : kMutants) {
    if (info.mutant == mutant) return &info;
  }
  return nullptr;
}

std::optional<Mutant> find_mutant(std::string_view name) {
  for (const MutantInfo& info : kMutants) {
    if (info.name == name) return info.mutant;
  }
  return std::nullopt;
}

}  // namespace seedbed::raft
