// What tasks wait for.
//
//   WaitList  tasks that block until they are notified, or for so long; the others stand on it
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
