#include "sim/trace/frame.h"

#include <bit>
#include <cstring>

#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

static_assert(std::endian::native == std::endian::little, "frames are written as they stand");

constexpr size_t kSizeAt = 1;
constexpr size_t kChecksumAt = kSizeAt + sizeof(uint32_t);
constexpr size_t kHeadSize = kChecksumAt + sizeof(uint64_t);

uint64_t load_word(const char* at, size_t size) {
  uint64_t word = 0;
  std::memcpy(&word, at, size);
  return word;
}

// Eight words at a time, in eight lanes: a trace is checksummed while its run goes on.
uint64_t checksum(FrameType type, std::string_view content) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15ULL;
  constexpr size_t kLanes = 8;
  uint64_t lanes[kLanes] = {static_cast<uint64_t>(type), content.size(), 2, 3, 4, 5, 6, 7};
  const char* at = content.data();
  size_t left = content.size();
  for (; left >= 8 * kLanes; left -= 8 * kLanes, at += 8 * kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] = std::rotl(lanes[lane] ^ load_word(at + 8 * lane, 8), 29) * kOdd;
    }
  }
  uint64_t sum = 0;
  for (const uint64_t lane : lanes) sum = mix(sum, lane);
  for (; left > 0; at += std::min<size_t>(left, 8), left -= std::min<size_t>(left, 8)) {
    sum = mix(sum, load_word(at, std::min<size_t>(left, 8)));
  }
  return sum;
}

}  // namespace

std::string frame_head(FrameType type, std::string_view content) {
  CHECK(content.size() <= UINT32_MAX);
  const auto size = static_cast<uint32_t>(content.size());
  const uint64_t sum = checksum(type, content);
  std::string head(kHeadSize, '\0');
  head[0] = static_cast<char>(type);
  std::memcpy(head.data() + kSizeAt, &size, sizeof size);
  std::memcpy(head.data() + kChecksumAt, &sum, sizeof sum);
  return head;
}

FrameReader::Status FrameReader::next(Frame* frame) {
  if (rest_.empty()) return Status::kEnd;
  if (rest_.size() < kHeadSize) return Status::kCutOff;
  const auto type = static_cast<FrameType>(rest_[0]);
  const uint64_t size = load_word(rest_.data() + kSizeAt, sizeof(uint32_t));
  const uint64_t sum = load_word(rest_.data() + kChecksumAt, sizeof(uint64_t));
  if (rest_.size() - kHeadSize < size) return Status::kCutOff;
  const std::string_view content = rest_.substr(kHeadSize, size);
  if (checksum(type, content) != sum) return Status::kDamaged;
  *frame = {.type = type, .content = content};
  rest_.remove_prefix(kHeadSize + size);
  return Status::kFrame;
}

}  // namespace seedbed
