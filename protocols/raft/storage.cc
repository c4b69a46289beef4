#include "protocols/raft/storage.h"

#include <utility>

#include "protocols/raft/wal.h"

namespace seedbed::raft {
namespace {

Label label_of(const Write& write) {
  if (write.entries.empty()) return {.first = "ticket", .first_value = write.ticket};
  return {.first = "term",
          .first_value = number(write.entries.back().term),
          .second = "index",
          .second_value = write.entries.back().index};
}

}  // namespace

Result<Persisted> Storage::recover(uint64_t salt) {
  const Result<storage::Recovered> found = wal_.recover(salt);
  if (!found) return found.error();
  torn_ = found->torn;
  WalContents contents;
  if (found->checkpoint) {
    if (!contents.begin(found->checkpoint->state)) return Error::kCorrupt;
    lsns_ = {found->checkpoint->lsn};
    base_ = contents.persisted().base.index;
  }
  for (const storage::Record& record : found->records) {
    if (!contents.take(record.type, record.payload)) return Error::kCorrupt;
    // An entry is the last one now; what was cut off needs no number any more.
    lsns_.resize(contents.persisted().entries.size() + 1, record.lsn);
  }
  Persisted persisted = std::move(contents).persisted();
  if (persisted.base.index + persisted.entries.size() < persisted.snapshot.last.index) {
    return Error::kCorrupt;
  }
  hard_state_ = persisted.hard_state;
  snapshot_ = persisted.snapshot;
  if (!persisted.entries.empty() && !rules_.believes_last_entry_found()) {
    persisted.entries.pop_back();
    append_now({.truncate_from = base_ + persisted.entries.size() + 1}, [](bool) {});
  }
  return persisted;
}

// --- Appending --------------------------------------------------------------------------------

void Storage::append(Write write, Done done) {
  if (waiting_.empty() && !write.snapshot) return append_now(write, std::move(done));
  waiting_.push_back({std::move(write), std::move(done)});
  append_waiting();
}

void Storage::append_now(const Write& write, Done done) {
  if (write.hard_state) hard_state_ = *write.hard_state;
  if (write.truncate_from) lsns_.resize(*write.truncate_from - base_);
  batch_.clear();
  add_records(batch_, write);
  const storage::Lsn last = wal_.append(
      batch_,
      [this, done = std::move(done)](Status status) {
        done(status.ok());
        append_waiting();
      },
      label_of(write));
  const size_t count = write.entries.size();
  for (size_t i = 1; i <= count; ++i) lsns_.push_back(last - (count - i));
}

void Storage::append_waiting() {
  while (!waiting_.empty() && !installing_) {
    if (wal_.poisoned()) {
      const Waiting next = std::move(waiting_.front());
      waiting_.pop_front();
      next.done(false);
      continue;
    }
    if (waiting_.front().write.snapshot) {
      if (wal_.undecided() == 0 && !wal_.checkpointing()) install();
      return;
    }
    const Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    append_now(next.write, next.done);
  }
}

// --- Snapshots --------------------------------------------------------------------------------

void Storage::save(const Snapshot& snapshot, EntryId base, std::function<void(bool kept)> done) {
  const size_t dropped = base.index - base_;
  lsns_.erase(lsns_.begin(), lsns_.begin() + static_cast<ptrdiff_t>(dropped));
  base_ = base.index;
  write_checkpoint(lsns_.front(), snapshot, base, [this, done = std::move(done)](Status status) {
    done(status.ok());
    append_waiting();
  });
}

void Storage::write_checkpoint(storage::Lsn lsn, const Snapshot& snapshot, EntryId base,
                               storage::Wal::Done done) {
  if (rules_.is_newer_snapshot(snapshot.last, snapshot_.last)) snapshot_ = snapshot;
  const WalCheckpoint checkpoint{.hard_state = hard_state_,
                                 .last = snapshot_.last,
                                 .base = base,
                                 .configuration = snapshot_.configuration,
                                 .state = snapshot_.state};
  wal_.checkpoint(lsn, encode(checkpoint), std::move(done));
}

// The log is at rest, so that the checkpoint can stand for everything in it.
void Storage::install() {
  installing_ = true;
  if (!rules_.replaces_log_at_once() && lsns_.size() > 1) {
    append_now({.truncate_from = base_ + 1}, [this](bool) { installing_ = false; });
    return;
  }
  const Write& write = waiting_.front().write;
  if (write.hard_state) hard_state_ = *write.hard_state;
  const storage::Lsn lsn = wal_.last();
  write_checkpoint(lsn, *write.snapshot, write.snapshot->last,
                   [this, lsn](Status status) { installed(lsn, status); });
}

void Storage::installed(storage::Lsn lsn, Status status) {
  installing_ = false;
  Waiting done = std::move(waiting_.front());
  waiting_.pop_front();
  base_ = done.write.snapshot->last.index;
  lsns_ = {lsn};
  if (!status.ok()) {
    done.done(false);
    return;
  }
  if (done.write.entries.empty()) {
    done.done(true);
  } else {
    append_now({.ticket = done.write.ticket, .entries = std::move(done.write.entries)}, done.done);
  }
  append_waiting();
}

}  // namespace seedbed::raft
