// The pending actions of a run, ordered by (time, order of scheduling).
//
//   struct Hello : Action { void fire() override { ... } } hello;
//   queue.push(hello, kStart + 5ms);
//   queue.cancel(hello);                                   // O(1)
//   while (Action* next = queue.pop(until)) next->fire();
//
// A hierarchical timing wheel on the whole 64-bit clock (Varghese and Lauck, 1987): eleven levels of 64
// slots. An action sits at the level of the highest bit group in which its time differs from the time
// last popped. Actions are intrusive: the queue allocates nothing. It is first in, first out by
// construction, because equal times always share a slot, in the order of insertion.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/core/ids.h"
#include "sim/core/time.h"

namespace seedbed {

class EventQueue;

// Something that will happen at a time. Owned by whoever schedules it, and must outlive its place in
// the queue: cancel it before destroying it.
class Action {
 public:
  Action() = default;
  Action(const Action&) = delete;
  Action& operator=(const Action&) = delete;

  // Called by the scheduler when its time has come; it is no longer pending then.
  virtual void fire() = 0;

  bool pending() const { return next_ != nullptr; }
  Time time() const { return time_; }
  // The event that was running when this was scheduled.
  EventIndex cause() const { return cause_; }
  void set_cause(EventIndex cause) { cause_ = cause; }

 protected:
  ~Action() = default;

 private:
  friend class EventQueue;
  Action* next_ = nullptr;
  Action* previous_ = nullptr;
  Time time_{};
  EventIndex cause_{};
  uint16_t slot_ = 0;
};

class EventQueue {
 public:
  EventQueue() = default;
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  // `time` must not lie before the time last popped, nor before the `until` of a pop() that found
  // nothing; `action` must not be pending.
  void push(Action& action, Time time);
  // Does nothing if it is not pending.
  void cancel(Action& action);
  // The earliest action, if it is due no later than `until`; it is taken out.
  Action* pop(Time until);

  size_t size() const { return size_; }

 private:
  static constexpr int kBitsPerLevel = 6;
  static constexpr int kSlots = 1 << kBitsPerLevel;
  static constexpr int kLevels = 11;

  struct Slot {
    Action* first = nullptr;
    Action* last = nullptr;
  };

  void insert(Action& action);
  void unlink(Action& action);

  uint64_t last_ = 0;  // no action is due earlier: the time last popped, or the slot last spread
  size_t size_ = 0;
  uint32_t occupied_levels_ = 0;
  std::array<uint64_t, kLevels> occupied_{};  // a bit for each slot that is not empty
  std::array<Slot, static_cast<size_t>(kLevels) * kSlots> slots_{};
};

}  // namespace seedbed
