// The pending actions of a run, ordered by (time, order of scheduling).
//
//   struct Hello : Action { void fire() override { ... } } hello;
//   queue.push(hello, kStart + 5ms);
//   queue.cancel(hello);                                   // O(1)
//   while (Action* next = queue.pop(until)) next->fire();
//
// A hierarchical timing wheel on the whole 64-bit clock (Varghese and Lauck, 1987): eleven levels
// of 64 slots. An action sits at the level of the highest bit group in which its time differs from
// the time last popped. Actions are intrusive: the queue allocates nothing. It is first in, first
// out by construction, because equal times always share a slot, in the order of insertion.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sim/core/check.h"
#include "sim/core/ids.h"
#include "sim/core/time.h"

namespace seedbed {

class EventQueue;

// A place in a circular list: of a pending action, or the head of a slot.
struct QueueLink {
  QueueLink* next = nullptr;
  QueueLink* previous = nullptr;
};

// Something that will happen at a time. Owned by whoever schedules it, and must outlive its place
// in the queue: cancel it before destroying it.
class Action : private QueueLink {
 public:
  Action() = default;
  Action(const Action&) = delete;
  Action& operator=(const Action&) = delete;

  // Called by the scheduler when its time has come; it is no longer pending then.
  virtual void fire() = 0;
  // Asks the processor for what fire() is going to touch, and changes nothing. Called where very
  // many actions are pending, some microseconds of virtual time before this one is due: with step 0
  // for it and its neighbours, then with step 1, and so on. Each step may follow one pointer more
  // than the one before, for what that one asked for is there.
  virtual void prefetch(uint32_t /*step*/) const {}

  bool pending() const { return next != nullptr; }
  Time time() const { return time_; }
  // The event that was running when this was scheduled.
  EventIndex cause() const { return cause_; }
  void set_cause(EventIndex cause) { cause_ = cause; }
  // It will be cancelled soon: its neighbours in the queue are going to be touched.
  void prefetch_neighbours() const {
    __builtin_prefetch(next);
    __builtin_prefetch(previous);
  }

 protected:
  ~Action() = default;

 private:
  friend class EventQueue;
  Time time_{};
  EventIndex cause_{};
  uint32_t slot_ = 0;
};

class EventQueue {
 public:
  EventQueue();
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  // `time` must not lie before the time last popped, nor before the `until` of a pop() that found
  // nothing; `action` must not be pending.
  void push(Action& action, Time time) {
    CHECK(!action.pending());
    CHECK(nanoseconds(time) >= 0 && ticks(time) >= last_);
    action.time_ = time;
    insert(action);
    ++size_;
  }

  // Does nothing if it is not pending.
  void cancel(Action& action) {
    if (action.pending()) take_out(action);
  }

  // The earliest action, if it is due no later than `until`; it is taken out.
  Action* pop(Time until) {
    const uint64_t limit = ticks(until);
    while (occupied_levels_ != 0) {
      const auto level = static_cast<uint32_t>(std::countr_zero(occupied_levels_));
      const uint32_t slot =
          level * kSlots + static_cast<uint32_t>(std::countr_zero(occupied_[level]));
      const QueueLink& list = slots_[slot];
      if (level != 0 && list.next != list.previous) {
        if (!spread(slot, limit)) return nullptr;
        continue;
      }
      // Equal times, or a single action: the first is due next, on whatever level it is.
      auto& first = static_cast<Action&>(*list.next);
      if (ticks(first.time_) > limit) return nullptr;
      take_out(first);
      last_ = ticks(first.time_);
      return &first;
    }
    return nullptr;
  }

  size_t size() const { return size_; }

 private:
  static constexpr uint32_t kBitsPerLevel = 6;
  static constexpr uint32_t kSlots = 1 << kBitsPerLevel;
  static constexpr uint32_t kLevels = 11;
  // From so many pending actions on, memory is slower than they are.
  static constexpr size_t kCrowd = 1024;
  static constexpr uint32_t kPrefetchLevel = 2;  // slots of 4 microseconds
  static constexpr uint32_t kPrefetchSteps = 6;
  static constexpr uint32_t kPrefetchAtOnce = 128;  // more would push each other out

  static uint64_t ticks(Time time) { return static_cast<uint64_t>(nanoseconds(time)); }

  void insert(Action& action) {
    const uint64_t time = ticks(action.time_);
    const auto highest = static_cast<uint32_t>(std::bit_width((time ^ last_) | 1)) - 1;
    const uint32_t level = highest / kBitsPerLevel;
    const uint64_t index = (time >> (level * kBitsPerLevel)) % kSlots;
    action.slot_ = level * kSlots + static_cast<uint32_t>(index);
    QueueLink& list = slots_[action.slot_];
    action.next = &list;
    action.previous = list.previous;
    list.previous->next = &action;
    list.previous = &action;
    occupied_[level] |= uint64_t{1} << index;
    occupied_levels_ |= 1u << level;
  }

  void take_out(Action& action) {
    QueueLink* const next = action.next;
    QueueLink* const previous = action.previous;
    next->previous = previous;
    previous->next = next;
    action.next = nullptr;
    if (next == previous) vacate(action.slot_);  // both are the head of the slot
    --size_;
  }

  // Nothing is in this slot any more.
  void vacate(uint32_t slot) {
    const uint32_t level = slot / kSlots;
    occupied_[level] &= ~(uint64_t{1} << (slot % kSlots));
    if (occupied_[level] == 0) occupied_levels_ &= ~(1u << level);
  }

  // Distributes the first slot of all over the levels below; false if it begins after `limit`.
  bool spread(uint32_t slot, uint64_t limit);
  static void prefetch(const QueueLink& head, uint32_t level);

  uint64_t last_ = 0;  // no action is due earlier: the time last popped, or the slot last spread
  size_t size_ = 0;
  uint32_t occupied_levels_ = 0;
  std::array<uint64_t, kLevels> occupied_{};  // a bit for each slot that is not empty
  std::array<QueueLink, size_t{kLevels} * kSlots> slots_;
};

}  // namespace seedbed
