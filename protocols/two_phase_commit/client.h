// TwoPhaseCommitClient: speaks to the service for one client machine.
//
// An operation becomes a transaction. What it does to which keys is sent at once if that is known
// beforehand: a transfer subtracts from a number that must not become negative, and adds to
// another; a read of all accounts reads each. Otherwise, as in a withdrawal that other accounts
// back, the client carries it out in rounds (client_transaction.h). Any coordinator will do. If the
// transaction was aborted (a deadlock, a participant that was silent), it is run again as a new one
// of the same age, so that it will be the oldest some day.
//
// If nobody says what became of it, it is not run again: it may be committed, and its coordinator
// recognises a repeated request only while it lives. Such an operation ends as info.
#pragma once

#include <optional>
#include <vector>

#include "protocols/two_phase_commit/directory.h"
#include "protocols/two_phase_commit/rules.h"
#include "protocols/two_phase_commit/two_phase_commit.pb.h"
#include "protocols/two_phase_commit/types.h"
#include "sim/run/protocol.h"
#include "sim/run/transaction.h"

namespace seedbed::two_phase_commit {

class TwoPhaseCommitClient final : public Client {
 public:
  // `timeout`: of one transaction. An attempt is twice as long, and may run several.
  TwoPhaseCommitClient(Env& env, Roles roles, Duration timeout, const Rules& rules);

  Response attempt(const Operation& what, uint64_t operation) override;
  bool retries_are_safe() const override { return false; }

 private:
  const std::vector<NodeId>& coordinators() const { return directory_.roles().coordinators; }

  // What became of a transaction, and the answer if there is one.
  struct Ended {
    Commit commit{};
    std::optional<Response> answer;
  };

  // These block.
  Result<wire::Begin::Response> begin(int64_t begun, NodeTime deadline);
  // All steps at once: the operation is known beforehand.
  Ended run(const Operation& what, uint64_t operation, const wire::Begin::Response& named,
            const std::vector<Step>& steps);
  // What it writes depends on what it reads.
  Ended run_in_rounds(const Operation& what, uint64_t operation,
                      const wire::Begin::Response& named);

  Env& env_;
  Directory directory_;
  Duration timeout_;
  Rules rules_;
  size_t asked_;  // the coordinator
  uint64_t attempts_;
};

}  // namespace seedbed::two_phase_commit
