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
  for (const storage::Record& record : found->records) {
    if (!contents.take(record.type, record.payload)) return Error::kCorrupt;
  }
  return std::move(contents).persisted();
}

void Storage::append(const Write& write, std::function<void(bool durable)> done) {
  batch_.clear();
  add_records(batch_, write);
  wal_.append(
      batch_, [done = std::move(done)](Status status) { done(status.ok()); }, label_of(write));
}

}  // namespace seedbed::raft
