#include "protocols/storage/invariants_durable_log.h"

#include <algorithm>
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

void DurableLog::look(const DurableImage& image) {
  image_ = &image;
  if (!stands()) rescan();
}

// True if what has been read stands as it was, and nothing has come that would be read before it.
bool DurableLog::stands() const {
  if (parts_.empty()) return false;
  if (image_->names_changed() && !names_stand()) return false;
  const std::vector<uint64_t>& touched = image_->touched();
  return std::all_of(touched.begin(), touched.end(), [&](uint64_t file) { return stands(file); });
}

bool DurableLog::names_stand() const {
  const auto stands = [&](const Part& part) {
    const auto name = image_->names().find(names_.segment(part.number));
    return name != image_->names().end() && name->second == part.file;
  };
  return checkpoint_file() == checkpoint_file_ && std::all_of(parts_.begin(), parts_.end(), stands);
}

// Of a file that was read, or of any other.
bool DurableLog::stands(uint64_t file) const {
  if (file == checkpoint_file_) return !image_->file(file).changed();
  const auto part = std::find_if(parts_.rbegin(), parts_.rend(),
                                 [&](const Part& other) { return other.file == file; });
  return part == parts_.rend() || image_->file(file).unchanged() >= part->end;
}

uint64_t DurableLog::checkpoint_file() const {
  const auto name = image_->names().find(names_.checkpoint());
  return name == image_->names().end() ? 0 : name->second;
}

void DurableLog::rescan() {
  if (!parts_.empty()) ++rescans_;
  restart_ |= !parts_.empty() || checkpoint_file() != checkpoint_file_;
  const LogFiles files = files_of(*image_, names_);
  const auto checkpoint = files.checkpoint ? read_checkpoint(*files.checkpoint) : std::nullopt;
  const Lsn covered = checkpoint ? checkpoint->lsn : 0;
  first_ = covered + 1;
  checkpoint_file_ = checkpoint_file();
  reader_ = LogReader();
  records_ = RecordReader();
  parts_.clear();
  enter(first_segment(files, covered));
}

bool DurableLog::enter(uint64_t number) {
  if (image_->names().size() == parts_.size()) return false;  // all of them have been entered
  const auto name = image_->names().find(names_.segment(number));
  if (name == image_->names().end()) return false;
  if (!reader_.enter(number, image_->file(name->second).bytes())) return false;
  parts_.push_back({.number = number, .file = name->second, .end = reader_.end().offset});
  return true;
}

bool DurableLog::take_restart() { return std::exchange(restart_, false); }

std::optional<BatchView> DurableLog::next_batch() {
  do {
    Part& part = parts_.back();
    const auto batch = reader_.next(image_->file(part.file).bytes());
    part.end = reader_.end().offset;
    if (batch) return batch;
  } while (enter(reader_.end().segment + 1));
  return std::nullopt;
}

std::optional<RecordView> DurableLog::next() {
  while (!parts_.empty()) {
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
  if (checkpoint_file_ == 0) return std::nullopt;
  return read_checkpoint(image_->file(checkpoint_file_).bytes());
}

}  // namespace seedbed::storage
