// What a task does: any callable without arguments, kept inside the task so that starting one
// allocates nothing.
//
//   TaskBody body;
//   body.set([packet = std::move(packet)] { serve(*packet); });   // move-only captures are fine
//   body.run();
//   body.clear();                                                // destroys the callable
#pragma once

#include <cstddef>
#include <functional>
#include <new>
#include <type_traits>
#include <utility>

namespace seedbed {

class TaskBody {
 public:
  // Callables beyond this size go to the heap.
  static constexpr size_t kBytes = 48;

  TaskBody() = default;
  ~TaskBody() { clear(); }
  TaskBody(const TaskBody&) = delete;
  TaskBody& operator=(const TaskBody&) = delete;

  // Only if it is empty.
  template <class Callable>
  void set(Callable callable) {
    if constexpr (sizeof(Callable) <= kBytes && alignof(Callable) <= alignof(std::max_align_t)) {
      new (&storage_) Callable(std::move(callable));
      run_ = [](void* self) { (*static_cast<Callable*>(self))(); };
      destroy_ = [](void* self) { static_cast<Callable*>(self)->~Callable(); };
    } else {
      set(std::function<void()>(std::move(callable)));
    }
  }

  bool empty() const { return run_ == nullptr; }
  void run() { run_(&storage_); }
  void clear() {
    run_ = nullptr;
    if (destroy_ != nullptr) std::exchange(destroy_, nullptr)(&storage_);
  }

 private:
  void (*run_)(void*) = nullptr;
  void (*destroy_)(void*) = nullptr;
  alignas(std::max_align_t) std::byte storage_[kBytes];
};

}  // namespace seedbed
