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
  // The disk completes in order, so the sync tells about the write too, unless the write failed.
  auto written = std::make_shared<bool>(false);
  disk_.write(path(), chunk.offset, std::move(chunk.bytes), label)
      .then([written](const Result<Nothing>& result) { *written = result.ok(); });
  disk_.sync(path()).then([this, end, written, done = std::move(done)](const Result<Nothing>& result) {
    const bool durable = *written && result.ok();
    if (durable) encoder_->durable_through(end);
    done(durable);
  });
}

}  // namespace seedbed::raft
