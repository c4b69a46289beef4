#include "protocols/primary_backup/records.h"

#include <utility>

#include "sim/core/bytes.h"

namespace seedbed::primary_backup {
namespace {

enum RecordType : uint8_t { kEpoch = 1, kTruncate = 2, kEntry = 3, kInstall = 4 };

void write_id(ByteWriter& out, const EntryId& id) {
  out.u64(id.index);
  out.u64(number(id.epoch));
}

EntryId read_id(ByteReader& in) {
  EntryId id;
  id.index = in.u64();
  id.epoch = Epoch{in.u64()};
  return id;
}

}  // namespace

void add(storage::Batch& batch, const Record& record) {
  if (const auto* seen = std::get_if<EpochSeen>(&record)) {
    batch.add_with(kEpoch, [&](ByteWriter& out) { out.u64(number(seen->epoch)); });
  } else if (const auto* truncated = std::get_if<Truncated>(&record)) {
    batch.add_with(kTruncate, [&](ByteWriter& out) { out.u64(truncated->from); });
  } else if (const auto* entry = std::get_if<LogEntry>(&record)) {
    batch.add_with(kEntry, [&](ByteWriter& out) {
      write_id(out, entry->id);
      out.raw(entry->command);
    });
  } else {
    const auto& installed = std::get<Installed>(record);
    batch.add_with(kInstall, [&](ByteWriter& out) {
      write_id(out, installed.id);
      out.raw(installed.data);
    });
  }
}

std::optional<Record> decode_record(uint8_t type, std::string_view payload) {
  ByteReader in(payload);
  Record record;
  if (type == kEpoch) {
    record = EpochSeen{Epoch{in.u64()}};
  } else if (type == kTruncate) {
    record = Truncated{in.u64()};
  } else if (type == kEntry) {
    LogEntry entry;
    entry.id = read_id(in);
    entry.command = in.rest();
    record = std::move(entry);
  } else if (type == kInstall) {
    Installed installed;
    installed.id = read_id(in);
    installed.data = in.rest();
    record = std::move(installed);
  } else {
    return std::nullopt;
  }
  if (!in.finished()) return std::nullopt;
  return record;
}

bool Image::take(Record record) {
  const Index last = applied.index + entries.size();
  if (const auto* seen = std::get_if<EpochSeen>(&record)) {
    if (seen->epoch < promised) return false;
    promised = seen->epoch;
  } else if (const auto* truncated = std::get_if<Truncated>(&record)) {
    if (truncated->from <= applied.index || truncated->from > last + 1) return false;
    entries.resize(truncated->from - applied.index - 1);
  } else if (auto* entry = std::get_if<LogEntry>(&record)) {
    if (entry->id.index != last + 1) return false;
    entries.push_back(std::move(*entry));
  } else {
    auto& installed = std::get<Installed>(record);
    applied = installed.id;
    data = std::move(installed.data);
    entries.clear();
  }
  return true;
}

std::string encode(const Image& image) {
  ByteWriter out;
  out.u64(number(image.promised));
  write_id(out, image.applied);
  out.string(image.data);
  out.u64(image.entries.size());
  for (const LogEntry& entry : image.entries) {
    write_id(out, entry.id);
    out.string(entry.command);
  }
  return out.take();
}

std::optional<Image> decode_image(std::string_view bytes) {
  ByteReader in(bytes);
  Image image;
  image.promised = Epoch{in.u64()};
  image.applied = read_id(in);
  image.data = in.string();
  for (uint64_t left = in.u64(); left > 0 && in.ok(); --left) {
    LogEntry entry;
    entry.id = read_id(in);
    entry.command = in.string();
    // One that is applied need not stand here.
    if (entry.id.index > image.applied.index) image.entries.push_back(std::move(entry));
  }
  if (!in.finished()) return std::nullopt;
  return image;
}

}  // namespace seedbed::primary_backup
