// Future: the result of something asynchronous, such as a disk operation.
//
//   Future<size_t> written = env.disk().write(file, 0, bytes);
//   written.then([&](Result<size_t> r) { (void)inbox.push(Done{r}); });   // a shell
//   Result<size_t> r = written.await();                                    // direct style. Blocks.
//
// The promise resolves it once. A callback runs at once in the resolver's place and must not block;
// if the task or process that gave it may be gone by then, whoever resolves must drop the promise
// instead (the simulated disk does so when its node crashes).
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "sim/core/result.h"
#include "sim/core/wait.h"

namespace seedbed {

template <class T>
class Promise;

template <class T>
class [[nodiscard]] Future {
 public:
  Future(Future&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Future& operator=(Future&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  Future(const Future&) = delete;
  Future& operator=(const Future&) = delete;
  ~Future() { release(state_); }

  bool ready() const { return state_->result.has_value(); }

  // Blocks until it is resolved; kTimeout after `timeout` by the clock of the task.
  Result<T> await(Duration timeout = kForever) {
    if (!ready() && !state_->waiters.wait(timeout)) return Error::kTimeout;
    return *state_->result;
  }

  // Calls back once resolved (now, if it is already). At most one callback; do not await as well.
  void then(std::function<void(const Result<T>&)> callback) {
    if (ready()) {
      callback(*state_->result);
    } else {
      state_->callback = std::move(callback);
    }
  }

 private:
  friend class Promise<T>;
  struct State {
    explicit State(Scheduler& scheduler) : waiters(scheduler) {}
    WaitList waiters;
    std::optional<Result<T>> result;
    std::function<void(const Result<T>&)> callback;
    int owners = 2;  // a future and a promise
  };
  static void release(State* state) {
    if (state != nullptr && --state->owners == 0) delete state;
  }
  explicit Future(State* state) : state_(state) {}

  State* state_;
};

template <class T>
class Promise {
 public:
  // Makes the pair. The promise stays here, the future goes to who waits.
  static std::pair<Promise, Future<T>> make(Scheduler& scheduler) {
    auto* state = new State(scheduler);
    return {Promise(state), Future<T>(state)};
  }
  Promise(Promise&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Promise& operator=(Promise&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  Promise(const Promise&) = delete;
  Promise& operator=(const Promise&) = delete;
  ~Promise() { Future<T>::release(state_); }

  // At most once.
  void resolve(Result<T> result) {
    CHECK(!state_->result.has_value());
    state_->result = std::move(result);
    state_->waiters.notify_all();
    if (state_->callback) state_->callback(*state_->result);
  }

 private:
  using State = typename Future<T>::State;
  explicit Promise(State* state) : state_(state) {}

  State* state_;
};

}  // namespace seedbed
