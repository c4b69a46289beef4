// Consumer: acts on events. Its inbox remembers on which it has, in the same record as the act
// itself, so that an event that is delivered again is acted on once.
#pragma once

#include "protocols/outbox/keeper.h"
#include "protocols/outbox/rules.h"
#include "protocols/outbox/states.h"
#include "sim/world/process.h"

namespace seedbed::outbox {

struct ConsumerOptions {
  NodeId queue{};
  Duration poll = 40ms;
  uint64_t checkpoint_every = 64;
  Rules rules;
};

class Consumer final : public Process {
 public:
  Consumer(Env& env, const ConsumerOptions& options)
      : env_(env), options_(options), keeper_(env, kConsumer, options.checkpoint_every) {}

  void start() override;

 private:
  void act_on(const Event& event);

  Env& env_;
  ConsumerOptions options_;
  Keeper<ConsumerState> keeper_;
};

}  // namespace seedbed::outbox
