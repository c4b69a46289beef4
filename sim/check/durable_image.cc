#include "sim/check/durable_image.h"

#include <algorithm>

#include "sim/core/check.h"

namespace seedbed {

void DurableFile::write(size_t offset, std::string_view bytes) {
  const size_t standing =
      offset < bytes_.size() ? std::min(bytes_.size() - offset, bytes.size()) : 0;
  const auto first_other =
      std::mismatch(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(standing),
                    bytes_.begin() + static_cast<std::ptrdiff_t>(std::min(offset, bytes_.size())));
  const auto same = static_cast<size_t>(first_other.first - bytes.begin());
  unchanged_ = std::min(unchanged_, offset + same);
  bytes_.resize(std::max(bytes_.size(), offset + bytes.size()));
  bytes_.replace(offset, bytes.size(), bytes);
}

void DurableFile::truncate(size_t size) {
  unchanged_ = std::min({unchanged_, size, bytes_.size()});
  bytes_.resize(size);
}

void DurableImage::apply(const TraceEvent& event) {
  if (event.kind == EventKind::kStart) drop_nameless();
  if (event.kind != EventKind::kDurable) return;
  changed_ = true;
  switch (static_cast<DurableChange>(number(event.peer))) {
    case DurableChange::kWrite: touch(event.id).write(event.value, event.bytes); return;
    case DurableChange::kTruncate: touch(event.id).truncate(event.value); return;
    case DurableChange::kLink: link(event.name, event.id); return;
    case DurableChange::kUnlink: unlink(event.name); return;
  }
  CHECK(false);  // no such change
}

const DurableFile* DurableImage::find(std::string_view name) const {
  const auto named = names_.find(name);
  return named == names_.end() ? nullptr : &file(named->second);
}

const DurableFile& DurableImage::file(uint64_t id) const {
  const auto found = std::lower_bound(files_.begin(), files_.end(), id,
                                      [](const DurableFile& f, uint64_t i) { return f.id() < i; });
  CHECK(found != files_.end() && found->id() == id);
  return *found;
}

DurableFile& DurableImage::touch(uint64_t id) {
  if (touched_.empty() || touched_.back() != id) touched_.push_back(id);
  return open(id);
}

std::vector<DurableFile>::iterator DurableImage::position(uint64_t id) {
  return std::lower_bound(files_.begin(), files_.end(), id,
                          [](const DurableFile& f, uint64_t i) { return f.id() < i; });
}

DurableFile& DurableImage::open(uint64_t id) {
  // Nearly always the youngest file, or a new one.
  if (!files_.empty() && files_.back().id_ == id) return files_.back();
  auto found = position(id);
  if (found == files_.end() || found->id_ != id) {
    found = files_.insert(found, DurableFile{});
    found->id_ = id;
  }
  return *found;
}

void DurableImage::link(std::string_view name, uint64_t id) {
  const auto standing = names_.find(name);
  if (standing != names_.end()) {
    if (standing->second == id) return;
    --open(standing->second).names_;
    standing->second = id;
  } else {
    names_.emplace(name, id);
  }
  ++open(id).names_;
  names_changed_ = true;
}

void DurableImage::unlink(std::string_view name) {
  const auto standing = names_.find(name);
  if (standing == names_.end()) return;
  --open(standing->second).names_;
  names_.erase(standing);
  names_changed_ = true;
}

void DurableImage::drop_nameless() {
  std::erase_if(files_, [](const DurableFile& file) { return file.names_ == 0; });
}

void DurableImage::settle() {
  for (const uint64_t id : touched_) {
    const auto file = position(id);
    if (file != files_.end() && file->id() == id) file->settle();
  }
  touched_.clear();
  names_changed_ = false;
  changed_ = false;
}

}  // namespace seedbed
