// Raft: one server of a replicated log, as a value.
//
//   Raft raft(config, Rules(), entropy, now);
//   raft.step(now, from, message);               // inputs: a message, the time, a command, a disk
//   Ready ready = raft.take_ready();             // effects: a write, messages, entries to apply
//   ...                                          // the shell writes, sends and applies
//   raft.persisted(now, ready.write->ticket);    // when the disk has it
//
// There is no clock, disk, network or chance in here. The same inputs give the same effects; a Raft
// can be copied, compared and hashed. Time is the shell's monotonic clock; after each input the
// shell takes the Ready and sees to it that tick() is called at next_deadline().
//
// The disk is asynchronous (§10.2.1, and etcd's asynchronous storage writes): inputs go on while
// writes are in flight. What depends on a write (a vote, an acknowledgement, a leader's own copy)
// waits here until persisted() and is checked again then, for the world may have moved on.
//
// Implemented: elections with PreVote (§9.6), CheckQuorum (§6.2) and leader stickiness (§4.2.3);
// pipelined replication with a bounded window (§10.2.1); conflict hints; batching; back-pressure;
// leadership transfer (§3.10); changes of membership by joint consensus or one server at a time,
// with learners (chapter 4); snapshots, sent in pieces (chapter 5); queries beside the log, by a
// round of heartbeats or by a lease, on leader and followers (§6.4).
//
// Where to read: rules.h has what safety rests on; raft.cc the inputs and roles; election.cc §3.4
// and §9.6; replication.cc §3.5 and §3.6; transfer.cc §3.10; membership.cc chapter 4; snapshots.cc
// chapter 5; queries.cc §6.4.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "protocols/raft/log.h"
#include "protocols/raft/messages.h"
#include "protocols/raft/ready.h"
#include "protocols/raft/roles.h"
#include "protocols/raft/rules.h"
#include "protocols/raft/types.h"
#include "protocols/raft/write_queue.h"
#include "sim/core/ids.h"
#include "sim/core/time.h"

namespace seedbed::raft {

// What leases rest on (§6.4.1).
struct LeaseTerms {
  // For so long after it has answered a heartbeat, or has started, a voter votes for nobody else.
  // At most the smallest election timeout of any server.
  Duration promise = 150ms;
  // No clock runs more than so many parts per million too fast or too slow.
  int64_t drift_ppm = 0;
  bool operator==(const LeaseTerms&) const = default;
};

struct Config {
  NodeId self{};
  // The founders: who votes until a configuration in the log says otherwise, the same on every
  // server. One that is not among them waits for a leader that takes it in.
  std::vector<NodeId> voters;

  // A server that hears of no leader for [election_timeout, 2 * election_timeout), drawn anew each
  // time, starts an election (§3.4).
  Duration election_timeout = 150ms;
  Duration heartbeat_interval = 50ms;

  bool pre_vote = true;  // §9.6
  bool check_quorum =
      true;  // §6.2: a leader that a quorum does not answer steps down; with it, §4.2.3

  // A heartbeat tells a follower to commit no more than it is known to have, as etcd does. Without,
  // it carries the commit index as it is (figure 3.1), and the follower's own rule has to do.
  bool clamp_heartbeats = true;

  // Without, every query takes a round of heartbeats. With, check_quorum must be on: a voter that
  // hears from a leader keeps its promise by §4.2.3.
  std::optional<LeaseTerms> lease;

  // §4.1: a change of one voter is made at once. Without, every change is by joint consensus
  // (§4.3).
  bool single_server_changes = false;
  // No change leaves fewer voters.
  uint64_t least_voters = 1;
  // A new server that has not caught up by then is not waited for any longer, in election timeouts.
  int64_t catch_up_timeouts = 10;

  // Entries that a log keeps although a snapshot covers them, for followers that lag a little.
  uint64_t trailing_entries = 0;
  uint64_t snapshot_chunk_bytes = 16 << 10;  // of a snapshot in one message

  WindowLimits window;                    // to each follower
  uint64_t max_message_bytes = 64 << 10;  // of entries in one AppendEntries; one entry always fits
  uint64_t max_uncommitted_bytes = 4
                                   << 20;  // of commands that a leader accepts ahead of commitment

  bool operator==(const Config&) const = default;
};

class Raft {
 public:
  // A server that starts, or starts again, with what its disk holds. `entropy` seeds its election
  // timeouts and should differ between servers and incarnations.
  Raft(Config config, Rules rules, uint64_t entropy, NodeTime now, Persisted persisted = {});

