// Database: the one place where the truth is. A transaction changes a value, notes the answer under
// the idempotency key of whoever asked, and puts a row into the outbox: all in one record of the
// log, so that a crash leaves all of it or nothing.
#pragma once

#include "protocols/outbox/keeper.h"
#include "protocols/outbox/rules.h"
#include "protocols/outbox/states.h"
#include "sim/world/process.h"

namespace seedbed::outbox {

class Database final : public Process {
 public:
  Database(Env& env, uint64_t checkpoint_every, Rules rules)
      : env_(env), keeper_(env, kDatabase, checkpoint_every), rules_(rules) {}

  void start() override;

 private:
  Result<wire::Commit::Response> commit(const wire::Commit::Request& request);

  Env& env_;
  Keeper<DatabaseState> keeper_;
  Rules rules_;
};

}  // namespace seedbed::outbox
