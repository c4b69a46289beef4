#include "protocols/raft/kv.h"

#include <algorithm>
#include <utility>

#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed::raft {

std::string_view to_string(KvStatus status) {
  switch (status) {
    case KvStatus::kOk: return "ok";
    case KvStatus::kNotFound: return "not found";
    case KvStatus::kMismatch: return "mismatch";
    case KvStatus::kExpiredSession: return "expired session";
    case KvStatus::kForgotten: return "forgotten";
    case KvStatus::kBadCommand: return "bad command";
  }
  return "unknown";
}

Applied KvStateMachine::apply(const Entry& entry) {
  INVARIANT(entry.index == last_applied_ + 1, "entry {} applied behind {}", entry.index,
            last_applied_);
  last_applied_ = entry.index;
  Applied applied;
  if (entry.kind == EntryKind::kCommand) {
    if (const std::optional<Command> command = decode_command(entry.data)) {
      applied = apply_command(entry.index, *command);
    } else {
      applied.result.status = KvStatus::kBadCommand;
    }
  }
  roll_hash(entry, applied.result);
  applied.state_hash = hash_;
  return applied;
}

Applied KvStateMachine::apply_command(LogIndex index, const Command& command) {
  if (const auto* request = std::get_if<Request>(&command)) return apply_request(index, *request);
  return {.result = open_session(index), .executed = true, .state_hash = 0};
}

// §6.3: a session must end at the same entry on every server. Here that is when one session too
// many is opened; the one that has been silent longest, by log order, makes room.
KvResult KvStateMachine::open_session(LogIndex index) {
  if (sessions_.size() >= limits_.sessions) {
    sessions_.erase(std::min_element(
        sessions_.begin(), sessions_.end(),
        [](const auto& a, const auto& b) { return a.second.last_used < b.second.last_used; }));
  }
  sessions_[index].last_used = index;
  return {.status = KvStatus::kOk, .value = {}, .session = index};
}

Applied KvStateMachine::apply_request(LogIndex index, const Request& request) {
  const auto found = sessions_.find(request.session);
  if (found == sessions_.end()) {
    return {.result = {KvStatus::kExpiredSession, {}, 0}, .executed = false, .state_hash = 0};
  }
  Session& session = found->second;
  session.last_used = index;
  session.lowest_unanswered = std::max(session.lowest_unanswered, request.lowest_unanswered);
  session.replies.erase(session.replies.begin(),
                        session.replies.lower_bound(session.lowest_unanswered));

  const auto reply = session.replies.find(request.sequence);
  const bool answered_long_ago = request.sequence < session.lowest_unanswered;
  const bool executed_before = answered_long_ago || reply != session.replies.end();
  if (rules_.answers_from_session(executed_before)) {
    const KvResult forgotten{KvStatus::kForgotten, {}, 0};
    return {answered_long_ago ? forgotten : reply->second, false, 0};
  }
  KvResult result = execute(request.operation);
  session.replies.insert_or_assign(request.sequence, result);
  if (session.replies.size() > limits_.replies_per_session) sessions_.erase(found);
  return {std::move(result), true, 0};
}

KvResult KvStateMachine::execute(const KvOperation& operation) {
  KvResult result;
  if (const auto* get = std::get_if<Get>(&operation)) {
    const auto found = data_.find(get->key);
    if (found == data_.end()) return {KvStatus::kNotFound, {}, 0};
    result.value = found->second;
  } else if (const auto* put = std::get_if<Put>(&operation)) {
    data_[put->key] = put->value;
  } else if (const auto* append = std::get_if<Append>(&operation)) {
    result.value = data_[append->key] += append->suffix;
  } else if (const auto* cas = std::get_if<Cas>(&operation)) {
    return execute_cas(*cas);
  } else {
    const auto erased = data_.erase(std::get<Delete>(operation).key);
    if (erased == 0) result.status = KvStatus::kNotFound;
  }
  return result;
}

KvResult KvStateMachine::execute_cas(const Cas& cas) {
  const std::optional<std::string> current = value(cas.key);
  if (current != cas.expected) return {KvStatus::kMismatch, current.value_or(""), 0};
  data_[cas.key] = cas.desired;
  return {};
}

std::optional<std::string> KvStateMachine::value(const std::string& key) const {
  const auto found = data_.find(key);
  if (found == data_.end()) return std::nullopt;
  return found->second;
}

void KvStateMachine::roll_hash(const Entry& entry, const KvResult& result) {
  hash_ = mix(hash_, entry.index);
  hash_ = mix(hash_, number(entry.term));
  hash_ = mix(hash_, static_cast<uint64_t>(entry.kind));
  hash_ = hash_bytes(entry.data, hash_);
  hash_ = mix(hash_, static_cast<uint64_t>(result.status));
  hash_ = hash_bytes(result.value, hash_);
  hash_ = mix(hash_, sessions_.size());
}

}  // namespace seedbed::raft
