// Participant: keeps a share of the keys, and takes part in transactions on them.
//
//   working   a transaction takes locks and changes data in place; the participant may still abort
//             it, whenever it likes: when an older transaction wounds it, or nobody asks for its
//             vote ...
//   in doubt  ... until it has voted YES. From then on it waits for the decision, whatever happens:
//             crash, restart, silence. It asks for it: the coordinator, and if that is silent, the
//             other participants (cooperative termination: BHG, section 7.4).
//   decided   committed or aborted; remembered until nobody can ask for it any more.
//
// The code is in direct style: it blocks where it waits, on fibers of its own. After each wait it
// looks again at whatever it goes by: the transaction may have been aborted meanwhile, or decided.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "protocols/two_phase_commit/directory.h"
#include "protocols/two_phase_commit/journal.h"
#include "protocols/two_phase_commit/lock_table.h"
#include "protocols/two_phase_commit/records.h"
#include "protocols/two_phase_commit/rules.h"
#include "protocols/two_phase_commit/two_phase_commit.pb.h"
#include "sim/core/wait.h"
#include "sim/world/process.h"

namespace seedbed::two_phase_commit {

// What an operator may order: to decide whatever is in doubt here, without the coordinator.
inline constexpr std::string_view kHeuristicCommit = "heuristic_commit";
inline constexpr std::string_view kHeuristicAbort = "heuristic_abort";

struct ParticipantOptions {
  NodeId self{};                   // its name
  Duration lock_wait = 300ms;      // then a transaction that waits for a lock is aborted
  Duration idle = 1s;              // then one that is not voted on is aborted
  Duration inquire_after = 150ms;  // then one in doubt is asked for, first
  uint64_t checkpoint_every = 48;  // records
  Rules rules;
};

class Participant final : public Process {
 public:
  Participant(Env& env, Roles roles, ParticipantOptions options, std::unique_ptr<Journal> journal);

  void start() override;
  void operate(std::string_view order, NodeId about) override;

 private:
  enum class Stage { kWorking, kWorked, kVoting, kInDoubt, kRead };
  // A transaction that is not decided here.
  struct Branch {
    Age age;
    uint64_t life = 0;  // tells it from an earlier branch of the same transaction
    Stage stage = Stage::kWorking;
    wire::Work::Response answer;  // to the last round
    NodeTime since{};             // the stage lasts
  };

  void lock_in_doubt();
  void serve();

  // Working.
  Result<wire::Work::Response> on_work(const wire::Work::Request& request);
  uint64_t begin(const Age& age, Stage stage);
  // Blocks.
  Result<wire::Work::Response> work(const Age& age, uint64_t life,
                                    const wire::Work::Request& request);
  // Blocks. False if the transaction was aborted meanwhile, or has waited for too long.
  bool lock(const Age& age, uint64_t life, const Step& step);
  // Whether that branch is still there.
  bool stands(const TxnId& id, uint64_t life) const;

  // Voting. These block, until the journal has it, or until it is certain that this is the place.
  Result<wire::Prepare::Response> on_prepare(const wire::Prepare::Request& request);
  wire::Vote vote(const TxnId& id, const wire::Prepare::Request& request);
  wire::Vote vote_read(const TxnId& id);
  Prepared prepared(const TxnId& id, const wire::Prepare::Request& request) const;
  wire::Vote vote_yes(const Prepared& prepared);
  wire::Vote commit_in_one_phase(const Prepared& prepared);

  // Deciding.
  Result<wire::Decide::Response> on_decide(const wire::Decide::Request& request);
  void settle(const TxnId& id, wire::Outcome outcome);
  // Blocks until it is durable.
  void commit(const TxnId& id);
  void abort(const TxnId& id);
  void release(const TxnId& id);
  void record(const std::vector<ParticipantRecord>& records);
  void forget_through(NodeId coordinator, const wire::Ended& ended);

  // Waiting. All but the first on a fiber of each branch; they block.
  Result<wire::AskPeer::Response> on_peer(const wire::AskPeer::Request& request);
  void watch(TxnId id, uint64_t life);
  void await_decision(const TxnId& id);
  wire::Outcome find_out(const TxnId& id);

  Env& env_;
  ParticipantOptions options_;
  Directory directory_;
  std::unique_ptr<Journal> journal_;
  ParticipantImage state_;
  LockTable locks_;
  std::map<TxnId, Branch> branches_;
  uint64_t lives_ = 0;
  Signal changed_;  // locks, branches, the journal
};

}  // namespace seedbed::two_phase_commit
