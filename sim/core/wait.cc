#include "sim/core/wait.h"

// A waiter lives on the stack of the task that waits, and leaves the list before that frame ends;
// GCC sees only that its address is kept.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wdangling-pointer"
#endif

namespace seedbed {

// One blocked task; lives on its stack.
class WaitList::Waiter final : public WaitList::Hooked, public Action {
 public:
  Waiter(WaitList& list, Task& task) : list_(list), task_(task) { list_.waiters_.push_back(*this); }
  ~Waiter() {
    if (hook.linked) list_.waiters_.remove(*this);
    list_.scheduler_.cancel(*this);
  }

  void fire() override {  // the deadline
    list_.waiters_.remove(*this);
    list_.scheduler_.wake(task_);
  }
  void notify() {
    notified_ = true;
    list_.waiters_.remove(*this);
    list_.scheduler_.cancel(*this);
    list_.scheduler_.wake(task_);
  }
  bool notified() const { return notified_; }

 private:
  WaitList& list_;
  Task& task_;
  bool notified_ = false;
};

bool WaitList::wait(Duration timeout) {
  Task* task = scheduler_.current();
  CHECK(task != nullptr);
  Waiter waiter(*this, *task);
  if (timeout != kForever) scheduler_.schedule_in(waiter, task->group().in_world(timeout));
  scheduler_.suspend();
  return waiter.notified();
}

void WaitList::notify_one() {
  if (!waiters_.empty()) static_cast<Waiter*>(waiters_.front())->notify();
}

void WaitList::notify_all() {
  // Those who wait now; whoever waits again before running has come too late.
  while (!waiters_.empty()) static_cast<Waiter*>(waiters_.front())->notify();
}

}  // namespace seedbed
