#include "protocols/storage/files.h"

#include <charconv>

namespace seedbed::storage {
namespace {

constexpr std::string_view kSegment = "wal.";

}  // namespace

FileNames::FileNames(std::string directory)
    : directory_(std::move(directory)),
      prefix_(directory_.empty() ? "" : directory_ + "/"),
      checkpoint_(prefix_ + "checkpoint"),
      new_checkpoint_(prefix_ + "checkpoint.new") {}

std::string FileNames::segment(uint64_t number) const {
  return prefix_ + std::string(kSegment) + std::to_string(number);
}

std::optional<uint64_t> FileNames::segment_number(std::string_view path) const {
  if (!path.starts_with(prefix_)) return std::nullopt;
  path.remove_prefix(prefix_.size());
  if (!path.starts_with(kSegment)) return std::nullopt;
  path.remove_prefix(kSegment.size());
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
  const bool whole = error == std::errc() && end == path.data() + path.size();
  if (!whole || number == 0 || path.front() == '0') return std::nullopt;
  return number;
}

}  // namespace seedbed::storage
