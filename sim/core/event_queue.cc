// Invariants:
//   1. Every pending action has a time >= last_.
//   2. It sits at the level of the highest 6-bit group in which its time differs from last_
//      (level 0 if they are equal), in the slot that this group of its time names.
//   3. So all actions of one level lie before all actions of a higher level, and within a level the
//      slots are in order of time; within a slot of level 0 all times are equal.
//   4. The list of a slot is in the order of insertion; equal times share a slot at every moment.
//   5. The list of a slot is a ring through its head, which is alone exactly when the slot's bit is
//      clear. A list whose head has the same neighbour on both sides has one action, or none.
//   6. `next` is null exactly when an action is not pending.
#include "sim/core/event_queue.h"

namespace seedbed {

EventQueue::EventQueue() {
  for (QueueLink& head : slots_) head.next = head.previous = &head;
}

bool EventQueue::spread(uint32_t slot, uint64_t limit) {
  const uint32_t level = slot / kSlots;
  const uint32_t shift = level * kBitsPerLevel;
  const uint32_t above = shift + kBitsPerLevel;
  const uint64_t begin_of_level = above >= 64 ? 0 : (last_ >> above) << above;
  const uint64_t begin = begin_of_level | (uint64_t{slot % kSlots} << shift);
  if (begin > limit) return false;
  last_ = begin;
  vacate(slot);
  QueueLink& head = slots_[slot];
  QueueLink* link = head.next;
  head.next = head.previous = &head;
  while (link != &head) {
    QueueLink* const next = link->next;
    insert(static_cast<Action&>(*link));
    link = next;
  }
  return true;
}

}  // namespace seedbed
