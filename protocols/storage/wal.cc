// Invariants:
//   1. At most one chunk is being written, and all before it is durable. So the first bytes of a
//      segment are written when all earlier segments are synced.
//   2. undecided_ has the batches of writing_, then those of waiting_.
//   3. The segment that is being written is never dropped: one always tells where the log goes on.
#include "protocols/storage/wal.h"

#include <memory>
#include <utility>

#include "sim/core/check.h"

namespace seedbed::storage {

Wal::Wal(Disk& disk, WalOptions options)
    : disk_(disk),
      options_(std::move(options)),
      names_(options_.directory),
      checkpoint_writer_(disk_, names_, options_.rules, options_.checkpoint_piece) {}

// --- Appending --------------------------------------------------------------------------------

Lsn Wal::append(const Batch& batch, Done done, Label label) {
  INVARIANT(encoder_, "append to a log that was not recovered");
  if (poisoned_) {
    done(*poisoned_);
    return last();
  }
  const Lsn lsn = encoder_->add(batch, waiting_);
  waiting_.back().label = label;
  undecided_.push_back(std::move(done));
  if (!busy_) write_next();
  return lsn;
}

Future<Nothing> Wal::append(const Batch& batch, Scheduler& scheduler, Label label) {
  auto made = Promise<Nothing>::make(scheduler);
  const auto promise = std::make_shared<Promise<Nothing>>(std::move(made.first));
  append(
      batch,
      [promise](Status status) {
        promise->resolve(status ? Result<Nothing>(Nothing{}) : Result<Nothing>(status.error()));
      },
      label);
  return std::move(made.second);
}

void Wal::write_next() {
  busy_ = !waiting_.empty();
  if (!busy_) return;
  writing_ = std::move(waiting_.front());
  waiting_.pop_front();
  disk_
      .write(names_.segment(writing_.segment()), writing_.offset(), writing_.bytes.take(),
             writing_.label)
      .then([this](const Result<Nothing>& result) {
        if (poisoned_) return;
        if (result) return written();
        if (result.error() == Error::kNoSpace) return refuse();
        poison(result.error());
      });
}

void Wal::written() {
  if (options_.rules.may_confirm(false)) confirm();
  const bool full = !waiting_.empty() && waiting_.front().begins_segment();
  if (full && !options_.rules.must_sync_full_segment()) return finish();
  if (writing_.begins_segment()) preallocate();
  sync();
}

// A segment that has its length from the beginning does not run out of space later, and its syncs
// need not make a new length durable. A disk that is too full for that may have room for less.
void Wal::preallocate() {
  if (!options_.preallocate || writing_.end.offset >= options_.segment_bytes) return;
  disk_.truncate(names_.segment(writing_.segment()), options_.segment_bytes)
      .then([this](const Result<Nothing>& result) {
        if (!result && result.error() != Error::kNoSpace) poison(result.error());
      });
}

void Wal::sync() {
  disk_.sync(names_.segment(writing_.segment())).then([this](const Result<Nothing>& result) {
    if (poisoned_) return;
    if (result) return synced();
    if (options_.rules.may_sync_again()) return sync();
    poison(result.error());
  });
}

void Wal::synced() {
  if (!writing_.begins_segment()) return finish();
  segments_.push_back({.number = writing_.segment(), .first_lsn = writing_.begin.lsn + 1});
  if (!options_.rules.must_sync_name_of_segment()) return finish();
  sync_name();
}

void Wal::sync_name() {
  disk_.sync_directory(names_.directory()).then([this](const Result<Nothing>& result) {
    if (poisoned_) return;
    if (!result) return poison(result.error());
    finish();
  });
}

void Wal::finish() {
  encoder_->durable_through(writing_.end.lsn);
  confirm();
  write_next();
}

void Wal::confirm() { tell(std::exchange(writing_.batches, 0), Status()); }

// The write changed nothing (see Disk), and nothing was written behind it (invariant 1): the log
// still ends where the chunk would have begun.
void Wal::refuse() {
  encoder_->take_back(writing_.begin);
  waiting_.clear();
  tell(undecided_.size(), Error::kNoSpace);
  write_next();
}

void Wal::poison(Error error) {
  if (poisoned_) return;
  poisoned_ = error;
  waiting_.clear();
  checkpoint_writer_.stop();
  tell(undecided_.size(), error);
  end_checkpoint(error);
}

void Wal::tell(size_t batches, Status status) {
  for (; batches > 0; --batches) {
    const Done done = std::move(undecided_.front());
    undecided_.pop_front();
    done(status);
  }
}

// --- Checkpoints ------------------------------------------------------------------------------

void Wal::checkpoint(Lsn lsn, std::string_view state, Done done) {
  INVARIANT(encoder_, "checkpoint of a log that was not recovered");
  INVARIANT(!checkpointing(), "a checkpoint while another one is being written");
  INVARIANT(checkpoint_lsn_ <= lsn && lsn <= durable(),
            "a checkpoint at {}, but the last one is at {} and the log is durable through {}", lsn,
            checkpoint_lsn_, durable());
  if (poisoned_) return done(*poisoned_);
  checkpoint_done_ = std::move(done);
  checkpoint_writer_.write(encode_checkpoint(lsn, state), [this, lsn](Status status) {
    if (status) return drop_segments(lsn);
    if (status.error() == Error::kNoSpace) return end_checkpoint(status);
    poison(status.error());
  });
}

void Wal::drop_segments(Lsn covered) {
  checkpoint_lsn_ = covered;
  const auto has_useless = [&] {
    return segments_.size() > 1 &&
           options_.rules.may_drop_segment_before(segments_[1].first_lsn, covered);
  };
  if (!has_useless()) return end_checkpoint({});
  for (; has_useless(); segments_.pop_front()) {
    disk_.remove(names_.segment(segments_.front().number))
        .then([this](const Result<Nothing>& result) {
          if (!result) poison(result.error());
        });
  }
  disk_.sync_directory(names_.directory()).then([this](const Result<Nothing>& result) {
    if (poisoned_) return;
    if (!result) return poison(result.error());
    end_checkpoint({});
  });
}

void Wal::end_checkpoint(Status status) {
  if (const Done done = std::exchange(checkpoint_done_, nullptr)) done(status);
}

}  // namespace seedbed::storage
