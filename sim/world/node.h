// Node: a simulated machine. It has a disk and a clock, which outlive crashes, and runs one process
// at a time, which does not.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "sim/core/scheduler.h"
#include "sim/world/clock.h"
#include "sim/world/network.h"
#include "sim/world/process.h"
#include "sim/world/sim_disk.h"

namespace seedbed {

class SimEnv;

// How often the places of Env::buggify() are on, and how often they fire then.
struct Buggify {
  Ratio on{};
  Ratio fires = Ratio(1, 4);
};

struct NodeOptions {
  std::string name;  // "n1", "c2": unique, and part of every choice it owns
  ProcessFactory process;
  std::vector<ProcessFactory> earlier;  // older versions of it, oldest first
  size_t version = 0;                   // it starts with: 0 is the oldest
  Buggify buggify;
  DiskOptions disk;
  Clock clock;
  IntervalClockOptions interval_clock;
};

class Node {
 public:
  Node(Scheduler& scheduler, Network& network, NodeId id, NodeOptions options);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  NodeId id() const { return id_; }
  const std::string& name() const { return options_.name; }

  bool up() const { return env_ != nullptr; }
  bool paused() const { return paused_; }
  Incarnation incarnation() const { return incarnation_; }

  // Starts the next incarnation. Must be down.
  void start();
  // Kills the process: everything it had in memory is gone, and what its disk had not made durable
  // may be. Must not be called from a task, only from actions. Must be up.
  void crash();
  // Without power a machine is down. Whoever cuts it gives it back: it starts when the last of them
  // has. Not from a task, as crash().
  void cut_power();
  void restore_power();
  // No code of the process runs until resume(); messages wait at the door. Must be up.
  void pause();
  void resume();

  // Tells its process what an operator wants, unless it is down, dying or paused. Not from a task.
  void operate(std::string_view order, NodeId about);

  // The next incarnation runs that version of the process, below versions().
  void install(size_t version);
  size_t version() const { return options_.version; }
  size_t versions() const { return options_.earlier.size() + 1; }

  // At the next instant it crashes, as whoever calls this sees to; until then nothing of what the
  // process does reaches the world: it was dead already. Must be up.
  void doom();
  bool doomed() const { return doomed_; }

  // From now on no place of Env::buggify() fires.
  void end_buggify() { options_.buggify = {}; }
  // The odds that the place of Env::buggify() fires; drawn once for the run whether it is on.
  Ratio buggify_odds(const Site& site);

  // From now on a process that holds more than so many bytes is killed, and started again later: of
  // messages that wait for it, of requests that it serves, and of what it says it holds. 0: no
  // limit.
  void limit_memory(size_t bytes);
  // How often that happened.
  uint64_t memory_kills() const { return memory_kills_; }
  size_t memory_held() const;

  // Every message takes that much longer (or shorter) to be served from now on, one after the
  // other, those that wait for their turn as well: a backlog does not outlive what caused it.
  void add_service_time(Duration more);
  // Its clock drifts by that much more (or less) than it does now; but whatever is asked for, it
  // runs on, at a tenth of its rate at least.
  void add_drift(int64_t more_ppb);
  // What its wall clock suffers; see WallClock.
  void jump_wall_clock(Duration by);
  void smear_wall_clock(int64_t more_ppb);
  void freeze_wall_clock();
  void thaw_wall_clock();
  // Its interval clock lies that much too late; sums up.
  void lie_about_time(Duration by) { interval_clock_.lie(by); }

  // A packet has arrived at the machine.
  void receive(PacketPtr&& packet);
  // It will soon: see Action::prefetch().
  void prefetch(const Packet& packet, uint32_t step) const;

  SimDisk& disk() { return disk_; }
  const Clock& clock() const { return clock_; }
  WallTime wall_now() const;
  TimeInterval interval_now();

 private:
  friend class SimEnv;
  class LatePacket;
  // Carries out what a process has decided on its own end.
  class Supervisor;

  // The process ends itself: no code of it runs from now on, it crashes as soon as the task that
  // asked has stopped, and is started again after a drawn delay.
  void fail_stop(std::string_view why);
  void crash(std::string_view why);
  // Kills the process at once if it holds more than it may.
  void check_memory();
  const ProcessFactory& installed() const;
  // Never now, or not at once: the node is down, paused or slow.
  void receive_later(PacketPtr&& packet);
  void hand_over(PacketPtr&& packet);
  void emit(EventKind kind, std::string_view why = {});
  void emit_wall_clock();

  // What every packet looks at comes first, to share cache lines: worlds may have thousands of
  // nodes.
  Scheduler& scheduler_;
  Network& network_;
  NodeId id_;
  Incarnation incarnation_{};
  std::unique_ptr<SimEnv> env_;  // null while down
  bool paused_ = false;
  bool doomed_ = false;
  bool memory_is_limited_ = false;
  Duration service_time_{};
  std::deque<std::unique_ptr<LatePacket>> in_service_;

  std::unique_ptr<Process> process_;  // destroyed before its Env
  NodeOptions options_;
  SimDisk disk_;
  Clock clock_;
  WallClock wall_clock_;
  IntervalClock interval_clock_;
  std::deque<PacketPtr> waiting_;  // arrived while paused
  Time busy_until_ = kStart;
  uint32_t power_cuts_ = 0;
  int64_t extra_drift_ppb_ = 0;
  std::vector<std::pair<uint64_t, bool>> buggify_on_;  // by the hash of the site
  size_t memory_limit_ = 0;
  uint64_t memory_kills_ = 0;
  std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace seedbed
