#include "protocols/storage/recovery.h"

#include <algorithm>

namespace seedbed::storage {
namespace {

constexpr uint64_t kAlignment = 8;

// How far the bytes of a segment from `offset` on say that the log was durable.
Lsn known_by_batches(std::string_view file, uint64_t offset) {
  Lsn known = 0;
  for (uint64_t at = offset; at < file.size(); at += kAlignment) {
    const std::optional<BatchView> batch = read_batch(file, at);
    if (batch) known = std::max(known, batch->header.durable);
  }
  return known;
}

// Rule 3: how far anything that the log does not reach says that it was durable.
Lsn known_behind(const LogFiles& files, const Position& end) {
  Lsn known = 0;
  for (auto file = files.segments.lower_bound(end.segment); file != files.segments.end(); ++file) {
    const bool last = file->first == end.segment;
    known = std::max(known, known_by_batches(file->second, last ? end.offset : 0));
    // A segment that does not continue the log says that there was more of it.
    const bool stray = !last && read_segment_header(file->second).has_value();
    if (stray) known = std::max(known, end.lsn + 1);
  }
  return known;
}

void read_records(const BatchView& batch, Lsn first, std::vector<RecordView>& records) {
  RecordReader reader(batch);
  while (const std::optional<RecordView> record = reader.next()) {
    if (record->lsn >= first) records.push_back(*record);
  }
}

// Reads on from that segment as far as the log goes. Returns the end.
Position read_log(const LogFiles& files, uint64_t segment, Lsn first,
                  std::vector<RecordView>& records) {
  LogReader reader;
  auto file = files.segments.find(segment);
  while (file != files.segments.end() && reader.enter(file->first, file->second)) {
    while (const std::optional<BatchView> batch = reader.next(file->second)) {
      read_records(*batch, first, records);
    }
    ++file;
  }
  return reader.end();
}

}  // namespace

bool LogReader::enter(uint64_t number, std::string_view file) {
  const std::optional<SegmentHeader> header = read_segment_header(file);
  if (!header || header->number != number) return false;
  const bool first = end_.segment == 0;
  const bool follows = number == end_.segment + 1 && header->first_lsn == end_.lsn + 1 &&
                       header->chain == end_.chain;
  if (!first && !follows) return false;
  end_ = {.segment = number,
          .offset = kSegmentHeaderSize,
          .lsn = header->first_lsn - 1,
          .chain = header->chain};
  return true;
}

std::optional<BatchView> LogReader::next(std::string_view file) {
  std::optional<BatchView> batch = read_batch(file, end_.offset);
  if (!batch) return std::nullopt;
  const BatchHeader& header = batch->header;
  const bool follows = header.previous == end_.chain && header.first_lsn == end_.lsn + 1 &&
                       header.durable < header.first_lsn;
  if (!follows) return std::nullopt;
  end_.offset += batch->size;
  end_.lsn = batch->last_lsn();
  end_.chain = batch->crc;
  return batch;
}

uint64_t first_segment(const LogFiles& files, Lsn checkpoint) {
  for (auto file = files.segments.rbegin(); file != files.segments.rend(); ++file) {
    const std::optional<SegmentHeader> header = read_segment_header(file->second);
    if (header && header->number == file->first && header->first_lsn <= checkpoint + 1) {
      return file->first;
    }
  }
  return 0;
}

Found find_log(const LogFiles& files, const Rules& rules) {
  Found found;
  if (files.checkpoint) {
    found.checkpoint = read_checkpoint(*files.checkpoint);
    found.corrupt = !found.checkpoint.has_value();
  }
  const Lsn covered = found.checkpoint ? found.checkpoint->lsn : 0;
  const uint64_t first = first_segment(files, covered);
  found.end = read_log(files, first, rules.first_to_replay(covered), found.records);

  const Lsn known = std::max(covered, known_behind(files, found.end));
  if (rules.is_corruption(found.end.lsn, known)) found.corrupt = true;

  for (const auto& [number, file] : files.segments) {
    if (number < first || number > found.end.segment) found.useless.push_back(number);
    if (number != found.end.segment) continue;
    const std::string_view behind = file.substr(found.end.offset);
    found.torn = behind.find_first_not_of('\0') != std::string_view::npos;
  }
  return found;
}

}  // namespace seedbed::storage