  // --- Inputs ---------------------------------------------------------------------------------

  // Time has passed. Does nothing before next_deadline().
  void tick(NodeTime now);
  // When tick() is needed next.
  NodeTime next_deadline() const;

  // A message has arrived. Messages from strangers are ignored.
  void step(NodeTime now, NodeId from, Message message);

  // Appends a command if this server leads and has room. The command is committed when the entry of
  // this very name is (an index alone may be taken by another command). Nothing is returned, and
  // nothing will come of the command, if it was refused. Whether it led when the command came does
  // not matter (Rules::may_append).
  std::optional<EntryId> propose(NodeTime now, std::string_view command, bool led_before = false);

  // §3.10: hands the leadership over to that server. Until it leads, or an election timeout has
  // passed, no commands are taken. False if this server does not lead, or that is no other voter.
  bool transfer_leadership(NodeTime now, NodeId to);

  // Chapter 4: makes the change as soon as the one before it is made, and new servers have caught
  // up. False, and nothing will come of it, if this server does not lead, is busy with another
  // change or a transfer, or if the change makes no sense. True is no promise: a leader may lose
  // its office, or give up waiting.
  bool change_membership(NodeTime now, const MembershipChange& change);

  // Chapter 5: takes the state of the state machine behind last_applied() for a snapshot, and
  // forgets entries that it covers. Returns it, to be kept on the disk, with the log's new base, at
  // the shell's leisure. Requires may_compact().
  const Snapshot& compact(std::string_view state);
  // Whether there is anything to forget, and the disk holds what would be forgotten.
  bool may_compact() const;

  // §6.4: asks at which index a query that has just come may be answered; Ready::reads will tell,
  // unless the leader changes or a message is lost. No id may be used twice (ReadId). False
  // if this server knows no leader: nothing will come of it.
  bool query(NodeTime now, ReadId id);

  // The disk holds the write of this ticket and every one before it.
  void persisted(NodeTime now, Ticket ticket);

  // --- Effects --------------------------------------------------------------------------------

  // What is to be done now. A leader makes its AppendEntries here, so commands proposed between two
  // calls share them.
  Ready take_ready();

  // --- State ----------------------------------------------------------------------------------

  Role role() const;
  bool leads() const { return role() == Role::kLeader; }
  Term term() const { return hard_state_.term; }
  const HardState& hard_state() const { return hard_state_; }
  // The leader of the current term, if this server knows it.
  std::optional<NodeId> leader() const;
  const Log& log() const { return log_; }
  LogIndex commit_index() const { return commit_; }
  // Handed out to be applied, or covered by the snapshot that was.
  LogIndex last_applied() const { return applied_; }
  const Snapshot& snapshot() const { return snapshot_; }
  // The latest in the log (§4.1: whether it is committed or not).
  const Configuration& configuration() const;
  EntryId configuration_entry() const;  // where it stands; {0, term 0}: the founders'
  // True while this leader has a change of membership before it.
  bool changing_membership() const;
  // To whom this leader hands its leadership over.
  std::optional<NodeId> transferring_to() const;
  // True if this server leads and may answer queries by itself now.
  bool holds_lease() const;
  // The log through here would survive a crash of this server.
  LogIndex durable_index() const { return writes_.durable_index(); }
  const Config& config() const { return config_; }
  // How many completions of the disk were not acted on because time had overtaken them.
  uint64_t stale_completions() const { return stale_completions_; }

  // A digest of the whole state: equal values have equal ones.
  uint64_t fingerprint() const;
  bool operator==(const Raft&) const = default;

 private:
  // A message that must not leave before a write is durable.
  struct Withheld {
    Ticket after = 0;
    Term term{};  // the term it was written in
    Envelope envelope;
    bool operator==(const Withheld&) const = default;
  };

  // --- raft.cc: inputs, roles, outbox ---
  void advance_time(NodeTime now);
  bool has_room(const Leader& leader, std::string_view command) const;
  NodeTime draw_election_due();
  NodeTime election_due() const;
  EntryId last_durable() const;

  void set_hard_state(HardState hard_state);
  void follow(Term term, std::optional<NodeId> leader);
  void note_role();
  void note(Occasion occasion) { occasions_.note(occasion); }
  void send(NodeId to, Message message);
  void send_after(Ticket ticket, NodeId to, Message message);
  void stale(StaleCompletion::What what, Ticket ticket);
  void release_withheld();

