#include "protocols/primary_backup/journal.h"

#include <utility>

namespace seedbed::primary_backup {

Journal::Journal(Env& env, const JournalOptions& options)
    : env_(env),
      wal_(env.disk(), {.directory = std::string(kDirectory),
                        .segment_bytes = options.segment_bytes,
                        .preallocate = false}),
      changed_(env.scheduler()) {}

Result<Image> Journal::recover() {
  Result<storage::Recovered> found = wal_.recover(number(env_.incarnation()));
  if (!found) return found.error();
  torn_ = found->torn;
  Image image;
  if (found->checkpoint) {
    std::optional<Image> checkpoint = decode_image(found->checkpoint->state);
    if (!checkpoint) return Error::kCorrupt;
    image = *std::move(checkpoint);
  }
  for (const storage::Record& bytes : found->records) {
    std::optional<Record> record = decode_record(bytes.type, bytes.payload);
    if (!record || !image.take(*std::move(record))) return Error::kCorrupt;
  }
  return image;
}

storage::Lsn Journal::commit(std::function<void()> durable) {
  if (batch_.empty()) return wal_.last();
  wal_.append(batch_, [this, durable = std::move(durable)](Status status) {
    if (status && durable) durable();
    decided(status);
  });
  batch_.clear();
  return wal_.last();
}

void Journal::decided(const Status& status) {
  if (!status && !failed_) {
    failed_ = true;
    env_.spawn("stop", [this] { env_.fail_stop("the disk failed"); });
  }
  changed_.notify_all();
}

void Journal::await(storage::Lsn end) {
  while (wal_.durable() < end) changed_.wait();
}

bool Journal::checkpoint(storage::Lsn end, const Image& image) {
  Signal done(env_.scheduler());
  std::optional<Status> result;
  wal_.checkpoint(end, encode(image), [&](Status status) {
    result = status;
    done.notify_all();
  });
  while (!result) done.wait();
  if (!*result && result->error() != Error::kNoSpace) env_.fail_stop("the disk failed");
  return result->ok();
}

}  // namespace seedbed::primary_backup
