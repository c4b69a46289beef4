// Scheduler: virtual time, and who runs next.
//
//   Scheduler scheduler(choices, stacks, limits);
//   TaskGroup group(scheduler, "n1");
//   scheduler.spawn(group, "heartbeat", [&] {
//     for (;;) { scheduler.sleep(50ms); beat(); }
//   });
//   RunEnd end = scheduler.run();
//
// One thread runs it all. A task is a fiber with a place in the scheduler; it runs until it blocks,
// and blocking is what lets virtual time pass. Tasks that are ready run before the next action of
// the queue, first in, first out, or by keyed priorities where the run asks for them (then ties
// between wake-ups of one instant are choices).
//
// Task groups are what dies together: the tasks of one incarnation of a process. Killing a group
// throws ProcessKilled out of the suspension point of each task, in the order of their creation.
#pragma once

#include <string>
#include <string_view>

#include "sim/core/choice.h"
#include "sim/core/event_queue.h"
#include "sim/core/event_stream.h"
#include "sim/core/fiber.h"
#include "sim/core/intrusive_list.h"
#include "sim/core/limits.h"
#include "sim/core/task_body.h"

namespace seedbed {

class Scheduler;
class TaskGroup;

// As a timeout: wait for ever.
inline constexpr Duration kForever = Duration::max();

// A fiber known to the scheduler, which owns it. When its body has returned it is kept for the next
// spawn(), the one that ran last first: a warm stack, and nothing to allocate.
class Task {
 public:
  std::string_view name() const { return name_; }
  TaskGroup& group() const { return *group_; }

 private:
  friend class Scheduler;
  friend class TaskGroup;
  Task(Scheduler& scheduler, StackPool& stacks)
      : scheduler_(scheduler), fiber_(stacks, &Task::live, this) {}
  static void live(void* self);
  void run_body();

  Scheduler& scheduler_;
  TaskGroup* group_ = nullptr;
  std::string_view name_;
  TaskBody body_;  // empty while the task is idle; found so when resumed, it ends the fiber
  Fiber fiber_;
  EventIndex wake_cause_{};
  uint64_t priority_ = 0;  // among the ready; 0 is first in, first out
  bool deferred_ = false;  // its hook is in the group's deferred list, not in the ready list
  bool done_ = false;      // its body has returned
  ListHook<Task> ready_;   // or in the list of idle tasks
  ListHook<Task> member_;  // in its group
};

// Tasks that die, pause and are drawn for together.
class TaskGroup {
 public:
  // `name` is the scope of the group's wake-up choices, and must be unique in the run.
  TaskGroup(Scheduler& scheduler, std::string_view name);
  // CHECK: no task is alive.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Wake-ups are held back until thaw(), then happen in the same order. The task that is running
  // goes on until it blocks.
  void freeze() { frozen_ = true; }
  void thaw();
  bool frozen() const { return frozen_; }

  // How fast the clock of these tasks runs, in parts per billion above the world's: whatever they
  // wait for lasts as long as they think it does. A wait in progress keeps the rate it began with.
  void set_clock_rate(int64_t ppb) { clock_rate_ppb_ = ppb; }
  // How long `local` lasts in the world, rounded up.
  Duration in_world(Duration local) const {
    if (clock_rate_ppb_ != 0) [[unlikely]]
      return scaled(local);
    return local > Duration::zero() ? local : Duration::zero();
  }

  // Unwinds every task, in the order of creation. Must not be called from one of them.
  void kill();

  size_t size() const { return size_; }

 private:
  friend class Scheduler;
  friend class Task;
  Duration scaled(Duration local) const;

  Scheduler& scheduler_;
  Scope scope_;
  uint64_t wakeups_ = 0;
  int64_t clock_rate_ppb_ = 0;
  uint32_t size_ = 0;
  bool frozen_ = false;
  List<Task, &Task::member_> members_;
  List<Task, &Task::ready_> deferred_;
};

struct SchedulerOptions {
  Limits limits;
  bool keyed_wakeups = false;  // order simultaneous wake-ups by drawn priorities
};

class Scheduler {
 public:
  Scheduler(Choices& choices, StackPool& stacks, SchedulerOptions options);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  Time now() const { return stream_.now(); }
  EventStream& stream() { return stream_; }
  const EventStream& stream() const { return stream_; }
  Choices& choices() { return choices_; }

  // Runs `action` at that time (not before now), caused by the current event.
  void schedule(Action& action, Time at) {
    action.set_cause(stream_.current());
    queue_.push(action, at);
  }
  void schedule_in(Action& action, Duration delay) { schedule(action, now() + delay); }
  void cancel(Action& action) { queue_.cancel(action); }

  // Starts a task, which calls `body()` when its turn comes. `name` must outlive it.
  template <class Body>
  void spawn(TaskGroup& group, std::string_view name, Body body) {
    Task* const task = enlist(group, name);
    if (task == nullptr) return;  // a bound was hit
    task->body_.set(std::move(body));
    wake(*task);
  }

  // Runs until stop() or a bound. Called once, from outside every task.
  RunEnd run();
  // Ends the run after what is running now. The first reason stands.
  void stop(RunEnd reason, std::string message = {});
  RunEnd end() const { return end_; }
  // Why the run ended: the sentence of a broken INVARIANT, or which bound was hit.
  const std::string& end_message() const { return end_message_; }

  // --- For tasks ---

  // The task that is running; null in actions and outside run().
  Task* current() const { return running_; }
  // Blocks until somebody calls wake(). Throws ProcessKilled. Building block of WaitList: use that.
  void suspend() { Fiber::suspend(); }
  // Makes a suspended task ready. At most once for each suspend().
  void wake(Task& task) {
    task.wake_cause_ = stream_.current();
    if (task.group_->frozen_) {
      defer(task);
    } else {
      make_ready(task);
    }
  }
  // Blocks for that long, by the clock of the task's group.
  void sleep(Duration duration);

  size_t tasks_alive() const { return tasks_; }

 private:
  friend class TaskGroup;
  friend class Task;

  // An idle task or a new one, as the youngest of the group. Null, and stops, at a bound.
  Task* enlist(TaskGroup& group, std::string_view name);
  void run_task(Task& task);
  void run_action(Action& action);
  void make_ready(Task& task) {
    if (options_.keyed_wakeups) {
      insert_by_priority(task);
    } else {
      ready_.push_back(task);
    }
  }
  void insert_by_priority(Task& task);
  void defer(Task& task);
  // Its body has returned or its fiber was killed.
  void retire(Task& task);
  bool count_step();
  bool within_bounds();
  void report_bound();

  Choices& choices_;
  StackPool& stacks_;
  SchedulerOptions options_;
  EventStream stream_;
  EventQueue queue_;
  List<Task, &Task::ready_> ready_;
  List<Task, &Task::ready_> idle_;
  Task* running_ = nullptr;
  size_t tasks_ = 0;
  uint64_t steps_ = 0;  // wake-ups since virtual time last moved
  RunEnd end_ = RunEnd::kRunning;
  std::string end_message_;
};

}  // namespace seedbed
