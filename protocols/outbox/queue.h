// Queue: keeps events until the consumer is done with them. It delivers each at least once: what
// was delivered and not acknowledged for some time is delivered again.
#pragma once

#include <map>

#include "protocols/outbox/keeper.h"
#include "protocols/outbox/states.h"
#include "sim/world/process.h"

namespace seedbed::outbox {

class Queue final : public Process {
 public:
  Queue(Env& env, uint64_t checkpoint_every, Duration redeliver)
      : env_(env), keeper_(env, kQueue, checkpoint_every), redeliver_(redeliver) {}

  void start() override;

 private:
  wire::Pull::Response pull(size_t most);

  Env& env_;
  Keeper<QueueState> keeper_;
  Duration redeliver_;
  std::map<uint64_t, NodeTime> delivered_;  // last, by number
};

}  // namespace seedbed::outbox
