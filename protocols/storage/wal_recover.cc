// Recovery on the disk. Its steps are in an order in which each may be the last before a crash:
//   1. What the verdict rests on is made durable: the names, and the last segment.
//   2. Only then goes what it makes useless: the torn end, segments and half a checkpoint.
//   3. That, too, is durable before anything is appended.
// A verdict of corruption comes before the first of them, and leaves the disk as it is.
#include <algorithm>
#include <limits>
#include <utility>

#include "protocols/storage/wal.h"
#include "sim/core/check.h"

namespace seedbed::storage {
namespace {

constexpr uint64_t kWhole = std::numeric_limits<uint64_t>::max();

Status status_of(const Result<Nothing>& result) {
  if (!result) return result.error();
  return {};
}

Recovered contents_of(const Found& found) {
  Recovered contents{.last = found.end.lsn, .torn = found.torn};
  if (found.checkpoint) {
    contents.checkpoint = Checkpoint{found.checkpoint->lsn, std::string(found.checkpoint->state)};
  }
  contents.records.reserve(found.records.size());
  for (const RecordView& record : found.records) {
    contents.records.push_back({record.lsn, record.type, std::string(record.payload)});
  }
  return contents;
}

}  // namespace

Result<Recovered> Wal::recover(uint64_t salt) {
  INVARIANT(!encoder_, "a log that is recovered twice");
  const Result<Image> image = read_image();
  if (!image) return image.error();
  LogFiles files{.checkpoint = image->checkpoint, .segments = {}};
  for (const auto& [number, bytes] : image->segments) files.segments.emplace(number, bytes);
  const Found found = find_log(files, options_.rules);
  if (found.corrupt) return Error::kCorrupt;

  const Status repaired = repair(*image, found);
  if (!repaired) return repaired.error();
  const Status cleaned = remove_left_over(*image, found);
  if (!cleaned) return cleaned.error();

  remember_segments(*image, found);
  checkpoint_lsn_ = found.checkpoint ? found.checkpoint->lsn : 0;
  encoder_.emplace(found.end, Encoder::Options{salt, options_.segment_bytes});
  return contents_of(found);
}

Result<Wal::Image> Wal::read_image() {
  const auto paths = disk_.list().await();
  if (!paths) return paths.error();
  Image image;
  for (const std::string& path : *paths) {
    const auto number = names_.segment_number(path);
    if (path == names_.new_checkpoint()) image.new_checkpoint = true;
    if (!number && path != names_.checkpoint()) continue;
    Result<std::string> bytes = disk_.read(path, 0, kWhole).await();
    if (!bytes) return bytes.error();
    if (number) {
      image.segments.emplace(*number, *std::move(bytes));
    } else {
      image.checkpoint = *std::move(bytes);
    }
  }
  return image;
}

Status Wal::repair(const Image& image, const Found& found) {
  if (image.segments.empty() && !image.checkpoint) return {};
  const Status named = status_of(disk_.sync_directory(names_.directory()).await());
  if (!named || found.end.segment == 0) return named;
  const std::string last = names_.segment(found.end.segment);
  if (found.torn) {
    const Status cut = status_of(disk_.truncate(last, found.end.offset).await());
    if (!cut) return cut;
  }
  return status_of(disk_.sync(last).await());
}

Status Wal::remove_left_over(const Image& image, const Found& found) {
  std::vector<std::string> paths;
  if (image.new_checkpoint) paths.push_back(names_.new_checkpoint());
  for (const uint64_t number : found.useless) paths.push_back(names_.segment(number));
  if (paths.empty()) return {};
  for (const std::string& path : paths) {
    const Status removed = status_of(disk_.remove(path).await());
    if (!removed) return removed;
  }
  return status_of(disk_.sync_directory(names_.directory()).await());
}

void Wal::remember_segments(const Image& image, const Found& found) {
  for (const auto& [number, bytes] : image.segments) {
    const auto header = read_segment_header(bytes);
    const bool useless = std::count(found.useless.begin(), found.useless.end(), number) > 0;
    if (!useless && header) segments_.push_back({number, header->first_lsn});
  }
}

}  // namespace seedbed::storage
