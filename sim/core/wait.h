// What tasks wait for.
//
//   WaitList  tasks that block until they are notified, or for so long; the others stand on it
//   WaitOnce  the same for a single task that waits a single time, as a caller for its answer
//   Signal    something happened: wait() / notify_all()
//   Mailbox   a bounded queue of values with one or more receivers
//   Future    a value that will be there later: await()
//
// All waiting tasks are served first come, first served. A task that is killed while it waits
// leaves the list by unwinding. None of these may be shared between runs.
#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "sim/core/prefetch.h"
#include "sim/core/result.h"
#include "sim/core/scheduler.h"

namespace seedbed {

class WaitList {
 public:
  explicit WaitList(Scheduler& scheduler) : scheduler_(scheduler) {}
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;
  // Those who still wait find out by a CHECK if they are ever resumed; kill them first.
  ~WaitList() = default;

  // Blocks until notified (true), or until `timeout` has passed (false), by the waiting task's
  // clock.
  bool wait(Duration timeout = kForever);
  void notify_one();
  void notify_all();
  bool empty() const { return waiters_.empty(); }
  Scheduler& scheduler() const { return scheduler_; }

 private:
  class Waiter;
  struct Hooked {
    ListHook<Hooked> hook;
  };
  Scheduler& scheduler_;
  List<Hooked, &Hooked::hook> waiters_;
};

// Lives on the stack of the task that waits.
class WaitOnce final : private Action {
 public:
  explicit WaitOnce(Scheduler& scheduler) : scheduler_(scheduler) {}
  ~WaitOnce() { scheduler_.cancel(*this); }

  // Blocks until notified (true), or until `timeout` has passed (false), by the waiting task's
  // clock.
  bool wait(Duration timeout) {
    Task* const task = scheduler_.current();
    CHECK(task != nullptr);
    task_ = task;
    if (timeout != kForever) scheduler_.schedule_in(*this, task->group().in_world(timeout));
    scheduler_.suspend();
    return notified_;
  }
  // Is somebody waiting who has neither been notified nor run out of time?
  bool waiting() const { return task_ != nullptr; }
  // Whoever waits will be notified soon.
  void prefetch_waiter() const {
    prefetch_range(task_, sizeof(Task));
    prefetch_neighbours();
  }
  // Only if somebody is.
  void notify() {
    notified_ = true;
    scheduler_.cancel(*this);
    scheduler_.wake(*std::exchange(task_, nullptr));
  }

 private:
  void fire() override { scheduler_.wake(*std::exchange(task_, nullptr)); }  // the deadline

  Scheduler& scheduler_;
  Task* task_ = nullptr;
  bool notified_ = false;
};

class Signal {
 public:
  explicit Signal(Scheduler& scheduler) : waiters_(scheduler) {}
  // Blocks until the next notification.
  void wait() { waiters_.wait(); }
  // Blocks until the next notification or for `timeout`; true if it was notified.
  bool wait_for(Duration timeout) { return waiters_.wait(timeout); }
  void notify_all() { waiters_.notify_all(); }

 private:
  WaitList waiters_;
};

template <class T>
class Mailbox {
 public:
  // Holds at most `capacity` values: nothing here grows without bound.
  Mailbox(Scheduler& scheduler, size_t capacity) : waiters_(scheduler), capacity_(capacity) {}

  // False, and the value is gone, if the mailbox is full. Never blocks.
  [[nodiscard]] bool push(T value) {
    if (values_.size() >= capacity_) return false;
    values_.push_back(std::move(value));
    waiters_.notify_one();
    return true;
  }

  // Blocks until there is a value, or for `timeout` (then: nothing). Several receivers may compete:
  // one that is woken in vain gives up early.
  std::optional<T> receive(Duration timeout = kForever) {
    while (values_.empty()) {
      if (!waiters_.wait(timeout) || (values_.empty() && timeout != kForever)) return std::nullopt;
    }
    std::optional<T> value = std::move(values_.front());
    values_.pop_front();
    return value;
  }
  // Whatever is there now, without blocking.
  std::optional<T> poll() {
    if (values_.empty()) return std::nullopt;
    std::optional<T> value = std::move(values_.front());
    values_.pop_front();
    return value;
  }

  size_t size() const { return values_.size(); }

 private:
  WaitList waiters_;
  size_t capacity_;
  std::deque<T> values_;
};

}  // namespace seedbed
