// Invariants:
// 1. mapped_ <= limit_, and every slot below mapped_ can be read and written above its guard.
// 2. free_ holds distinct slots below next_, so next_ - free_.size() stacks are in use.
// 3. free_ never grows beyond the capacity it was given at the start: no allocation later.
#include "sim/core/stack_pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "sim/core/check.h"
#include "sim/core/sanitizers.h"

namespace seedbed {

namespace {

constexpr size_t kColourStep = 64;  // a cache line
constexpr size_t kColours = 60;

size_t page_bytes() {
  static const size_t bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

size_t round_to_pages(size_t bytes) {
  return (bytes + page_bytes() - 1) / page_bytes() * page_bytes();
}

size_t colour(uint32_t slot) { return (slot * size_t{7}) % kColours * kColourStep; }

void* reserve(void* address, size_t bytes, int flags) {
  flags |= MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;
  void* got = mmap(address, bytes, PROT_NONE, flags, -1, 0);
  return got == MAP_FAILED ? nullptr : got;
}

}  // namespace

StackPool::StackPool(const StackPoolOptions& options)
    : wanted_(reinterpret_cast<std::byte*>(options.base)),  // NOLINT(performance-no-int-to-ptr)
      stride_(page_bytes() + round_to_pages(options.usable_bytes) +
              round_to_pages(kColours * kColourStep)),
      limit_(options.limit) {
  free_.reserve(limit_);
  const size_t bytes = stride_ * limit_;
  if (wanted_ != nullptr) {
    void* got = reserve(wanted_, bytes, MAP_FIXED_NOREPLACE);
    // Some emulators take MAP_FIXED_NOREPLACE for a mere hint: believe the address only.
    if (got != nullptr && got != wanted_) munmap(got, bytes);
    if (got == wanted_) base_ = wanted_;
  }
  if (base_ == nullptr) base_ = static_cast<std::byte*>(reserve(nullptr, bytes, 0));
}

StackPool::~StackPool() {
  if (base_ == nullptr) return;
  for (uint32_t slot = 0; slot < mapped_; ++slot) {
    const Stack s = stack(slot);
    sanitizers::forget_stack(s.low, s.size());
  }
  munmap(base_, stride_ * limit_);
}

bool StackPool::map_next() {
  if (base_ == nullptr || mapped_ == limit_) return false;
  std::byte* low = slot_low(mapped_);
  const auto bytes = static_cast<size_t>(slot_end(mapped_) - low);
  if (mprotect(low, bytes, PROT_READ | PROT_WRITE) != 0) return false;
  const Stack s = stack(mapped_);
  sanitizers::introduce_stack(s.low, s.size());
  ++mapped_;
  return true;
}

StackPool::Stack StackPool::acquire() {
  uint32_t slot = 0;
  if (!free_.empty()) {
    slot = free_.back();
    free_.pop_back();
  } else {
    CHECK(next_ < mapped_ || map_next());
    slot = next_++;
  }
  return stack(slot);
}

void StackPool::release(uint32_t slot) {
  CHECK(slot < next_ && free_.size() < next_);
  const Stack s = stack(slot);
  sanitizers::unpoison(s.low, s.size());  // frames that were left by an exception or never
  free_.push_back(slot);
}

void StackPool::repaint(uint64_t pattern) {
  std::vector<bool> in_use(mapped_, false);
  std::fill_n(in_use.begin(), next_, true);
  for (uint32_t slot : free_) in_use[slot] = false;
  for (uint32_t slot = 0; slot < mapped_; ++slot) {
    if (!in_use[slot]) paint(slot, pattern);
  }
}

void StackPool::paint(uint32_t slot, uint64_t pattern) const {
  std::byte* used = lowest_used(slot);
  std::byte* end = slot_end(slot);
  sanitizers::unpoison(used, static_cast<size_t>(end - used));
  std::fill(reinterpret_cast<uint64_t*>(used), reinterpret_cast<uint64_t*>(end), pattern);
}

size_t StackPool::high_water_bytes() const {
  size_t most = 0;
  for (uint32_t slot = 0; slot < mapped_; ++slot) {
    most = std::max(most, static_cast<size_t>(slot_end(slot) - lowest_used(slot)));
  }
  return most;
}

bool StackPool::guards(const void* address) const {
  const auto* at = static_cast<const std::byte*>(address);
  if (base_ == nullptr || at < base_ || at >= base_ + stride_ * mapped_) return false;
  return static_cast<size_t>(at - base_) % stride_ < page_bytes();
}

StackPool::Stack StackPool::stack(uint32_t slot) const {
  return {.low = slot_low(slot), .top = slot_end(slot) - colour(slot), .slot = slot};
}

std::byte* StackPool::slot_low(uint32_t slot) const {
  return base_ + stride_ * slot + page_bytes();
}

std::byte* StackPool::slot_end(uint32_t slot) const { return base_ + stride_ * (slot + size_t{1}); }

// A page that nobody has written is not resident, and a stack is written from the top.
std::byte* StackPool::lowest_used(uint32_t slot) const {
  std::byte* low = slot_low(slot);
  std::byte* end = slot_end(slot);
  std::vector<unsigned char> resident(static_cast<size_t>(end - low) / page_bytes());
  if (mincore(low, static_cast<size_t>(end - low), resident.data()) != 0) return low;
  const auto first = std::find_if(resident.begin(), resident.end(),
                                  [](unsigned char page) { return (page & 1) != 0; });
  return low + static_cast<size_t>(first - resident.begin()) * page_bytes();
}

}  // namespace seedbed
