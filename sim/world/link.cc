#include "sim/world/link.h"

#include <algorithm>

#include "sim/core/check.h"

namespace seedbed {
namespace {

uint64_t picoseconds_per_byte(const LinkTrouble& trouble) {
  constexpr uint64_t kSecond = 1'000'000'000'000;
  return trouble.bytes_per_second == 0 ? 0 : kSecond / trouble.bytes_per_second;
}

}  // namespace

void Link::add(const LinkTrouble& trouble) {
  loss_permille_ += trouble.loss_permille;
  extra_latency_ += trouble.extra_latency;
  picoseconds_per_byte_ += picoseconds_per_byte(trouble);
  if (trouble.mtu == 0) return;
  mtus_.push_back(trouble.mtu);
  mtu_ = *std::min_element(mtus_.begin(), mtus_.end());
}

void Link::remove(const LinkTrouble& trouble) {
  CHECK(loss_permille_ >= trouble.loss_permille && extra_latency_ >= trouble.extra_latency);
  CHECK(picoseconds_per_byte_ >= picoseconds_per_byte(trouble));
  loss_permille_ -= trouble.loss_permille;
  extra_latency_ -= trouble.extra_latency;
  picoseconds_per_byte_ -= picoseconds_per_byte(trouble);
  if (trouble.mtu == 0) return;
  const auto found = std::find(mtus_.begin(), mtus_.end(), trouble.mtu);
  CHECK(found != mtus_.end());
  mtus_.erase(found);
  mtu_ = mtus_.empty() ? 0 : *std::min_element(mtus_.begin(), mtus_.end());
}

std::optional<Duration> Link::enqueue(uint64_t bytes, Time now, uint64_t queue_bytes) {
  if (picoseconds_per_byte_ == 0) return Duration::zero();
  if (busy_until_ > now) {
    const auto picoseconds = static_cast<unsigned __int128>((busy_until_ - now).count()) * 1000;
    if (picoseconds / picoseconds_per_byte_ + bytes > queue_bytes) return std::nullopt;
  }
  const auto time = static_cast<int64_t>(bytes * picoseconds_per_byte_ / 1000);
  busy_until_ = std::max(busy_until_, now) + Duration(time);
  return busy_until_ - now;
}

}  // namespace seedbed
