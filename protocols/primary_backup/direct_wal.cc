#include "protocols/primary_backup/direct_wal.h"

#include <optional>
#include <utility>

namespace seedbed::primary_backup {

DirectWal::DirectWal(Env& env, storage::WalOptions options)
    : env_(env), wal_(env.disk(), std::move(options)), changed_(env.scheduler()) {}

Result<storage::Recovered> DirectWal::recover() { return wal_.recover(number(env_.incarnation())); }

storage::Lsn DirectWal::commit(storage::Batch& batch, std::function<void()> durable) {
  if (batch.empty()) return wal_.last();
  wal_.append(batch, [this, durable = std::move(durable)](Status status) {
    if (status && durable) durable();
    decided(status);
  });
  batch.clear();
  return wal_.last();
}

void DirectWal::decided(const Status& status) {
  if (!status && !failed_) {
    failed_ = true;
    env_.spawn("stop", [this] { env_.fail_stop("the disk failed"); });
  }
  changed_.notify_all();
}

void DirectWal::await(storage::Lsn end) {
  while (wal_.durable() < end) changed_.wait();
}

bool DirectWal::checkpoint(storage::Lsn end, std::string_view state) {
  Signal done(env_.scheduler());
  std::optional<Status> result;
  wal_.checkpoint(end, state, [&](Status status) {
    result = status;
    done.notify_all();
  });
  while (!result) done.wait();
  if (!*result && result->error() != Error::kNoSpace) env_.fail_stop("the disk failed");
  return result->ok();
}

}  // namespace seedbed::primary_backup
