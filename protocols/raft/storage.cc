#include "protocols/raft/storage.h"

#include <limits>
#include <utility>

namespace seedbed::raft {
namespace {

std::string path() { return std::string(kWalPath); }

}  // namespace

Result<Persisted> Storage::recover(uint64_t salt) {
  Result<std::string> file = disk_.read(path(), 0, std::numeric_limits<uint64_t>::max()).await();
  if (!file && file.error() != Error::kNotFound) return file.error();
  if (!file) {
    // The first start, or one before which the name of the file was never durable.
    const auto made = disk_.write(path(), 0, "").await();
    if (!made) return made.error();
  }
  WalRecovery found = recover_wal(file ? std::string_view(*file) : std::string_view());
  if (found.corrupt) return Error::kCorrupt;
  torn_ = found.torn;
  if (torn_) {
    const auto cut = disk_.truncate(path(), found.end.offset).await();
    if (!cut) return cut.error();
  }
  const auto synced = disk_.sync(path()).await();
  if (!synced) return synced.error();
  const auto named = disk_.sync_directory("").await();
  if (!named) return named.error();
  encoder_.emplace(found.end, salt);
  return std::move(found.contents);
}

void Storage::append(const Write& write, std::function<void(bool durable)> done) {
  WalChunk chunk = encoder_->encode(write);
  if (waiting_.bytes.empty()) {
    waiting_ = std::move(chunk);
  } else {
    waiting_.bytes += chunk.bytes;
  }
  label_ = {.first = "ticket", .first_value = write.ticket};
  if (!write.entries.empty()) {
    label_ = {.first = "term",
              .first_value = number(write.entries.back().term),
              .second = "index",
              .second_value = write.entries.back().index};
  }
  undecided_.push_back(std::move(done));
  if (!writing_) flush();
}

void Storage::flush() {
  writing_ = true;
  WalChunk chunk = std::exchange(waiting_, {});
  const uint64_t end = chunk.end();
  disk_.write(path(), chunk.offset, std::move(chunk.bytes), label_)
      .then([this](const Result<Nothing>& result) { failed_ = failed_ || !result.ok(); });
  disk_.sync(path()).then([this, end, writes = undecided_.size()](const Result<Nothing>& result) {
    failed_ = failed_ || !result.ok();
    flushed(end, writes);
  });
}

void Storage::flushed(uint64_t end, size_t writes) {
  writing_ = false;
  if (!failed_) encoder_->durable_through(end);
  for (; writes > 0; --writes) {
    const auto done = std::move(undecided_.front());
    undecided_.pop_front();
    done(!failed_);
  }
  if (!undecided_.empty()) flush();
}

}  // namespace seedbed::raft
