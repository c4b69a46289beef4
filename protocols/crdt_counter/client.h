// CounterClient: speaks to the replicated counter for one client machine.
//
// It asks any replica, another one each time: they are all the same to it. Whether an unanswered
// increment was counted, it cannot find out, and it must not try again: another replica would not
// recognise the request. So a timeout is the end of the operation, with outcome info.
#pragma once

#include <vector>

#include "sim/run/protocol.h"

namespace seedbed::crdt_counter {

class CounterClient final : public Client {
 public:
  CounterClient(Env& env, std::vector<NodeId> replicas, Duration timeout = 500ms);

  // increment, decrement, read. Blocks for `timeout` at most.
  Response attempt(const Operation& what, uint64_t operation) override;
  bool retries_are_safe() const override { return false; }

 private:
  Env& env_;
  std::vector<NodeId> replicas_;
  Duration timeout_;
};

}  // namespace seedbed::crdt_counter
