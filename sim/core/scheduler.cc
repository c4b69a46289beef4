// Invariants:
//   1. At most one task runs; running_ is null exactly while the scheduler or an action runs.
//   2. A suspended task is in at most one of: a wait list, the ready list, its group's deferred
//      list;
//      an idle one is in the idle list and in no group.
//   3. Virtual time moves only when nothing is ready.
#include "sim/core/scheduler.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "sim/core/arena_state.h"
#include "sim/core/check.h"
#include "sim/core/guard.h"

namespace seedbed {
namespace {

constexpr Site kWakeup("kernel.wakeup", ChoiceClass::kAmbient);

// Wakes one task at one time; lives on the stack of the task that sleeps.
class WakeAt final : public Action {
 public:
  WakeAt(Scheduler& scheduler, Task& task) : scheduler_(scheduler), task_(task) {}
  ~WakeAt() { scheduler_.cancel(*this); }
  void fire() override { scheduler_.wake(task_); }

 private:
  Scheduler& scheduler_;
  Task& task_;
};

}  // namespace

std::string_view to_string(RunEnd end) {
  switch (end) {
    case RunEnd::kRunning: return "running";
    case RunEnd::kCompleted: return "completed";
    case RunEnd::kIdle: return "idle";
    case RunEnd::kTimeLimit: return "time limit";
    case RunEnd::kStopped: return "stopped by a check";
    case RunEnd::kInvariant: return "broken invariant";
    case RunEnd::kException: return "exception";
    case RunEnd::kEventLimit: return "event limit";
    case RunEnd::kQueueLimit: return "queue limit";
    case RunEnd::kTaskLimit: return "task limit";
    case RunEnd::kStepLimit: return "step limit";
    case RunEnd::kMemoryLimit: return "memory limit";
    case RunEnd::kRefused: return "refused call";
  }
  return "unknown";
}

void Task::live(void* self) {
  Task& task = *static_cast<Task*>(self);
  while (!task.body_.empty()) {
    task.run_body();
    if (task.fiber_.being_killed()) return;
    task.done_ = true;
    Fiber::suspend();  // idle, until it has another body
  }
}

void Task::run_body() {
  try {
    body_.run();
  } catch (const ProcessKilled&) {
    // The end of an incarnation: what it held has been unwound.
  } catch (const InvariantFailure& failure) {
    scheduler_.stop(RunEnd::kInvariant, failure.message());
  } catch (const std::exception& exception) {
    scheduler_.stop(RunEnd::kException, fmt::format("{}: {}", name_, exception.what()));
  }
}

TaskGroup::TaskGroup(Scheduler& scheduler, std::string_view name)
    : scheduler_(scheduler), scope_(scheduler.choices().scope(name)) {}

TaskGroup::~TaskGroup() { CHECK(size_ == 0); }

void TaskGroup::thaw() {
  frozen_ = false;
  while (Task* task = deferred_.pop_front()) {
    task->deferred_ = false;
    scheduler_.make_ready(*task);
  }
}

Duration TaskGroup::scaled(Duration local) const {
  if (local <= Duration::zero()) return Duration::zero();
  constexpr int64_t kBillion = 1'000'000'000;
  const int64_t rate = kBillion + clock_rate_ppb_;
  const auto scaled = (static_cast<__int128>(local.count()) * kBillion + rate - 1) / rate;
  return Duration(static_cast<int64_t>(scaled));
}

void TaskGroup::kill() {
  frozen_ = true;  // nothing of it is woken any more
  while (Task* task = members_.front()) {
    CHECK(task != scheduler_.running_);
    Task* outer = std::exchange(scheduler_.running_, task);
    if (!task->fiber_.finished()) task->fiber_.kill();
    scheduler_.running_ = outer;
    scheduler_.retire(*task);
  }
}

Scheduler::Scheduler(Choices& choices, StackPool& stacks, SchedulerOptions options)
    : choices_(choices), stacks_(stacks), options_(options) {}

Scheduler::~Scheduler() {
  while (Task* task = idle_.pop_front()) {
    task->fiber_.resume();  // no body: it ends
    delete task;
  }
}

Task* Scheduler::enlist(TaskGroup& group, std::string_view name) {
  if (tasks_ >= options_.limits.tasks || (idle_.empty() && !stacks_.prepare())) {
    stop(RunEnd::kTaskLimit, fmt::format("{} tasks are alive", tasks_));
    return nullptr;
  }
  Task* task = idle_.pop_front();
  if (task == nullptr) task = new Task(*this, stacks_);
  ++tasks_;
  ++group.size_;
  task->group_ = &group;
  task->name_ = name;
  group.members_.push_back(*task);
  return task;
}

RunEnd Scheduler::run() {
  const Guard guard(*this);
  while (end_ == RunEnd::kRunning) {
    if (Task* task = ready_.pop_front()) {
      if (task->group_->frozen_) {  // it was ready before its group was
        defer(*task);
      } else if (count_step()) {
        run_task(*task);
      }
      continue;
    }
    if (!within_bounds()) break;
    if (Action* action = queue_.pop(options_.limits.end)) {
      run_action(*action);
    } else {
      stop(queue_.size() == 0 ? RunEnd::kIdle : RunEnd::kTimeLimit);
    }
  }
  return end_;
}

inline void Scheduler::run_task(Task& task) {
  stream_.resume_from(task.wake_cause_);
  running_ = &task;
  task.fiber_.resume();
  running_ = nullptr;
  if (task.done_) retire(task);
}

inline void Scheduler::run_action(Action& action) {
  if (action.time() != stream_.now()) {
    stream_.set_now(action.time());
    steps_ = 0;
  }
  if (!count_step()) return;
  stream_.resume_from(action.cause());
  try {
    action.fire();
  } catch (const InvariantFailure& failure) {
    stop(RunEnd::kInvariant, failure.message());
  } catch (const std::exception& exception) {
    stop(RunEnd::kException, exception.what());
  }
}

void Scheduler::stop(RunEnd reason, std::string message) {
  if (end_ != RunEnd::kRunning) return;
  end_ = reason;
  end_message_ = std::move(message);
}

void Scheduler::defer(Task& task) {
  task.deferred_ = true;
  task.group_->deferred_.push_back(task);
}

void Scheduler::sleep(Duration duration) {
  CHECK(running_ != nullptr);
  WakeAt wake_up(*this, *running_);
  schedule_in(wake_up, running_->group().in_world(duration));
  suspend();
}

void Scheduler::insert_by_priority(Task& task) {
  TaskGroup& group = *task.group_;
  task.priority_ = choices_.ambient(kWakeup, group.scope_, ++group.wakeups_);
  Task* place = ready_.back();
  while (place != nullptr && place->priority_ > task.priority_) place = ready_.previous(*place);
  ready_.insert_after(place, task);
}

void Scheduler::retire(Task& task) {
  if (task.ready_.linked) {
    if (task.deferred_) {
      task.group_->deferred_.remove(task);
    } else {
      ready_.remove(task);
    }
  }
  task.group_->members_.remove(task);
  --task.group_->size_;
  --tasks_;
  if (!task.done_) {  // killed
    delete &task;
    return;
  }
  task.done_ = false;
  task.deferred_ = false;
  task.body_.clear();
  idle_.push_front(task);
}

// False, and stops, if too much happens without time passing.
inline bool Scheduler::count_step() {
  if (++steps_ <= options_.limits.steps) [[likely]]
    return true;
  stop(RunEnd::kStepLimit, fmt::format("{} steps at one instant", steps_));
  return false;
}

inline bool Scheduler::within_bounds() {
  const Limits& limits = options_.limits;
  const bool out_of_memory = arena_state::heap != nullptr && arena_state::heap->exhausted();
  if (stream_.count() > limits.events || queue_.size() > limits.queue || out_of_memory)
      [[unlikely]] {
    report_bound();
  }
  return end_ == RunEnd::kRunning;
}

void Scheduler::report_bound() {
  const Limits& limits = options_.limits;
  if (stream_.count() > limits.events) {
    stop(RunEnd::kEventLimit, fmt::format("{} events", stream_.count()));
  } else if (queue_.size() > limits.queue) {
    stop(RunEnd::kQueueLimit, fmt::format("{} pending actions", queue_.size()));
  } else {
    stop(RunEnd::kMemoryLimit, fmt::format("more than {} bytes", limits.memory));
  }
}

}  // namespace seedbed
