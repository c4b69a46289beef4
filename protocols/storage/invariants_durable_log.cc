#include "protocols/storage/invariants_durable_log.h"

#include <utility>

namespace seedbed::storage {
namespace {

LogFiles files_of(const DurableImage& image, const FileNames& names) {
  LogFiles files;
  for (const auto& [path, id] : image.names()) {
    const std::string_view bytes = image.file(id).bytes();
    if (path == names.checkpoint()) files.checkpoint = bytes;
    if (const auto number = names.segment_number(path)) files.segments.emplace(*number, bytes);
  }
  return files;
}

}  // namespace

Found find_log(const DurableImage& image, const FileNames& names) {
  return find_log(files_of(image, names));
}

void DurableLog::apply(const TraceEvent& event) {
  image_.apply(event);
  if (event.kind != EventKind::kDurable) return;
  if (!only_appends(event)) rescan();
  image_.settle();
}

// True if what has been read stands as it was, and nothing has come that would be read before it.
bool DurableLog::only_appends(const TraceEvent& event) const {
  const auto change = static_cast<DurableChange>(number(event.peer));
  if (waits_for_first_) return false;
  const uint64_t current = reader_.end().segment;
  if (image_.names_changed()) {
    const auto linked = names_.segment_number(event.name);
    return change == DurableChange::kLink && linked && *linked > current;
  }
  const auto name = image_.names().find(names_.segment(current));
  if (name == image_.names().end()) return false;
  if (name->second == event.id) {
    return image_.file(event.id).unchanged() >= reader_.end().offset;
  }
  // Another file: one without a name, or behind the current segment, may do what it likes.
  for (const auto& [path, id] : image_.names()) {
    if (id != event.id) continue;
    const auto other = names_.segment_number(path);
    return other && *other > current;
  }
  return true;
}

void DurableLog::rescan() {
  const bool had_read = !waits_for_first_;
  restart_ = restart_ || had_read;
  if (had_read) ++rescans_;
  const LogFiles files = files_of(image_, names_);
  const auto found = files.checkpoint ? read_checkpoint(*files.checkpoint) : std::nullopt;
  const Lsn covered = found ? found->lsn : 0;
  first_ = covered + 1;
  reader_ = LogReader();
  records_ = RecordReader();
  const uint64_t first = first_segment(files, covered);
  waits_for_first_ = first == 0 || !reader_.enter(first, files.segments.at(first));
}

bool DurableLog::take_restart() { return std::exchange(restart_, false); }

std::optional<std::string_view> DurableLog::segment(uint64_t number) const {
  const DurableFile* file = image_.find(names_.segment(number));
  if (file == nullptr) return std::nullopt;
  return file->bytes();
}

std::optional<BatchView> DurableLog::next_batch() {
  while (const auto bytes = segment(reader_.end().segment)) {
    if (const auto batch = reader_.next(*bytes)) return batch;
    const uint64_t following = reader_.end().segment + 1;
    const auto more = segment(following);
    if (!more || !reader_.enter(following, *more)) break;
  }
  return std::nullopt;
}

std::optional<RecordView> DurableLog::next() {
  while (!waits_for_first_) {
    while (const auto record = records_.next()) {
      if (record->lsn >= first_) return record;
    }
    const auto batch = next_batch();
    if (!batch) break;
    records_ = RecordReader(*batch);
  }
  return std::nullopt;
}

std::optional<CheckpointView> DurableLog::checkpoint() const {
  const DurableFile* file = image_.find(names_.checkpoint());
  if (file == nullptr) return std::nullopt;
  return read_checkpoint(file->bytes());
}

}  // namespace seedbed::storage
