#include "protocols/storage/checkpoint_writer.h"

#include <utility>

#include "sim/core/check.h"

namespace seedbed::storage {

void CheckpointWriter::write(std::string file, std::function<void(Status)> done) {
  CHECK(!busy());
  file_ = std::move(file);
  written_ = 0;
  done_ = std::move(done);
  // Whatever an earlier attempt has left there goes first.
  disk_.truncate(path(), 0).then([this](const Result<Nothing>& result) {
    const bool nothing_there = !result && result.error() == Error::kNotFound;
    if (!result && !nothing_there) return give_up(result.error());
    write_piece();
  });
}

const std::string& CheckpointWriter::path() const {
  return rules_.must_write_checkpoint_aside() ? names_.new_checkpoint() : names_.checkpoint();
}

void CheckpointWriter::write_piece() {
  if (!busy()) return;
  if (written_ == file_.size()) return sync();
  std::string piece = file_.substr(written_, piece_bytes_);
  const uint64_t offset = std::exchange(written_, written_ + piece.size());
  disk_.write(path(), offset, std::move(piece), {.first = "checkpoint", .first_value = offset})
      .then([this](const Result<Nothing>& result) {
        if (!result) return give_up(result.error());
        write_piece();
      });
}

void CheckpointWriter::sync() {
  disk_.sync(path()).then([this](const Result<Nothing>& result) {
    if (!result) return give_up(result.error());
    if (busy()) rename();
  });
}

void CheckpointWriter::rename() {
  if (!rules_.must_write_checkpoint_aside()) return sync_name();
  disk_.rename(names_.new_checkpoint(), names_.checkpoint())
      .then([this](const Result<Nothing>& result) {
        if (!result) return give_up(result.error());
        if (busy()) sync_name();
      });
}

void CheckpointWriter::sync_name() {
  disk_.sync_directory(names_.directory()).then([this](const Result<Nothing>& result) {
    finish(result ? Status() : Status(result.error()));
  });
}

// A full disk gets its space back at once.
void CheckpointWriter::give_up(Error error) {
  if (error != Error::kNoSpace) return finish(error);
  disk_.remove(path()).then([this, error](const Result<Nothing>& result) {
    const bool gone = result || result.error() == Error::kNotFound;
    finish(gone ? error : result.error());
  });
}

void CheckpointWriter::finish(Status status) {
  file_.clear();
  if (const auto done = std::exchange(done_, nullptr)) done(status);
}

}  // namespace seedbed::storage
