// Faults of machines and of what they run.
#include <algorithm>

#include "sim/fault/effects.h"

namespace seedbed {
namespace {

void pause(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).pause();
}

void resume(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).resume();
}

constexpr Site kCrashLoopGap("fault.crash_loop_gap", ChoiceClass::kAmbient);

// The step after which the machine stays up: it crashes with step 0 and every even one, and starts
// with every odd one.
uint32_t last_step(const Stage& stage) {
  const int64_t crashes = std::max<int64_t>(stage.fault.magnitude, 1);
  return static_cast<uint32_t>(2 * crashes - 1);
}

void take_crash_step(Stage& stage) {
  const bool crashes = stage.step % 2 == 0;
  crashes ? effects::crash(stage) : effects::restart(stage);
  if (stage.step == last_step(stage)) return;
  const uint64_t bits = stage.draw(kCrashLoopGap, stage.step);
  stage.next = std::chrono::milliseconds(crashes ? between(bits, 10, 200) : between(bits, 1, 50));
}

void end_crash_loop(Stage& stage) {
  if (stage.step % 2 == 0) effects::restart(stage);
}

void limit_memory(Stage& stage) {
  const auto bytes = static_cast<size_t>(std::max<int64_t>(stage.fault.magnitude, 1)) << 10;
  for (const NodeId id : stage.fault.targets) stage.world.node(id).limit_memory(bytes);
}

void lift_memory_limit(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).limit_memory(0);
}

// An operator's deed: whoever leads acts on it; the others do not.
void operate(Stage& stage) {
  const std::string_view order = info(stage.fault.kind).order;
  for (const NodeId target : stage.fault.targets) stage.world.operate(order, target);
}

uint64_t memory_kills(const World& world) { return world.memory_kills(); }

bool has_later_version(World& world, NodeId target) {
  const Node& node = world.node(target);
  return node.version() + 1 < node.versions();
}

bool has_earlier_version(World& world, NodeId target) { return world.node(target).version() > 0; }

// One machine after the other is taken down, and comes back with other code on the old disk.
void upgrade(Stage& stage) {
  effects::crash(stage);
  for (const NodeId id : stage.fault.targets) {
    Node& node = stage.world.node(id);
    node.install(node.version() + 1);
  }
}

void downgrade(Stage& stage) {
  effects::crash(stage);
  for (const NodeId id : stage.fault.targets) {
    Node& node = stage.world.node(id);
    node.install(node.version() - 1);
  }
}

