// Coordinator: carries out transactions for clients, and decides what becomes of them.
//
//   work      each participant takes its locks and does its part
//   vote      all are asked whether they can commit (phase 1)
//   decide    if all said YES, the decision goes into the journal: that is the commit
//   tell      the writers are told until all of them know (phase 2); then it is forgotten
//
// Presumed abort (Mohan, Lindsay, Obermarck: "Transaction Management in the R* Distributed Database
// Management System", ACM TODS 11(4), 1986): only commits are in the journal. Who asks for a
// transaction that is neither there nor being worked on, is told that it is aborted. So aborts need
// no record and no acknowledgement, and a coordinator that restarts has but commits to tell.
//
// A transaction has one round of work, or several: then it is open in between, and its client has a
// short time to go on with it.
//
// Two cases are shorter. Who has only read, is asked to vote, and then left alone; where all have
// only read, nothing is written. And where there is but one participant, it decides.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "protocols/two_phase_commit/directory.h"
#include "protocols/two_phase_commit/journal.h"
#include "protocols/two_phase_commit/records.h"
#include "protocols/two_phase_commit/rules.h"
#include "protocols/two_phase_commit/two_phase_commit.pb.h"
#include "sim/core/wait.h"
#include "sim/world/process.h"

namespace seedbed::two_phase_commit {

struct CoordinatorOptions {
  NodeId self{};                   // its name
  Duration work_wait = 600ms;      // for a participant to do its part
  Duration vote_wait = 400ms;      // for it to vote
  uint64_t checkpoint_every = 48;  // records
  Rules rules;
};

class Coordinator final : public Process {
 public:
  // Keys are spread over the participants in their order.
  Coordinator(Env& env, Roles roles, CoordinatorOptions options, std::unique_ptr<Journal> journal);

  void start() override;

 private:
  // The part of a participant in a transaction.
  struct Part {
    NodeId participant{};
    std::vector<int> steps;  // of this round, in order
    bool writes = false;
    uint32_t incarnation = 0;  // of the participant, in which it did its work; 0: none yet
  };
  struct Transaction {
    TxnId id;
    int64_t begun = 0;
    uint32_t round = 0;
    std::vector<Part> parts;
    wire::Run::Response answer;  // to this round

    std::vector<NodeId> writers() const;
  };
  // What a client does now: one transaction at a time, in rounds.
  enum class Stage { kNamed, kRunning, kOpen, kOver };
  struct Session {
    uint64_t attempt = 0;
    TxnId id;
    NodeTime begun{};
    Stage stage = Stage::kNamed;
    uint32_t rounds = 0;                        // that were asked for
    std::optional<wire::Run::Response> answer;  // to the last of them
    Transaction open;                           // kOpen: what will go on
  };
  // Votes as they come in, on fibers that may outlive the transaction.
  struct Ballot;

  Result<wire::Begin::Response> on_begin(NodeId client, const wire::Begin::Request& request);
  Result<wire::Run::Response> on_run(NodeId client, const wire::Run::Request& request);
  Result<wire::Inquire::Response> on_inquire(const wire::Inquire::Request& request);

  // Of that client, if it still is at that transaction; else nullptr.
  Session* session_of(NodeId client, const TxnId& id);
  bool in_time(const Session& session) const;
  // The client will not go on.
  void close(Session& session);
  // Blocks for as long as a transaction may be open.
  void expire(NodeId client, const TxnId& id);

  // All of these block. UNKNOWN: it is open, and nothing is in its way.
  wire::Outcome carry_out(Transaction& transaction, const wire::Run::Request& request);
  wire::Outcome work(Transaction& transaction, const wire::Run::Request& request);
  bool vote(const Transaction& transaction);
  wire::Outcome commit_in_one_phase(const Transaction& transaction);
  wire::Outcome commit(const Transaction& transaction);
  wire::Outcome abort(const Transaction& transaction, wire::Outcome why);

  void tell_all(const TxnId& id, const std::vector<NodeId>& writers);
  void tell(const TxnId& id, NodeId participant);
  void tell_once(const TxnId& id, NodeId participant, wire::Outcome outcome);

  // Which participant does which steps of this round.
  void plan(const wire::Run::Request& request, Transaction& transaction) const;
  wire::Work::Request work_request(const Transaction& transaction, const Part& part,
                                   const wire::Run::Request& request) const;
  wire::Prepare::Request prepare_request(const Transaction& transaction, const Part& part) const;
  void set_ended(wire::Ended* ended) const;
  void record(const CoordinatorRecord& record);

  Env& env_;
  CoordinatorOptions options_;
  Directory directory_;
  std::unique_ptr<Journal> journal_;
  CoordinatorImage state_;
  uint64_t last_ = 0;                               // number of a transaction in this life
  std::map<NodeId, Session> sessions_;              // of clients
  std::set<TxnId> active_;                          // being worked or voted on
  std::map<TxnId, std::set<NodeId>> acknowledged_;  // of those that are committed: who knows
  Signal changed_;
};

}  // namespace seedbed::two_phase_commit
