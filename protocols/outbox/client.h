// OutboxClient: speaks to the stateless service for one client machine, and balances the load: it
// asks any replica, another one each time.
//
// It asks again only what is idempotent: a get, and a change under the number that the client gave
// it. Once a change has been sent, its outcome is ok or info, never fail: whichever replica had it
// may have passed it on before it died.
#pragma once

#include <vector>

#include "sim/run/protocol.h"

namespace seedbed::outbox {

class OutboxClient final : public Client {
 public:
  // `timeout`: of one attempt, in which it may ask several replicas.
  OutboxClient(Env& env, std::vector<NodeId> replicas, Duration timeout)
      : env_(env), replicas_(std::move(replicas)), timeout_(timeout) {}

  Response attempt(const Operation& what, uint64_t operation) override;
  bool retries_are_safe() const override { return true; }

 private:
  Response change(const Operation& what, uint64_t operation);
  Response get(const std::string& key);
  NodeId any();

  Env& env_;
  std::vector<NodeId> replicas_;
  Duration timeout_;
};

}  // namespace seedbed::outbox
