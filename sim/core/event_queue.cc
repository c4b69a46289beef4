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
  if (size_ >= kCrowd) [[unlikely]]
    prefetch(head, level);
  QueueLink* link = head.next;
  head.next = head.previous = &head;
  while (link != &head) {
    QueueLink* const next = link->next;
    insert(static_cast<Action&>(*link));
    link = next;
  }
  return true;
}

// A slot that has long been left alone lies in slow memory, where each link must arrive before it
// can be followed. Two walks at a time, from both ends, take half as long. Then whole groups of
// actions are asked what they will need, so that the memory works on all of that at once (the idea
// of group prefetching: Chen, Ailamaki, Gibbons and Mowry, 2004).
void EventQueue::prefetch(const QueueLink& head, uint32_t level) {
  const QueueLink* front = head.next;
  const QueueLink* back = head.previous;
  while (front != back) {
    front = front->next;
    if (front != back) back = back->previous;
  }
  if (level != kPrefetchLevel) return;
  for (uint32_t step = 0; step < kPrefetchSteps; ++step) {
    uint32_t count = 0;
    for (const QueueLink* link = head.next; link != &head; link = link->next) {
      static_cast<const Action&>(*link).prefetch(step);
      if (++count == kPrefetchAtOnce) break;
    }
  }
}

}  // namespace seedbed
