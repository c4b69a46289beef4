#include "protocols/raft/kv.h"

#include <algorithm>
#include <utility>

#include "sim/core/check.h"

namespace seedbed::raft {

std::string_view to_string(KvStatus status) {
  switch (status) {
    case KvStatus::kOk: return "ok";
    case KvStatus::kNotFound: return "not found";
    case KvStatus::kMismatch: return "mismatch";
    case KvStatus::kExpiredSession: return "expired session";
    case KvStatus::kForgotten: return "forgotten";
    case KvStatus::kBadCommand: return "bad command";
    case KvStatus::kTooLong: return "too long";
  }
  return "unknown";
}

uint64_t hash_of(const KvResult& result, std::optional<uint64_t> text_hash) {
  const uint64_t text = text_hash ? *text_hash : hash_bytes(result.value);
  return mix(mix(text, static_cast<uint64_t>(result.status)), result.session);
}

Applied KvStateMachine::apply(const Entry& entry, NodeTime local) {
  INVARIANT(rules_.is_next(entry.index, last_applied_), "entry {} applied behind {}", entry.index,
            last_applied_);
  last_applied_ = std::max(last_applied_, entry.index);
  ++logged_.count;
  Applied applied;
  if (entry.kind == EntryKind::kCommand) {
    if (std::optional<Stamped> stamped = decode_stamped(entry.data)) {
      if (stamped->time) time_ = rules_.time_after(time_, *stamped->time, local);
      applied = apply_command(entry.index, std::move(stamped->command));
    } else {
      applied.result.status = KvStatus::kBadCommand;
    }
  }
  // Long values are not hashed again where that was done already.
  if (applied.result_hash == 0) applied.result_hash = hash_of(applied.result);
  roll_history(entry, rules_.hash_in_history(applied.result_hash, data_.salt()));
  applied.state_hash = state_hash();
  return applied;
}

Applied KvStateMachine::apply_command(LogIndex index, Command command) {
  if (std::holds_alternative<RegisterClient>(command)) return open_session(index);
  if (const auto* alive = std::get_if<KeepAlive>(&command)) return keep_alive(index, *alive);
  if (const auto* activation = std::get_if<Activate>(&command)) {
    return activate(activation->version);
  }
  auto* request = std::get_if<Request>(&command);
  const uint64_t session = request->session;
  const uint64_t sequence = request->sequence;
  Applied applied = apply_request(index, std::move(*request));
  applied.session = session;
  applied.sequence = sequence;
  return applied;
}

// Several leaders may have said so, one after the other.
Applied KvStateMachine::activate(KvVersion version) {
  const bool known = version <= known_;
  if (known) version_ = std::max(version_, version);
  return {.executed = known, .beyond = !known};
}

// --- Sessions (§6.3) ----------------------------------------------------------------------------

// A session must end at the same entry on every server. Those whose time is over are gone already
// in all but memory. If one session too many is opened, the one that has been silent longest, by
// log order, makes room.
Applied KvStateMachine::open_session(LogIndex index) {
  Applied applied{.result = {.session = index}, .executed = true};
  for (auto session = sessions_.end(); session != sessions_.begin();) {
    if (!has_expired(*--session)) continue;
    forget(session);
    ++applied.expired;
  }
  if (sessions_.size() >= limits_.sessions) {
    forget(std::min_element(sessions_.begin(), sessions_.end(), [&](const auto& a, const auto& b) {
      return rules_.evicts_before({a.id, a.last_used}, {b.id, b.last_used}, data_.salt());
    }));
  }
  sessions_.push_back(
      {.id = index, .last_used = rules_.moment_of_use(index, logged_.count), .last_active = time_});
  count(sessions_.back());
  return applied;
}

Applied KvStateMachine::keep_alive(LogIndex index, const KeepAlive& command) {
  if (!goes_by(KvVersion::k2)) return {.result = {.status = KvStatus::kBadCommand}};
  Applied applied{.executed = true};
  const auto session = use_session(command.session, index, applied);
  if (session == sessions_.end()) {
    applied.result.status = KvStatus::kExpiredSession;
  } else {
    count(*session);
  }
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
  auto session = find_session(id);
  if (session != sessions_.end() && has_expired(*session)) {
    forget(session);
    ++applied.expired;
    session = sessions_.end();
  }
  if (session == sessions_.end()) {
    if (!rules_.opens_what_it_does_not_know()) return session;
    const auto place = std::find_if(sessions_.begin(), sessions_.end(),
                                    [&](const Session& other) { return other.id > id; });
    session = sessions_.insert(place, Session{.id = id});
  }
  session->last_used = rules_.moment_of_use(index, logged_.count);
  session->last_active = time_;
  return session;
}

void KvStateMachine::forget(Sessions::iterator session) {
  contents_ -= session->hash;
  sessions_.erase(session);
}

Applied KvStateMachine::apply_request(LogIndex index, Request request) {
  Applied applied;
  const auto session = use_session(request.session, index, applied);
  if (session == sessions_.end()) {
    applied.result.status = KvStatus::kExpiredSession;
    return applied;
  }
  answer(*session, std::move(request), applied);
  count(*session);
  if (session->replies.size() > limits_.replies_per_session) forget(session);
  return applied;
}

void KvStateMachine::answer(Session& session, Request request, Applied& applied) {
  session.lowest_unanswered = std::max(session.lowest_unanswered, request.lowest_unanswered);
  prune_replies(session);
  std::vector<Reply>& replies = session.replies;
  auto reply = std::lower_bound(replies.begin(), replies.end(), request.sequence,
                                [](const Reply& r, uint64_t s) { return r.sequence < s; });
  const bool answered_long_ago = request.sequence < session.lowest_unanswered;
  const bool remembered = reply != replies.end() && reply->sequence == request.sequence;
  if (rules_.answers_from_session(answered_long_ago || remembered)) {
    if (answered_long_ago) {
      applied.result.status = KvStatus::kForgotten;
    } else {
      applied.result = reply->result;
      applied.result_hash = reply->result_hash;
    }
    return;
  }
  std::optional<uint64_t> text_hash;
  applied.result = execute(std::move(request.operation), text_hash);
  applied.result_hash = hash_of(applied.result, text_hash);
  applied.executed = true;
  if (remembered) {
    session.replies_hash -= reply->hash();
  } else {
    reply = replies.insert(reply, {.sequence = request.sequence});
  }
  reply->result = applied.result;
  reply->result_hash = applied.result_hash;
  session.replies_hash += reply->hash();
}

void KvStateMachine::prune_replies(Session& session) {
  const uint64_t first = rules_.first_reply_kept(session.lowest_unanswered);
  auto kept = session.replies.begin();
  for (; kept != session.replies.end() && kept->sequence < first; ++kept) {
    session.replies_hash -= kept->hash();
  }
  session.replies.erase(session.replies.begin(), kept);
}

// --- Values -------------------------------------------------------------------------------------

template <class Change>
const KvStateMachine::Value& KvStateMachine::change_value(const std::string& key, Change change) {
  Value& value = data_[key];
  contents_ -= value.hash;
  change(value.text);
  value.text_hash = hash_bytes(value.text);
  value.hash = mix(hash_bytes(key), value.text_hash);
  contents_ += value.hash;
  return value;
}

void KvStateMachine::put(const std::string& key, std::string text) {
  change_value(key, [&](std::string& value) { value = std::move(text); });
}

std::optional<std::string> KvStateMachine::value(const std::string& key) const {
  const Value* found = data_.find(key);
  if (found == nullptr) return std::nullopt;
  return found->text;
}

bool KvStateMachine::erase(const std::string& key) {
  const Value* value = data_.find(key);
  if (value == nullptr) return false;
  contents_ -= value->hash;
  data_.erase(key);
  return true;
}

// --- Operations ---------------------------------------------------------------------------------

KvResult KvStateMachine::execute(KvOperation operation, std::optional<uint64_t>& text_hash) {
  KvResult result;
  if (const auto* transaction = std::get_if<Transaction>(&operation)) {
    return execute_transaction(*transaction);
  }
  if (const auto* get = std::get_if<Get>(&operation)) {
    const Value* found = data_.find(get->key);
    if (found == nullptr) return {KvStatus::kNotFound, {}, 0};
    result.value = found->text;
    text_hash = found->text_hash;
  } else if (auto* put = std::get_if<Put>(&operation)) {
    if (put->value.size() > limits_.value_bytes) return {KvStatus::kTooLong, {}, 0};
    this->put(put->key, std::move(put->value));
  } else if (const auto* append = std::get_if<Append>(&operation)) {
    if (!fits(*append)) return {KvStatus::kTooLong, {}, 0};
    const Value& value =
        change_value(append->key, [&](std::string& text) { text += append->suffix; });
    if (!goes_by(KvVersion::k2)) return result;
    result.value = value.text;
    text_hash = value.text_hash;
  } else if (auto* cas = std::get_if<Cas>(&operation)) {
    return execute_cas(std::move(*cas));
  } else {
    if (!erase(std::get<Delete>(operation).key)) result.status = KvStatus::kNotFound;
  }
  return result;
}

KvResult KvStateMachine::execute_cas(Cas cas) {
  const std::optional<std::string> current = value(cas.key);
  if (current != cas.expected) return {KvStatus::kMismatch, current.value_or(""), 0};
  if (cas.desired.size() > limits_.value_bytes) return {KvStatus::kTooLong, {}, 0};
  put(cas.key, std::move(cas.desired));
  return {};
}

// All or nothing: what cannot be done whole is refused before anything is written.
KvResult KvStateMachine::execute_transaction(const Transaction& transaction) {
  if (rules_.looks_before_writing() && !fits(transaction)) return {KvStatus::kTooLong, {}, 0};
  FoundValues reads;
  for (const Transaction::Step& step : transaction.steps) {
    if (const auto* get = std::get_if<Get>(&step)) {
      reads.push_back(value(get->key));
      continue;
    }
    const auto& append = std::get<Append>(step);
    if (!fits(append)) return {KvStatus::kTooLong, {}, 0};
    change_value(append.key, [&](std::string& text) { text += append.suffix; });
  }
  return {KvStatus::kOk, encode_found(reads), 0};
}

bool KvStateMachine::fits(const Transaction& transaction) const {
  for (size_t i = 0; i < transaction.steps.size(); ++i) {
    const auto* append = std::get_if<Append>(&transaction.steps[i]);
    if (append == nullptr) continue;
    uint64_t before = 0;
    for (size_t j = 0; j < i; ++j) {
      const auto* earlier = std::get_if<Append>(&transaction.steps[j]);
      if (earlier != nullptr && earlier->key == append->key) before += earlier->suffix.size();
    }
    if (!fits(*append, before)) return false;
  }
  return true;
}

// `before`: what comes to stand there earlier in the same transaction.
bool KvStateMachine::fits(const Append& append, uint64_t before) const {
  const Value* value = data_.find(append.key);
  const uint64_t present = value == nullptr ? 0 : value->text.size();
  return present + before + append.suffix.size() <= limits_.value_bytes;
}

// --- Hashes: a sum of independent parts, so that each can be taken out and put in again ---------

void KvStateMachine::count(Session& session) {
  contents_ -= session.hash;
  session.hash = mix(session.id, session.lowest_unanswered);
  session.hash = mix(session.hash, session.last_used);
  session.hash = mix(session.hash, static_cast<uint64_t>(nanoseconds(session.last_active)));
  session.hash = mix(session.hash, session.replies_hash);
  contents_ += session.hash;
}

void KvStateMachine::roll_history(const Entry& entry, uint64_t result_hash) {
  history_ = mix(history_, entry.index);
  history_ = mix(history_, number(entry.term));
  history_ = mix(history_, static_cast<uint64_t>(entry.kind));
  history_ = hash_bytes(entry.data, history_);
  history_ = mix(history_, result_hash);
}

}  // namespace seedbed::raft
