// TwoPhaseCommitClient: speaks to the service for one client machine.
//
// An operation becomes a transaction: a transfer, a withdrawal with a guard and a deposit; a read
// of all accounts, a read of each. Any coordinator will do. If the transaction was aborted (a
// deadlock, a participant that was silent), it is run again as a new one of the same age, so that
// it will be the oldest some day.
//
// If nobody says what became of it, it is not run again: it may be committed, and its coordinator
// recognises a repeated request only while it lives. Such an operation ends as info.
#pragma once

#include <vector>

#include "protocols/two_phase_commit/rules.h"
#include "protocols/two_phase_commit/two_phase_commit.pb.h"
#include "sim/run/protocol.h"

namespace seedbed::two_phase_commit {

class TwoPhaseCommitClient final : public Client {
 public:
  // `timeout`: of one transaction. An attempt is twice as long, and may run several.
  TwoPhaseCommitClient(Env& env, std::vector<NodeId> coordinators, Duration timeout,
                       const Rules& rules);

  Response attempt(const Operation& what, uint64_t operation) override;
  bool retries_are_safe() const override { return false; }

 private:
  Result<wire::Begin::Response> begin(int64_t begun, NodeTime deadline);

  Env& env_;
  std::vector<NodeId> coordinators_;
  Duration timeout_;
  Rules rules_;
  size_t asked_;  // the coordinator
  uint64_t attempts_;
};

}  // namespace seedbed::two_phase_commit
