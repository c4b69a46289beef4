// Replica: one Raft server as a process. It drives the core (raft.h) and holds the state machine
// (kv.h).
//
// One fiber owns the core. Everything that happens to the server (messages, completions of the
// disk, commands of clients, the passing of time) enters its inbox; the fiber feeds it to the core
// and carries out the effects. That fiber never waits for a disk or an answer: what it starts comes
// back through the inbox, and the core decides then whether it still matters. Requests of clients
// wait on fibers of their own for the entry they became.
#pragma once

#include <map>
#include <optional>
#include <variant>
#include <vector>

#include "protocols/raft/kv_twins.h"
#include "protocols/raft/raft.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/storage.h"
#include "sim/core/future.h"
#include "sim/world/process.h"

namespace seedbed::raft {

// What an operator may ask of a server (Process::operate).
inline constexpr std::string_view kTransferLeadership = "transfer_leadership";
inline constexpr std::string_view kAddServer = "add_server";
inline constexpr std::string_view kDemoteServer = "demote_server";
inline constexpr std::string_view kRemoveServer = "remove_server";

struct ReplicaOptions {
  Config config;  // `self` is filled in
  Rules rules;
  KvRules kv_rules;
  KvLimits limits;
  uint64_t snapshot_entries = 0;  // a snapshot is taken when so many have been applied; 0: never
  bool twin = false;              // a second state machine, for a check (kv_twins.h)
  KvVersions versions;
  bool keep_version = false;      // the one that is in force: servers may still be set back
  size_t inbox = 100'000;         // inputs that may wait; what comes on top is dropped
  Duration request_timeout = 2s;  // a client's request waits at most so long on the server
};

class Replica final : public Process {
 public:
  Replica(Env& env, ReplicaOptions options);

  void start() override;
  void operate(std::string_view order, NodeId about) override;

 private:
  struct Received {
    NodeId from{};
    Message message;
  };
  struct Completed {
    Ticket ticket = 0;
    bool durable = false;
  };
  using Answer = wire::ClientCommand::Response;
  using QueryAnswer = wire::ClientQuery::Response;
  struct Proposal {
    std::string command;
    Promise<Answer> answer;
    bool led = false;  // when it came
  };
  struct Asked {
    ReadId query = 0;
  };
  struct TransferTo {
    NodeId to{};
  };
  // Every member has told the leader of that term that it knows the latest version.
  struct VersionKnown {
    Term term{};
    Configuration configuration;
  };
  using Input = std::variant<Received, Completed, Proposal, Asked, TransferTo, MembershipChange,
                             VersionKnown>;
  // A query beside the log, which a client waits for.
  struct Query {
    std::string key;
    Promise<QueryAnswer> answer;
    std::optional<LogIndex> index;  // from which on it may be answered, once that is known
  };
  struct Waiting {
    Term term{};
    Promise<Answer> answer;
  };

  template <class WireMessage>
  void listen();
  void listen_to_peers();
  void serve_clients();
  Result<QueryAnswer> serve_query(const wire::ClientQuery::Request& request);
  void run();
  void stop_for_disk();

  void queue(Input input);
  void take_in(Input& input);
  // What a command becomes that is appended now.
  std::string stamped(std::string_view command);
  void carry_out(Ready ready);
  void send(const std::vector<Envelope>& envelopes);
  void notice_refused_vote(const Message& message);
  void restore(const Snapshot& snapshot);
  // Committed entries, in the order of the log.
  void apply_all(std::vector<Entry>& committed);
  void apply(const Entry& entry);
  // Takes a snapshot if one is due; the core will say that it covers the entries through `through`.
  void compact(LogIndex through);
  void notice(const Notice& notice);
  void tell(Occasions occasions);
  void answer_all_unknown();
  void ask(ReadId query);
  void answer_queries();
  void refuse_queries();
  void answer(ReadId query, QueryAnswer answer);

  // replica_versions.cc
  bool may_pass_to_later_version() const;
  void serve_versions();
  bool knows_as_much(NodeId server);
  void advance_version();
  void put_in_force(const VersionKnown& known);
  void take_in_later(NodeId server);
  void stop_for_version();

  Env& env_;
  ReplicaOptions options_;
  Storage storage_;
  Mailbox<Input> inbox_;
  KvTwins machine_;
  LogClock log_clock_;
  std::optional<Raft> raft_;  // from recovery on
  HardState recovered_;       // what this incarnation started with
  LogIndex recovered_snapshot_ = 0;
  bool disk_failed_ = false;  // nothing is believed of the disk any more: say nothing
  bool led_ = false;
  Occasions occasions_;                  // that were told
  wire::Applied applied_;                // what was said last, to be filled anew
  std::map<LogIndex, Waiting> waiting_;  // clients, by the entry their command became
  std::map<ReadId, Query> queries_;
  ReadId last_query_ = 0;
};

}  // namespace seedbed::raft