const FaultInfo kRows[] = {
    {
        .kind = FaultKind::kCrash,
        .name = "crash",
        .group = FaultGroup::kProcess,
        .meaning = "a machine loses power: memory is gone, unsynced writes may be; it restarts",
        .models = "a power cut, a kernel panic, the kill of a process and its cache",
        .shown_by = "raft/crashes",
        .kills = true,
        .aim = Aim::kServer,
        .line = "{targets}",
        .cost = Cost::kServer,
        .begin = effects::crash,
        .end = effects::restart,
        .slots = 8,
        .duration_ms = {1, 2500},
    },
    {
        .kind = FaultKind::kPause,
        .name = "pause",
        .group = FaultGroup::kProcess,
        .meaning = "a machine runs no code for a while, then goes on as if nothing was",
        .models = "a stop-the-world garbage collection, a virtual machine that is moved",
        .shown_by = "raft/everything",
        .aim = Aim::kServer,
        .line = "{targets}",
        .cost = Cost::kServer,
        .begin = pause,
        .end = resume,
        .slots = 4,
        .duration_ms = {50, 2500},
    },
    {
        .kind = FaultKind::kSlow,
        .name = "slow",
        .group = FaultGroup::kProcess,
        .meaning = "a machine takes long to serve each message",
        .models = "an overloaded or throttled processor",
        .shown_by = "raft/everything",
        .aim = Aim::kServer,
        .line = "{targets}, {magnitude} us a message",
        .begin = effects::slow,
        .end = effects::end_slow,
        .unit = "microseconds a message",
        .magnitude = {100, 3'000},
        .slots = 3,
        .duration_ms = {200, 2500},
    },
    {
        .kind = FaultKind::kCrashLoop,
        .name = "crash_loop",
        .group = FaultGroup::kProcess,
        .meaning = "a machine crashes again soon after each of its restarts",
        .models = "a supervisor that restarts what cannot start, a flickering power supply",
        .shown_by = "raft/power",
        .kills = true,
        .aim = Aim::kServer,
        .line = "{targets}, {magnitude} times",
        .cost = Cost::kServer,
        .begin = take_crash_step,
        .step = take_crash_step,
        .end = end_crash_loop,
        .unit = "crashes",
        .magnitude = {2, 12},
        .slots = 3,
        .duration_ms = {200, 2500},
    },
    {
        .kind = FaultKind::kZonePowerLoss,
        .name = "zone_power_loss",
        .group = FaultGroup::kProcess,
        .meaning = "all machines of a zone lose power at the same instant, and restart together",
        .models = "a rack or a room behind one fuse",
        .shown_by = "raft/power",
        .aim = Aim::kZone,
        .line = "{targets}",
        .cost = Cost::kServer,
        .begin = effects::crash,
        .end = effects::restart,
        .slots = 2,
        .duration_ms = {10, 2500},
    },
    {
        .kind = FaultKind::kPowerLoss,
        .name = "power_loss",
        .group = FaultGroup::kProcess,
        .meaning = "all servers lose power at the same instant, and restart together",
        .models = "a data centre without power",
        .shown_by = "raft/power",
        .aim = Aim::kAllServers,
        .line = "{targets}",
        .cost = Cost::kPower,
        .begin = effects::crash,
        .end = effects::restart,
        .slots = 2,
        .duration_ms = {10, 2500},
    },
    {
        .kind = FaultKind::kMemoryLimit,
        .name = "memory_limit",
        .group = FaultGroup::kProcess,
        .meaning = "a process that holds more memory than its machine allows is killed",
        .models = "a container's limit, a neighbour that eats the memory, the OOM killer",
        .shown_by = "raft/memory",
        .fired = memory_kills,
        .aim = Aim::kServer,
        .line = "{targets}, {magnitude} KiB",
        .cost = Cost::kServer,
        .begin = limit_memory,
        .end = lift_memory_limit,
        .unit = "KiB",
        .magnitude = {16, 256},
        .slots = 4,
        .duration_ms = {200, 3000},
    },
    {
        .kind = FaultKind::kUpgrade,
        .name = "upgrade",
        .group = FaultGroup::kProcess,
        .meaning = "a machine is taken down and comes back with the next version of the code",
        .models = "a rolling upgrade: both versions are live at once, one on the other's disk",
        .shown_by = "crdt/upgrade",
        .needs_versions = true,
        .possible = has_later_version,
        .aim = Aim::kServer,
        .line = "{targets}",
        .cost = Cost::kServer,
        .begin = upgrade,
        .end = effects::restart,
        .slots = 6,
        .duration_ms = {50, 1500},
    },
    {
        .kind = FaultKind::kDowngrade,
        .name = "downgrade",
        .group = FaultGroup::kProcess,
        .meaning = "a machine is taken down and comes back with the version before",
        .models = "an upgrade that is rolled back",
        .shown_by = "crdt/upgrade",
        .needs_versions = true,
        .possible = has_earlier_version,
        .aim = Aim::kServer,
        .line = "{targets}",
        .cost = Cost::kServerAndVersion,
        .begin = downgrade,
        .end = effects::restart,
        .slots = 3,
        .duration_ms = {50, 1500},
    },
    {
        .kind = FaultKind::kBuggify,
        .name = "buggify",
        .group = FaultGroup::kProcess,
        .meaning = "the protocol's own code takes a path that it may always take, and seldom does",
        .models = "tiny batches, odd timing, early refusals: what tuning and load bring about",
        .shown_by = "raft/buggify",
        .setting = "faults.buggify_permille",
        .unit = "places in a thousand that are on",
        .magnitude = {100, 500},
    },
    {
        .kind = FaultKind::kTransferLeadership,
        .name = "transfer_leadership",
        .group = FaultGroup::kProcess,
        .meaning = "an operator has the leader hand over to a server of his choice",
        .models = "maintenance of the leader's machine, a balancer of load",
        .shown_by = "raft/transfer",
        .order = "transfer_leadership",
        .aim = Aim::kServer,
        .line = "to {targets}",
        .begin = operate,
        .slots = 6,
        .duration_ms = {1, 1},
    },
    {
        .kind = FaultKind::kAddServer,
        .name = "add_server",
        .group = FaultGroup::kProcess,
        .meaning = "an operator has the cluster take a server in, or give it back its vote",
        .models = "growth, replacement of a machine",
        .shown_by = "raft/membership",
        .order = "add_server",
        .aim = Aim::kServer,
        .line = "{targets}",
        .begin = operate,
        .slots = 6,
        .duration_ms = {1, 1},
    },
    {
        .kind = FaultKind::kDemoteServer,
        .name = "demote_server",
        .group = FaultGroup::kProcess,
        .meaning = "an operator takes a server's vote away; it goes on getting the log",
        .models = "maintenance, a machine that is too slow to vote",
        .shown_by = "raft/membership",
        .order = "demote_server",
        .aim = Aim::kServer,
        .line = "{targets}",
        .begin = operate,
        .slots = 3,
        .duration_ms = {1, 1},
    },
    {
        .kind = FaultKind::kRemoveServer,
        .name = "remove_server",
        .group = FaultGroup::kProcess,
        .meaning = "an operator takes a server out of the cluster for good; it is not told",
        .models = "a machine at the end of its life that goes on running",
        .shown_by = "raft/membership",
        .order = "remove_server",
        .aim = Aim::kServer,
        .line = "{targets}",
        .begin = operate,
        .slots = 1,
        .duration_ms = {1, 1},
    },
    {
        .kind = FaultKind::kHeuristicCommit,
        .name = "heuristic_commit",
        .group = FaultGroup::kProcess,
        .meaning = "an operator has a server commit whatever it is in doubt about",
        .models = "XA's heuristic commit: locks are in the way, and nobody knows the decision",
        .shown_by = "two_phase_commit/heuristic",
        .order = "heuristic_commit",
        .aim = Aim::kServer,
        .line = "{targets}",
        .begin = operate,
        .slots = 3,
        .duration_ms = {1, 1},
    },
    {
        .kind = FaultKind::kHeuristicAbort,
        .name = "heuristic_abort",
        .group = FaultGroup::kProcess,
        .meaning = "an operator has a server abort whatever it is in doubt about",
        .models = "XA's heuristic rollback, and every transaction killed by hand",
        .shown_by = "two_phase_commit/heuristic",
        .order = "heuristic_abort",
        .aim = Aim::kServer,
        .line = "{targets}",
        .begin = operate,
        .slots = 3,
        .duration_ms = {1, 1},
    },
};

}  // namespace

std::span<const FaultInfo> process_faults() { return kRows; }

}  // namespace seedbed
