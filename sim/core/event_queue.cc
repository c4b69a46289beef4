// Invariants:
//   1. Every pending action has a time >= last_.
//   2. It sits at the level of the highest 6-bit group in which its time differs from last_ (level 0
//      if they are equal), in the slot that this group of its time names.
//   3. So all actions of one level lie before all actions of a higher level, and within a level the
//      slots are in order of time; within a slot of level 0 all times are equal.
//   4. The list of a slot is in the order of insertion; equal times share a slot at every moment.
//   5. `next_` is null exactly when an action is not pending: the last of a list points to itself.
#include "sim/core/event_queue.h"

#include <bit>

#include "sim/core/check.h"

namespace seedbed {

void EventQueue::push(Action& action, Time time) {
  CHECK(!action.pending());
  CHECK(static_cast<uint64_t>(nanoseconds(time)) >= last_ && nanoseconds(time) >= 0);
  action.time_ = time;
  insert(action);
  ++size_;
}

void EventQueue::cancel(Action& action) {
  if (!action.pending()) return;
  unlink(action);
  --size_;
}

Action* EventQueue::pop(Time until) {
  const auto limit = static_cast<uint64_t>(nanoseconds(until));
  while (occupied_levels_ != 0) {
    const int level = std::countr_zero(occupied_levels_);
    const int index = std::countr_zero(occupied_[static_cast<size_t>(level)]);
    Slot& slot = slots_[static_cast<size_t>(level) * kSlots + static_cast<size_t>(index)];
    Action* first = slot.first;
    if (level == 0 || first == slot.last) {  // due next, wherever it sits
      const auto time = static_cast<uint64_t>(nanoseconds(first->time_));
      if (time > limit) return nullptr;
      unlink(*first);
      --size_;
      last_ = time;
      return first;
    }
    // The beginning of this slot's span comes next: spread its actions over the levels below.
    const int shift = level * kBitsPerLevel;
    const uint64_t below_slot = shift + kBitsPerLevel >= 64
                                    ? 0
                                    : (last_ >> (shift + kBitsPerLevel)) << (shift + kBitsPerLevel);
    const uint64_t begin = below_slot | (static_cast<uint64_t>(index) << shift);
    if (begin > limit) return nullptr;
    last_ = begin;
    slot = Slot{};
    occupied_[static_cast<size_t>(level)] &= ~(uint64_t{1} << index);
    if (occupied_[static_cast<size_t>(level)] == 0) occupied_levels_ &= ~(1u << level);
    for (Action* action = first; action != nullptr;) {
      Action* next = action->next_ == action ? nullptr : action->next_;
      insert(*action);
      action = next;
    }
  }
  return nullptr;
}

void EventQueue::insert(Action& action) {
  const auto time = static_cast<uint64_t>(nanoseconds(action.time_));
  const uint64_t differing = time ^ last_;
  const int level = differing == 0 ? 0 : (63 - std::countl_zero(differing)) / kBitsPerLevel;
  const auto index = static_cast<int>((time >> (level * kBitsPerLevel)) & (kSlots - 1));
  action.slot_ = static_cast<uint16_t>(level * kSlots + index);
  Slot& slot = slots_[action.slot_];
  action.previous_ = slot.last;
  action.next_ = &action;
  if (slot.last != nullptr) {
    slot.last->next_ = &action;
  } else {
    slot.first = &action;
    occupied_[static_cast<size_t>(level)] |= uint64_t{1} << index;
    occupied_levels_ |= 1u << level;
  }
  slot.last = &action;
}

void EventQueue::unlink(Action& action) {
  Slot& slot = slots_[action.slot_];
  Action* next = action.next_ == &action ? nullptr : action.next_;
  if (action.previous_ != nullptr) {
    action.previous_->next_ = next != nullptr ? next : action.previous_;
  } else {
    slot.first = next;
  }
  if (next != nullptr) {
    next->previous_ = action.previous_;
  } else {
    slot.last = action.previous_;
  }
  action.next_ = nullptr;
  action.previous_ = nullptr;
  if (slot.first == nullptr) {
    const int level = action.slot_ / kSlots;
    occupied_[static_cast<size_t>(level)] &= ~(uint64_t{1} << (action.slot_ % kSlots));
    if (occupied_[static_cast<size_t>(level)] == 0) occupied_levels_ &= ~(1u << level);
  }
}

}  // namespace seedbed
