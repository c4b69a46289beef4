#include "protocols/two_phase_commit/journal_machine.h"

#include <optional>
#include <utility>

#include "sim/core/bytes.h"

namespace seedbed::two_phase_commit {
namespace {

enum : uint8_t {
  kAppend = 1,
  kCheckpoint = 2,
};

void write_records(ByteWriter& out, const std::vector<JournalRecord>& records) {
  out.u32(static_cast<uint32_t>(records.size()));
  for (const JournalRecord& record : records) {
    out.u8(record.type);
    out.string(record.bytes);
  }
}

std::vector<JournalRecord> read_records(ByteReader& in) {
  std::vector<JournalRecord> records;
  for (uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
    JournalRecord& record = records.emplace_back();
    record.type = in.u8();
    record.bytes = in.string();
  }
  return records;
}

}  // namespace

std::string encode_append(const std::vector<JournalRecord>& records) {
  ByteWriter out;
  out.u8(kAppend);
  write_records(out, records);
  return out.take();
}

std::string encode_checkpoint(Place place, std::string_view state) {
  ByteWriter out;
  out.u8(kCheckpoint);
  out.u64(place);
  out.string(state);
  return out.take();
}

bool JournalMachine::apply(std::string_view command) {
  ByteReader in(command);
  const uint8_t kind = in.u8();
  if (kind == kAppend) {
    std::vector<JournalRecord> records = read_records(in);
    if (!in.finished()) return false;
    for (JournalRecord& record : records) contents_.records.push_back(std::move(record));
    return true;
  }
  const Place place = in.u64();
  std::string state = in.string();
  if (kind != kCheckpoint || !in.finished() || place < begin_ || place > end()) return false;
  const auto covered = static_cast<std::ptrdiff_t>(place - begin_);
  contents_.records.erase(contents_.records.begin(), contents_.records.begin() + covered);
  contents_.checkpoint = std::move(state);
  begin_ = place;
  return true;
}

std::string JournalMachine::snapshot() const {
  ByteWriter out;
  out.u64(begin_);
  out.string(contents_.checkpoint);
  write_records(out, contents_.records);
  return out.take();
}

bool JournalMachine::restore(std::string_view bytes) {
  ByteReader in(bytes);
  JournalMachine found;
  found.begin_ = in.u64();
  found.contents_.checkpoint = in.string();
  found.contents_.records = read_records(in);
  if (!in.finished()) return false;
  *this = std::move(found);
  return true;
}

}  // namespace seedbed::two_phase_commit
