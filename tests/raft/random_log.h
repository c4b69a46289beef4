// Logs of commands for the state machine.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "protocols/raft/command.h"
#include "protocols/raft/types.h"
#include "tests/random.h"

namespace seedbed::raft {

// Makes entries as a log could hold them: operations in new and in forgotten sessions, repetitions,
// no-ops, and bytes that are no command.
class RandomLog {
 public:
  explicit RandomLog(uint64_t seed) : random_(seed) {}

  Entry next() {
    Entry entry{.index = ++last_, .term = Term{1 + last_ / 50}};
    now_ += Duration(random_.below(10'000'000));
    switch (random_.below(16)) {
      case 0: entry.kind = EntryKind::kNoOp; break;
      case 1: entry.data = random_.bytes(random_.below(20)); break;
      case 2:
      case 3:
        entry.data = stamp(now_, encode(RegisterClient{.client = random_.below(9)}));
        sessions_.push_back(last_);
        break;
      default: entry.data = stamp(now_, encode(request())); break;
    }
    return entry;
  }

 private:
  Command request() {
    if (sessions_.empty()) return RegisterClient{};
    const size_t back = random_.below(std::min<size_t>(sessions_.size(), 5));
    if (random_.chance(50)) return KeepAlive{sessions_[sessions_.size() - 1 - back]};
    Request request{.session = sessions_[sessions_.size() - 1 - back]};
    request.sequence = 1 + random_.below(8) + last_ / 40;
    request.lowest_unanswered = random_.below(request.sequence + 1);
    request.operation = operation();
    return request;
  }

  KvOperation operation() {
    std::string key = fmt::format("k{}", random_.below(12));
    std::string value = random_.bytes(random_.below(4));
    if (random_.chance(150)) return transaction();
    switch (random_.below(5)) {
      case 0: return Get{std::move(key)};
      case 1: return Put{std::move(key), std::move(value)};
      case 2: return Append{std::move(key), std::move(value)};
      case 3: return Delete{std::move(key)};
      default: break;
    }
    if (random_.chance(500)) return Cas{std::move(key), std::nullopt, std::move(value)};
    return Cas{std::move(key), "", std::move(value)};
  }

  Transaction transaction() {
    Transaction transaction;
    for (uint64_t left = random_.below(5); left > 0; --left) {
      std::string key = fmt::format("k{}", random_.below(12));
      if (random_.chance(500)) {
        transaction.steps.emplace_back(Get{std::move(key)});
      } else {
        transaction.steps.emplace_back(Append{std::move(key), random_.bytes(random_.below(4))});
      }
    }
    return transaction;
  }

  Random random_;
  LogIndex last_ = 0;
  LogTime now_{};
  std::vector<uint64_t> sessions_;
};

}  // namespace seedbed::raft