  // --- election.cc: §3.4, §9.6 ---
  bool may_campaign() const;
  void campaign();
  void campaign_as_pre_candidate();
  void campaign_as_candidate(bool transfer = false);
  void request_votes(const RequestVote& request);
  bool hears_a_leader() const;
  void handle(NodeId from, RequestVote& request);
  void answer_pre_vote(NodeId from, const RequestVote& request);
  void answer_vote(NodeId from, const RequestVote& request);
  void handle(NodeId from, RequestVoteResponse& response);
  void count_own_vote();
  void count_vote(Ballot& ballot, NodeId voter, bool granted);
  void become_leader();

  // --- replication.cc: §3.5, §3.6 ---
  void handle(NodeId from, AppendEntries& request);
  void refuse_append(NodeId leader, const AppendEntries& request);
  void append_to_log(AppendEntries& request);
  void acknowledge(NodeId leader, const AppendEntries& request);
  void release_acknowledgements();
  void commit_to(LogIndex index);

  void handle(NodeId from, AppendEntriesResponse& response);
  LogIndex next_after_conflict(const AppendEntriesResponse& response) const;
  void append_in_term(EntryKind kind, EntryData data);
  Progress* find(Leader& leader, NodeId follower);
  Progress* answered_by(NodeId from, Term term);
  void replicate(Progress& follower);
  uint64_t collect_entries(LogIndex first, std::vector<Entry>& entries);
  void send_heartbeat(const Progress& follower, uint64_t round);
  void send_heartbeats(Leader& leader);
  EntryId prev_of(const Progress& follower) const;
  LogIndex held_by_quorum(const Leader& leader) const;
  void count_replicas();
  void check_quorum();

  // --- transfer.cc: §3.10 ---
  void advance_transfer(Leader& leader);
  void give_up_transfer(Leader& leader);
  void handle(NodeId from, TimeoutNow& request);

  // --- membership.cc: chapter 4 ---
  struct ConfigurationAt {
    EntryId at;
    Configuration configuration;
    bool operator==(const ConfigurationAt&) const = default;
  };
  const ConfigurationAt& in_force() const;
  void find_configurations();
  void append(Entry entry);
  void truncate(LogIndex from);
  void note_configuration();
  void advance_membership(Leader& leader);
  bool have_caught_up(Leader& leader);
  void append_configuration(const Configuration& configuration);

  // --- snapshots.cc: chapter 5 ---
  bool is_installing() const;
  const Configuration& configuration_at(LogIndex index) const;
  void send_snapshot(Progress& follower);
  void handle(NodeId from, InstallSnapshot& request);
  void take_piece(NodeId from, InstallSnapshot& request);
  void install(NodeId from, const InstallSnapshot& request);
  void handle(NodeId from, InstallSnapshotResponse& response);
  void acknowledge_through(NodeId leader, LogIndex verified, uint64_t round);

  // --- queries.cc: §6.4 ---
  void handle(NodeId from, ReadIndex& request);
  void handle(NodeId from, ReadIndexResponse& response);
  void begin_round(Leader& leader);
  void ask_for_reads(Leader& leader);
  void count_round(Leader& leader);
  void grant(const std::vector<Reader>& readers, LogIndex index);
  bool holds_lease(const Leader& leader) const;

  Config config_;
  Rules rules_;
  uint64_t entropy_;
  uint64_t draws_ = 0;
  NodeTime now_;
  NodeTime started_;

  HardState hard_state_;
  Snapshot snapshot_;
  Log log_;
  // Those in the log, behind the one that the snapshot, or the founders, begin with.
  std::vector<ConfigurationAt> configurations_;
  EntryId noted_configuration_;
  WriteQueue writes_;
  LogIndex commit_ = 0;   // known to be committed
  LogIndex applied_ = 0;  // handed out to be applied
  RoleState state_;

  std::optional<Incoming> incoming_;
  bool restore_ = false;  // the snapshot is to be handed to the state machine

  std::deque<Withheld> withheld_;
  std::deque<PendingAck> pending_acks_;
  std::vector<Envelope> outbox_;
  std::vector<ReadGrant> reads_;
  std::vector<Notice> notices_;
  Occasions occasions_;
  uint64_t stale_completions_ = 0;
};

}  // namespace seedbed::raft
