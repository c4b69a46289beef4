#include "protocols/primary_backup/authority.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace seedbed::primary_backup {
namespace {

constexpr Duration kTimeout = 500ms;

}  // namespace

std::optional<std::string> text_of(const Ownership& ownership) {
  if (ownership.epoch == Epoch{}) return std::nullopt;
  return fmt::format("{} n{}", number(ownership.epoch), number(ownership.owner));
}

std::optional<Ownership> ownership_from(std::string_view text) {
  uint64_t epoch = 0;
  uint32_t owner = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, epoch);
  if (first.ec != std::errc() || end - first.ptr < 3) return std::nullopt;
  const auto second = std::from_chars(first.ptr + 2, end, owner);
  if (second.ec != std::errc() || second.ptr != end) return std::nullopt;
  return Ownership{Epoch{epoch}, NodeId{owner}};
}

Authority::Authority(Env& env, std::vector<NodeId> servers)
    : client_(env, std::move(servers), {.timeout = kTimeout, .reads = raft::wire::READS_LEADER}) {}

std::optional<Ownership> Authority::read() {
  const Response answer = client_.attempt(Operation::get(std::string(kRecordKey)), ++operations_);
  if (!answer.ok()) return std::nullopt;
  if (!answer.output) return Ownership();
  return ownership_from(*answer.output);
}

bool Authority::replace(const Ownership& present, const Ownership& desired) {
  const Operation change =
      Operation::cas(std::string(kRecordKey), text_of(present), *text_of(desired));
  const Response answer = client_.attempt(change, ++operations_);
  return answer.ok() && !answer.is_mismatch();
}

}  // namespace seedbed::primary_backup
