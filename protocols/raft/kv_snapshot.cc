// The state of the key-value machine as bytes. All integers are little-endian, strings carry their
// length before them (sim/core/bytes.h):
//
//   magic u32, version u32
//   last applied index u64
//   log time in nanoseconds u64                                     (from version 2 on)
//   hash of the history u64, hash of the contents u64
//   sessions: count u64, then each in order of its id
//     id u64, lowest unanswered u64, index last used u64
//     log time last used u64                                        (from version 2 on)
//     replies: count u64, then each in order of its number
//       number u64, status u8, value, session u64
//   data: count u64, then each in order of its key
//     key, value
//   CRC-32C u32 of all before it
//
// What keeps it canonical: there is one way to write each part, and restore() takes no other. So
// the bytes may stand for the state when two replicas are compared.
#include <span>
#include <utility>

#include "protocols/raft/kv.h"
#include "protocols/storage/crc32c.h"
#include "sim/core/bytes.h"

namespace seedbed::raft {
namespace {

constexpr uint32_t kMagic = 0x4d53'564b;  // "KVSM"
constexpr size_t kChecksumBytes = 4;

bool is_status(uint8_t status) {
  return status >= static_cast<uint8_t>(KvStatus::kOk) &&
         status <= static_cast<uint8_t>(KvStatus::kTooLong);
}

}  // namespace

std::string KvStateMachine::snapshot() const {
  ByteWriter out;
  const uint64_t sessions = rules_.sessions_in_snapshot(sessions_.size());
  uint64_t contents = contents_;
  for (uint64_t i = sessions; i < sessions_.size(); ++i) contents -= sessions_[i].hash;
  out.u32(kMagic);
  out.u32(number(version_));
  out.u64(last_applied_);
  const bool timed = version_ >= KvVersion::k2;
  if (timed) out.u64(static_cast<uint64_t>(nanoseconds(time_)));
  out.u64(history_);
  out.u64(contents);
  out.u64(sessions);
  for (const Session& session : std::span(sessions_).first(sessions)) {
    out.u64(session.id);
    out.u64(session.lowest_unanswered);
    out.u64(session.last_used);
    if (timed) out.u64(static_cast<uint64_t>(nanoseconds(session.last_active)));
    out.u64(session.replies.size());
    for (const Reply& reply : session.replies) {
      out.u64(reply.sequence);
      out.u8(static_cast<uint8_t>(reply.result.status));
      out.string(reply.result.value);
      out.u64(reply.result.session);
    }
  }
  out.u64(data_.size());
  for (const auto& [key, value] : data_.in_order()) {
    out.string(key);
    out.string(value->text);
  }
  out.u32(storage::crc32c(out.bytes()));
  return out.take();
}

// Reads the parts in their order. Counts are not believed: what is not there ends the reading, so
// that bytes which lie about their number cost no memory.
struct KvStateMachine::SnapshotReader {
  ByteReader in;
  KvStateMachine& into;

  bool read() {
    if (in.u32() != kMagic) return false;
    const uint32_t version = in.u32();
    if (version == 0 || version > number(into.known_)) return false;
    into.version_ = KvVersion(version);
    into.last_applied_ = in.u64();
    into.time_ = read_time();
    into.history_ = in.u64();
    const uint64_t contents = in.u64();
    return read_sessions() && read_data() && in.finished() && into.contents_ == contents;
  }

  LogTime read_time() {
    if (into.version_ < KvVersion::k2) return LogTime();
    return LogTime(Duration(static_cast<int64_t>(in.u64())));
  }

  bool read_sessions() {
    for (uint64_t left = in.u64(); left > 0; --left) {
      Session session;
      session.id = in.u64();
      session.lowest_unanswered = in.u64();
      session.last_used = in.u64();
      session.last_active = read_time();
      if (!is_past(session) || !in.ok() || !read_replies(session)) return false;
      if (!into.sessions_.empty() && into.sessions_.back().id >= session.id) return false;
      into.sessions_.push_back(std::move(session));
      into.count(into.sessions_.back());
    }
    return in.ok();
  }

  // What has been, by then, on a clock that began at zero.
  bool is_past(const Session& session) const {
    return session.id <= into.last_applied_ && session.last_used <= into.last_applied_ &&
           session.last_active >= LogTime() && session.last_active <= into.time_;
  }

  bool read_replies(Session& session) {
    for (uint64_t left = in.u64(); left > 0; --left) {
      Reply reply;
      reply.sequence = in.u64();
      const uint8_t status = in.u8();
      reply.result.value = in.string();
      reply.result.session = in.u64();
      if (!in.ok() || !is_status(status)) return false;
      reply.result.status = static_cast<KvStatus>(status);
      if (!session.replies.empty() && session.replies.back().sequence >= reply.sequence) {
        return false;
      }
      reply.result_hash = hash_of(reply.result);
      session.replies_hash += reply.hash();
      session.replies.push_back(std::move(reply));
    }
    return in.ok();
  }

  bool read_data() {
    std::string last;
    const uint64_t count = in.u64();
    for (uint64_t i = 0; i < count; ++i) {
      std::string key = in.string();
      std::string value = in.string();
      if (!in.ok() || (i > 0 && key <= last)) return false;
      into.put(key, std::move(value));
      last = std::move(key);
    }
    return in.ok();
  }
};

bool KvStateMachine::is_beyond(std::string_view snapshot) const {
  ByteReader in(snapshot);
  const bool is_one = in.u32() == kMagic;
  const uint32_t version = in.u32();
  return is_one && in.ok() && version > number(known_);
}

bool KvStateMachine::restore(std::string_view snapshot) {
  if (snapshot.size() < kChecksumBytes) return false;
  const std::string_view body = snapshot.substr(0, snapshot.size() - kChecksumBytes);
  if (ByteReader(snapshot.substr(body.size())).u32() != storage::crc32c(body)) return false;
  KvStateMachine restored(rules_, limits_, data_.salt(), {.known = known_});
  if (!SnapshotReader{.in = ByteReader(body), .into = restored}.read()) return false;
  *this = std::move(restored);
  return true;
}

}  // namespace seedbed::raft
