#include "protocols/raft/storage.h"

#include <limits>

namespace seedbed::raft {
namespace {

std::string path() { return std::string(kWalPath); }

}  // namespace

std::optional<Persisted> Storage::recover(uint64_t salt) {
  Result<std::string> file =
      disk_.read(path(), 0, std::numeric_limits<uint64_t>::max()).await();
  if (!file && file.error() != Error::kNotFound) return std::nullopt;
  if (!file) {
    // The first start, or one before which the name of the file was never durable.
    if (!disk_.write(path(), 0, "").await()) return std::nullopt;
  }
  WalRecovery found = recover_wal(file ? std::string_view(*file) : std::string_view());
  if (found.corrupt) return std::nullopt;
  torn_ = found.torn;
  if (torn_ && !disk_.truncate(path(), found.end.offset).await()) return std::nullopt;
  if (!disk_.sync(path()).await()) return std::nullopt;
  if (!disk_.sync_directory("").await()) return std::nullopt;
  encoder_.emplace(found.end, salt);
  return std::move(found.contents);
}

void Storage::append(const Write& write, std::function<void(bool durable)> done) {
  WalChunk chunk = encoder_->encode(write);
  const uint64_t end = chunk.end();
  Label label{.first = "ticket", .first_value = write.ticket};
  if (!write.entries.empty()) {
    label = {.first = "term",
             .first_value = number(write.entries.back().term),
             .second = "index",
             .second_value = write.entries.back().index};
  }
  disk_.write(path(), chunk.offset, std::move(chunk.bytes), label)
      .then([this](const Result<Nothing>& result) { failed_ = failed_ || !result.ok(); });
  unsynced_.push_back({.end = end, .done = std::move(done)});
  if (!syncing_) sync();
}

void Storage::sync() {
  syncing_ = true;
  disk_.sync(path()).then([this, writes = unsynced_.size()](const Result<Nothing>& result) {
    synced(writes, result.ok());
  });
}

void Storage::synced(size_t writes, bool ok) {
  syncing_ = false;
  failed_ = failed_ || !ok;
  for (; writes > 0; --writes) {
    Unsynced write = std::move(unsynced_.front());
    unsynced_.pop_front();
    if (!failed_) encoder_->durable_through(write.end);
    write.done(!failed_);
  }
  if (!unsynced_.empty()) sync();
}

}  // namespace seedbed::raft
