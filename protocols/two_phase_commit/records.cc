#include "protocols/two_phase_commit/records.h"

#include <algorithm>
#include <utility>

#include "sim/core/bytes.h"

namespace seedbed::two_phase_commit {
namespace {

// The types of records.
enum : uint8_t {
  kPrepared = 1,
  kDecided = 2,
  kOpened = 3,
  kDecision = 4,
  kEnd = 5,
};

void write_id(ByteWriter& out, const TxnId& id) {
  out.u32(number(id.coordinator));
  out.u64(id.incarnation);
  out.u64(id.n);
}

TxnId read_id(ByteReader& in) {
  TxnId id;
  id.coordinator = NodeId{in.u32()};
  id.incarnation = in.u64();
  id.n = in.u64();
  return id;
}

void write_value(ByteWriter& out, const Value& value) {
  out.u8(value ? 1 : 0);
  if (value) out.string(*value);
}

Value read_value(ByteReader& in) {
  if (in.u8() == 0) return std::nullopt;
  return in.string();
}

void write_nodes(ByteWriter& out, const std::vector<NodeId>& nodes) {
  out.u32(static_cast<uint32_t>(nodes.size()));
  for (const NodeId node : nodes) out.u32(number(node));
}

std::vector<NodeId> read_nodes(ByteReader& in) {
  std::vector<NodeId> nodes;
  for (uint32_t left = in.u32(); left > 0 && in.ok(); --left) nodes.push_back(NodeId{in.u32()});
  return nodes;
}

void write_writes(ByteWriter& out, const std::vector<Write>& writes) {
  out.u32(static_cast<uint32_t>(writes.size()));
  for (const Write& write : writes) {
    out.string(write.key);
    write_value(out, write.before);
    write_value(out, write.after);
  }
}

std::vector<Write> read_writes(ByteReader& in) {
  std::vector<Write> writes;
  for (uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
    Write& write = writes.emplace_back();
    write.key = in.string();
    write.before = read_value(in);
    write.after = read_value(in);
  }
  return writes;
}

void write_prepared(ByteWriter& out, const Prepared& prepared) {
  out.u64(static_cast<uint64_t>(prepared.age.begun));
  write_id(out, prepared.age.id);
  write_nodes(out, prepared.writers);
  out.u32(static_cast<uint32_t>(prepared.locks.size()));
  for (const Lock& lock : prepared.locks) {
    out.string(lock.key);
    out.u8(static_cast<uint8_t>(lock.mode));
  }
  write_writes(out, prepared.writes);
}

Prepared read_prepared(ByteReader& in) {
  Prepared prepared;
  prepared.age.begun = static_cast<int64_t>(in.u64());
  prepared.age.id = read_id(in);
  prepared.writers = read_nodes(in);
  for (uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
    Lock& lock = prepared.locks.emplace_back();
    lock.key = in.string();
    lock.mode = in.u8() == static_cast<uint8_t>(LockMode::kShared) ? LockMode::kShared
                                                                   : LockMode::kExclusive;
  }
  prepared.writes = read_writes(in);
  return prepared;
}

void write_decided(ByteWriter& out, const Decided& decided) {
  write_id(out, decided.id);
  out.u8(decided.committed ? 1 : 0);
  out.u8(decided.by_operator ? 1 : 0);
}

Decided read_decided(ByteReader& in) {
  Decided decided;
  decided.id = read_id(in);
  decided.committed = in.u8() == 1;
  decided.by_operator = in.u8() == 1;
  return decided;
}

}  // namespace

// --- A participant's ---

JournalRecord encode(const ParticipantRecord& record) {
  ByteWriter out;
  if (const auto* prepared = std::get_if<Prepared>(&record)) {
    write_prepared(out, *prepared);
    return {.type = kPrepared, .bytes = out.take()};
  }
  write_decided(out, std::get<Decided>(record));
  return {.type = kDecided, .bytes = out.take()};
}

std::optional<ParticipantRecord> decode_participant_record(uint8_t type, std::string_view bytes) {
  ByteReader in(bytes);
  ParticipantRecord record;
  if (type == kPrepared) {
    record = read_prepared(in);
  } else if (type == kDecided) {
    record = read_decided(in);
  } else {
    return std::nullopt;
  }
  if (!in.finished()) return std::nullopt;
  return record;
}

Value ParticipantImage::value(std::string_view key) const {
  const auto place = data.find(key);
  if (place == data.end()) return std::nullopt;
  return place->second;
}

void ParticipantImage::put(const std::string& key, const Value& value) {
  if (value) {
    data.insert_or_assign(key, *value);
  } else {
    data.erase(key);
  }
}

void ParticipantImage::work(const TxnId& id, const std::string& key, Value after) {
  std::vector<Write>& writes = working[id];
  const auto known = std::find_if(writes.begin(), writes.end(),
                                  [&](const Write& write) { return write.key == key; });
  if (known != writes.end()) {
    known->after = after;
  } else {
    writes.push_back({.key = key, .before = value(key), .after = after});
  }
  put(key, after);
}

void ParticipantImage::undo(const std::vector<Write>& writes) {
  for (const Write& write : writes) put(write.key, write.before);
}

void ParticipantImage::take(const ParticipantRecord& record) {
  if (const auto* prepared = std::get_if<Prepared>(&record)) {
    for (const Write& write : prepared->writes) put(write.key, write.after);
    working.erase(prepared->age.id);
    in_doubt.insert_or_assign(prepared->age.id, *prepared);
    return;
  }
  const auto& decided = std::get<Decided>(record);
  const auto doubt = in_doubt.find(decided.id);
  if (doubt != in_doubt.end()) {
    if (!decided.committed) undo(doubt->second.writes);
    in_doubt.erase(doubt);
  }
  const auto work = working.find(decided.id);
  if (work != working.end()) {
    undo(work->second);
    working.erase(work);
  }
  if (!has_ended(decided.id)) outcomes.insert_or_assign(decided.id, decided);
}

bool ParticipantImage::has_ended(const TxnId& id) const {
  const auto last = ended.find(id.coordinator);
  return last != ended.end() && id <= last->second;
}

void ParticipantImage::forget_through(const TxnId& last) {
  TxnId& known = ended.try_emplace(last.coordinator, last).first->second;
  known = std::max(known, last);
  const TxnId first{.coordinator = last.coordinator, .incarnation = 0, .n = 0};
  outcomes.erase(outcomes.lower_bound(first), outcomes.upper_bound(last));
}

size_t ParticipantImage::undo_losers() {
  const size_t losers = working.size();
  for (const auto& [id, writes] : working) undo(writes);
  working.clear();
  return losers;
}

std::string encode(const ParticipantImage& image) {
  ByteWriter out;
  out.u32(static_cast<uint32_t>(image.data.size()));
  for (const auto& [key, value] : image.data) {
    out.string(key);
    out.string(value);
  }
  out.u32(static_cast<uint32_t>(image.working.size()));
  for (const auto& [id, writes] : image.working) {
    write_id(out, id);
    write_writes(out, writes);
  }
  out.u32(static_cast<uint32_t>(image.in_doubt.size()));
  for (const auto& [id, prepared] : image.in_doubt) write_prepared(out, prepared);
  out.u32(static_cast<uint32_t>(image.outcomes.size()));
  for (const auto& [id, decided] : image.outcomes) write_decided(out, decided);
  out.u32(static_cast<uint32_t>(image.ended.size()));
  for (const auto& [coordinator, last] : image.ended) write_id(out, last);
  return out.take();
}

std::optional<ParticipantImage> decode_participant_image(std::string_view bytes) {
  ByteReader in(bytes);
  ParticipantImage image;
  for (uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
    std::string key = in.string();
    image.data[std::move(key)] = in.string();
  }
  for (uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
    const TxnId id = read_id(in);
    image.working[id] = read_writes(in);
  }
  for (uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
    Prepared prepared = read_prepared(in);
    const TxnId id = prepared.age.id;
    image.in_doubt.insert_or_assign(id, std::move(prepared));
  }
  for (uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
    const Decided decided = read_decided(in);
    image.outcomes.insert_or_assign(decided.id, decided);
  }
  for (uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
    const TxnId last = read_id(in);
    image.ended.insert_or_assign(last.coordinator, last);
  }
  if (!in.finished()) return std::nullopt;
  return image;
}

std::optional<ParticipantImage> decode_participant(const JournalContents& contents) {
  std::optional<ParticipantImage> image = ParticipantImage();
  if (!contents.checkpoint.empty()) image = decode_participant_image(contents.checkpoint);
  if (!image) return std::nullopt;
  for (const JournalRecord& bytes : contents.records) {
    const auto record = decode_participant_record(bytes.type, bytes.bytes);
    if (!record) return std::nullopt;
    image->take(*record);
  }
  return image;
}

// --- A coordinator's ---

JournalRecord encode(const CoordinatorRecord& record) {
  ByteWriter out;
  if (const auto* opened = std::get_if<Opened>(&record)) {
    out.u64(opened->incarnation);
    return {.type = kOpened, .bytes = out.take()};
  }
  if (const auto* decision = std::get_if<Decision>(&record)) {
    write_id(out, decision->id);
    write_nodes(out, decision->writers);
    return {.type = kDecision, .bytes = out.take()};
  }
  write_id(out, std::get<End>(record).id);
  return {.type = kEnd, .bytes = out.take()};
}

std::optional<CoordinatorRecord> decode_coordinator_record(uint8_t type, std::string_view bytes) {
  ByteReader in(bytes);
  CoordinatorRecord record;
  if (type == kOpened) {
    record = Opened{in.u64()};
  } else if (type == kDecision) {
    Decision decision;
    decision.id = read_id(in);
    decision.writers = read_nodes(in);
    record = std::move(decision);
  } else if (type == kEnd) {
    record = End{read_id(in)};
  } else {
    return std::nullopt;
  }
  if (!in.finished()) return std::nullopt;
  return record;
}

void CoordinatorImage::take(const CoordinatorRecord& record) {
  if (const auto* opened = std::get_if<Opened>(&record)) {
    incarnation = opened->incarnation;
  } else if (const auto* decision = std::get_if<Decision>(&record)) {
    committed.insert_or_assign(decision->id, decision->writers);
  } else {
    committed.erase(std::get<End>(record).id);
  }
}

std::string encode(const CoordinatorImage& image) {
  ByteWriter out;
  out.u64(image.incarnation);
  out.u32(static_cast<uint32_t>(image.committed.size()));
  for (const auto& [id, writers] : image.committed) {
    write_id(out, id);
    write_nodes(out, writers);
  }
  return out.take();
}

std::optional<CoordinatorImage> decode_coordinator_image(std::string_view bytes) {
  ByteReader in(bytes);
  CoordinatorImage image;
  image.incarnation = in.u64();
  for (uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
    const TxnId id = read_id(in);
    image.committed[id] = read_nodes(in);
  }
  if (!in.finished()) return std::nullopt;
  return image;
}

std::optional<CoordinatorImage> decode_coordinator(const JournalContents& contents) {
  std::optional<CoordinatorImage> image = CoordinatorImage();
  if (!contents.checkpoint.empty()) image = decode_coordinator_image(contents.checkpoint);
  if (!image) return std::nullopt;
  for (const JournalRecord& bytes : contents.records) {
    const auto record = decode_coordinator_record(bytes.type, bytes.bytes);
    if (!record) return std::nullopt;
    image->take(*record);
  }
  return image;
}

}  // namespace seedbed::two_phase_commit
