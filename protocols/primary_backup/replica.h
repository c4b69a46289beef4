// Replica: one server of the primary-backup service.
//
// It is a backup, the owner of a new epoch that prepares to serve, or the primary:
//
//   backup     follows the primary of the newest epoch that it has heard of (replica_backup.cc). If
//              it hears nothing for too long, it asks the authority for the next epoch ...
//   candidate  ... has the others promise to follow nobody else, and fetches from them what it
//              lacks (promotion.cc). Then it holds all that was ever acknowledged, and becomes ...
//   primary    ... orders the writes of clients, sends them to its backups, acknowledges them when
//              enough disks have them, and answers reads while its lease holds
//              (replica_primary.cc).
//
// Nothing but the newest epoch that was heard of, and the log, is on the disk; a replica that was
// primary and restarts is a backup.
//
// The code is in direct style: it blocks where it waits, on fibers of its own. After each wait it
// looks again at whatever it decides by: the epoch, most of all.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "protocols/primary_backup/authority.h"
#include "protocols/primary_backup/journal.h"
#include "protocols/primary_backup/log.h"
#include "protocols/primary_backup/primary_backup.pb.h"
#include "protocols/primary_backup/rules.h"
#include "protocols/primary_backup/store.h"
#include "sim/core/future.h"
#include "sim/world/process.h"

namespace seedbed::primary_backup {

struct ReplicaOptions {
  std::vector<NodeId> authority;
  std::vector<NodeId> replicas;  // of the service, all of them
  AckPolicy policy;
  Duration lease = 300ms;     // for so long a backup that answers its primary follows nobody else
  Duration heartbeat = 60ms;  // so often a primary speaks to a backup at least
  int64_t drift_ppm = 1000;   // how wrong the rate of a clock may be
  Duration staleness = 500ms;
  Duration patience = 1s;  // a request of a client waits at most so long
  Index checkpoint_every = 48;
  Index retained_entries = 24;
  JournalOptions journal;
  Rules rules;
};

class Replica final : public Process {
 public:
  Replica(Env& env, ReplicaOptions options);

  void start() override;

 private:
  enum class Role { kBackup, kCandidate, kPrimary };
  // What the primary knows of a backup.
  struct Follower {
    Index next = 1;                         // to be sent
    Index match = 0;                        // it has everything up to here on its disk
    Index told = 0;                         // the commit index that it has heard of
    NodeTime promised{};                    // its promise was asked for then
    int64_t echo = 0;                       // what it last said of its clock
    std::optional<EntryId> wants_snapshot;  // in place of what it had applied
  };
  struct Vote {
    NodeId from{};
    EntryId last;
  };
  struct Kept {
    Index index = 0;
    NodeTime since{};
  };
  struct Waiting {
    Epoch epoch{};
    Promise<wire::Write::Response> answer;
  };
  using Lsn = storage::Lsn;

  // replica.cc: what all roles have in common.
  void restore(Image image);
  void serve();
  Result<wire::Write::Response> on_write(const wire::Write::Request& request);
  Result<wire::Read::Response> on_read(const wire::Read::Request& request);
  bool may_answer_from_here(const wire::Read::Request& request);
  wire::Read::Response look_up(const std::string& key) const;
  // Follows that epoch from now on, if it is a newer one; to be committed by the caller.
  void adopt(Epoch epoch);
  void apply_committed();
  void answer(Index index, wire::Write::Response response);
  void answer_all_unknown();
  // Blocks, if it has to, until the disk has it.
  void await(Lsn end);
  void keep_checkpointing();
  Image image_now() const;
  bool leads(Epoch epoch) const { return role_ == Role::kPrimary && promised_ == epoch; }
  std::vector<NodeId> others() const;
  void report_role(bool primary);
  void report_standing();

  // replica_backup.cc
  Result<wire::Replicate::Response> on_replicate(NodeId from,
                                                 const wire::Replicate::Request& request);
  bool follow(const wire::Replicate::Request& request);
  void take_echo(const wire::Replicate::Request& request);
  Result<wire::Install::Response> on_install(NodeId from, const wire::Install::Request& request);
  void install(const EntryId& id, const std::string& data);
  Result<wire::Fence::Response> on_fence(const wire::Fence::Request& request);
  Result<wire::Fetch::Response> on_fetch(const wire::Fetch::Request& request);
  // What is new among the entries takes its place in the log. False, and nothing changes, if they
  // contradict what was applied.
  bool merge(const google::protobuf::RepeatedPtrField<wire::Entry>& entries);
  // Whether a primary, or the owner, of that epoch is to be listened to; adopts it if so.
  bool accepts(NodeId from, Epoch epoch);
  void promise();

  // replica_primary.cc
  void reign();
  void keep_sending(NodeId backup, Epoch epoch);
  void send_entries(NodeId backup, Epoch epoch);
  void send_snapshot(NodeId backup, Epoch epoch);
  void take_answer(Follower& follower, const wire::Replicate::Response& response);
  void step_down_for(Epoch newer);
  void append(const Command& command);
  void advance();
  // Up to where entries have waited for backups for too long, if there is such a thing.
  Index waited_in_vain() const;
  void keep_patience(Epoch epoch);
  bool leased() const;
  bool serving() const { return role_ == Role::kPrimary && store_.applied().index >= first_; }

  // promotion.cc
  void keep_watch();
  void retire_if_stuck();
  bool may_stand() const;
  bool stand();
  bool gather_fences(Epoch epoch);
  void ask_for_fence(NodeId other, Epoch epoch, NodeTime deadline);
  bool fetch_best(Epoch epoch);
  bool is_candidate(Epoch epoch) const { return role_ == Role::kCandidate && promised_ == epoch; }

  Env& env_;
  ReplicaOptions options_;
  Authority authority_;
  Journal journal_;
  Store store_;  // what is committed
  Log log_;      // ahead of it; may be ahead of the disk as well
  Epoch promised_{};
  Role role_ = Role::kBackup;
  NodeId primary_{};  // of that epoch; 0: unknown
  Index commit_ = 0;
  Index checkpointed_ = 0;
  Signal changed_;  // the role, the epoch, the log, what is committed, applied or promised

  // Of a backup.
  NodeTime heard_{};           // of a primary, or that somebody prepares to be one
  NodeTime promised_until_{};  // follows nobody else
  Duration patience_{};        // beyond the lease, before it stands
  NodeTime fresh_{};           // what is applied is no older than this
  Epoch seen_{};               // at the authority

  // Of a candidate, and of the primary.
  std::vector<Vote> votes_;
  Index first_ = 0;        // of its epoch
  Index own_ = 0;          // durable here
  std::deque<Kept> kept_;  // here, and not yet acknowledged; if its patience may end
  NodeTime fit_{};         // when it last had a lease, and nothing to do, or did it
  Index commit_seen_ = 0;  // when it last looked
  std::map<NodeId, Follower> followers_;
  std::map<Index, Waiting> waiting_;  // clients, by the entry that their write became
};

}  // namespace seedbed::primary_backup
