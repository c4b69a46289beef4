// Keeper: a state of states.h together with the log that keeps it.
//
//   Keeper<QueueState> keeper(env, kQueue, 64);
//   if (!keeper.recover()) return;                       // Blocks.
//   keeper.change(kTaken, encode_number(7));             // in memory
//   keeper.await();                                      // Blocks until it is durable.
//
// Whoever shows others what is in memory must await first: it might yet be forgotten.
#pragma once

#include <string>
#include <string_view>

#include "protocols/primary_backup/direct_wal.h"

namespace seedbed::outbox {

template <class State>
class Keeper {
 public:
  // A checkpoint is written after so many records.
  Keeper(Env& env, std::string_view directory, uint64_t checkpoint_every)
      : env_(env),
        wal_(env,
             {.directory = std::string(directory), .segment_bytes = 8 << 10, .preallocate = false}),
        grown_(env.scheduler()),
        checkpoint_every_(checkpoint_every) {}

  // Blocks. False if the disk lost what it had confirmed: do not serve. Ends the process if the
  // disk fails.
  bool recover() {
    const Result<storage::Recovered> found = wal_.recover();
    if (!found && found.error() != Error::kCorrupt) env_.fail_stop("the disk failed");
    if (!found || (found->checkpoint && !state_.restore(found->checkpoint->state))) return refuse();
    for (const storage::Record& record : found->records) {
      if (!state_.take(record.type, record.payload)) return refuse();
    }
    if (found->last > 0) env_.reached("outbox.recovered");
    checkpointed_ = found->checkpoint ? found->checkpoint->lsn : 0;
    env_.spawn("checkpoint", [this] { keep_checkpointing(); });
    return true;
  }

  const State& state() const { return state_; }

  // Takes the record in and appends it. Returns what State::take says of it.
  auto change(uint8_t type, std::string_view payload) {
    auto changed = state_.take(type, payload);
    batch_.add(type, payload);
    wal_.commit(batch_);
    grown_.notify_all();
    return changed;
  }

  // Blocks until all that is in memory now is durable.
  void await() { wal_.await(wal_.end()); }

 private:
  bool refuse() {
    env_.reached("outbox.refused_to_start");
    return false;
  }

  void keep_checkpointing() {
    for (;;) {
      while (wal_.end() < checkpointed_ + checkpoint_every_) grown_.wait();
      const storage::Lsn end = wal_.end();
      const std::string bytes = state_.bytes();
      wal_.await(end);
      if (wal_.checkpoint(end, bytes)) checkpointed_ = end;
      env_.sleep(10ms);
    }
  }

  Env& env_;
  primary_backup::DirectWal wal_;
  storage::Batch batch_;
  State state_;
  Signal grown_;
  storage::Lsn checkpointed_ = 0;
  uint64_t checkpoint_every_;
};

}  // namespace seedbed::outbox
