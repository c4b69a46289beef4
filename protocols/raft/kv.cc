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
    if (std::optional<Stamped> stamped = decode_stamped(entry.data)) {
      // A new leader may know less of the time than the one before.
      time_ = std::max(time_, stamped->time);
      applied = apply_command(entry.index, std::move(stamped->command));
    } else {
      applied.result.status = KvStatus::kBadCommand;
    }
  }
  roll_hash(entry, applied.result);
  applied.state_hash = hash_;
  return applied;
}

Applied KvStateMachine::apply_command(LogIndex index, Command command) {
  if (std::holds_alternative<RegisterClient>(command)) return open_session(index);
  if (const auto* alive = std::get_if<KeepAlive>(&command)) return keep_alive(index, *alive);
  auto* request = std::get_if<Request>(&command);
  const uint64_t session = request->session;
  const uint64_t sequence = request->sequence;
  Applied applied = apply_request(index, std::move(*request));
  applied.session = session;
  applied.sequence = sequence;
  return applied;
}

// §6.3: a session must end at the same entry on every server. Those whose time is over are gone
// already in all but memory. If one session too many is opened, the one that has been silent
// longest, by log order, makes room.
Applied KvStateMachine::open_session(LogIndex index) {
  Applied applied{.result = {.session = index}, .executed = true};
  applied.expired = std::erase_if(sessions_, [&](const Session& s) { return has_expired(s); });
  if (sessions_.size() >= limits_.sessions) {
    sessions_.erase(std::min_element(
        sessions_.begin(), sessions_.end(),
        [](const Session& a, const Session& b) { return a.last_used < b.last_used; }));
  }
  sessions_.push_back({.id = index, .last_used = index, .last_active = time_});
  return applied;
}

Applied KvStateMachine::keep_alive(LogIndex index, const KeepAlive& command) {
  Applied applied{.executed = true};
  const auto session = use_session(command.session, index, applied);
  if (session == sessions_.end()) applied.result.status = KvStatus::kExpiredSession;
  return applied;
}

bool KvStateMachine::has_expired(const Session& session) const {
  return time_ - session.last_active > limits_.session_timeout;
}

KvStateMachine::Sessions::iterator KvStateMachine::find_session(uint64_t id) {
  const auto found =
      std::lower_bound(sessions_.begin(), sessions_.end(), id,
                       [](const Session& session, uint64_t i) { return session.id < i; });
  return found != sessions_.end() && found->id == id ? found : sessions_.end();
}

KvStateMachine::Sessions::iterator KvStateMachine::use_session(uint64_t id, LogIndex index,
                                                               Applied& applied) {
  const auto session = find_session(id);
  if (session == sessions_.end()) return session;
  if (has_expired(*session)) {
    sessions_.erase(session);
    ++applied.expired;
    return sessions_.end();
  }
  session->last_used = index;
  session->last_active = time_;
  return session;
}

Applied KvStateMachine::apply_request(LogIndex index, Request request) {
  Applied applied;
  const auto session = use_session(request.session, index, applied);
  if (session == sessions_.end()) {
    applied.result.status = KvStatus::kExpiredSession;
    return applied;
  }
  session->lowest_unanswered = std::max(session->lowest_unanswered, request.lowest_unanswered);
  std::vector<Reply>& replies = session->replies;
  const auto place_of = [&](uint64_t sequence) {
    return std::lower_bound(replies.begin(), replies.end(), sequence,
                            [](const Reply& reply, uint64_t s) { return reply.sequence < s; });
  };
  replies.erase(replies.begin(), place_of(session->lowest_unanswered));

  const auto reply = place_of(request.sequence);
  const bool answered_long_ago = request.sequence < session->lowest_unanswered;
  const bool remembered = reply != replies.end() && reply->sequence == request.sequence;
  if (rules_.answers_from_session(answered_long_ago || remembered)) {
    if (answered_long_ago) return {.result = {KvStatus::kForgotten, {}, 0}};
    return {.result = reply->result};
  }
  applied.result = execute(std::move(request.operation));
  applied.executed = true;
  if (remembered) {
    reply->result = applied.result;
  } else {
    replies.insert(reply, {.sequence = request.sequence, .result = applied.result});
  }
  if (replies.size() > limits_.replies_per_session) sessions_.erase(session);
  return applied;
}

KvResult KvStateMachine::execute(KvOperation operation) {
  KvResult result;
  if (const auto* get = std::get_if<Get>(&operation)) {
    const std::string* found = data_.find(get->key);
    if (found == nullptr) return {KvStatus::kNotFound, {}, 0};
    result.value = *found;
  } else if (auto* put = std::get_if<Put>(&operation)) {
    data_[put->key] = std::move(put->value);
  } else if (const auto* append = std::get_if<Append>(&operation)) {
    result.value = data_[append->key] += append->suffix;
  } else if (auto* cas = std::get_if<Cas>(&operation)) {
    return execute_cas(std::move(*cas));
  } else {
    const bool erased = data_.erase(std::get<Delete>(operation).key);
    if (!erased) result.status = KvStatus::kNotFound;
  }
  return result;
}

KvResult KvStateMachine::execute_cas(Cas cas) {
  const std::optional<std::string> current = value(cas.key);
  if (current != cas.expected) return {KvStatus::kMismatch, current.value_or(""), 0};
  data_[cas.key] = std::move(cas.desired);
  return {};
}

std::optional<std::string> KvStateMachine::value(const std::string& key) const {
  const std::string* found = data_.find(key);
  if (found == nullptr) return std::nullopt;
  return *found;
}

void KvStateMachine::roll_hash(const Entry& entry, const KvResult& result) {
  hash_ = mix(hash_, entry.index);
  hash_ = mix(hash_, number(entry.term));
  hash_ = mix(hash_, static_cast<uint64_t>(entry.kind));
  hash_ = hash_bytes(entry.data, hash_);
  hash_ = mix(hash_, static_cast<uint64_t>(result.status));
  hash_ = hash_bytes(result.value, hash_);
  hash_ = mix(hash_, sessions_.size());
  hash_ = mix(hash_, static_cast<uint64_t>(nanoseconds(time_)));
}

}  // namespace seedbed::raft
