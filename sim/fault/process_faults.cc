// Faults of machines and of what they run.
#include "sim/fault/catalogue.h"

namespace seedbed {
namespace {

void crash(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).crash();
}

void restart(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).start();
}

void pause(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).pause();
}

void resume(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).resume();
}

void slow(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).set_service_time(stage.microseconds());
  }
}

void end_slow(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).set_service_time({});
}

const FaultInfo kRows[] = {
    {
        .kind = FaultKind::kCrash,
        .name = "crash",
        .group = FaultGroup::kProcess,
        .meaning = "a machine loses power: memory is gone, unsynced writes may be; it restarts",
        .models = "a power cut, a kernel panic, the kill of a process and its cache",
        .shown_by = "raft/crashes",
        .aim = Aim::kServer,
        .line = "{targets}",
        .cost = Cost::kServer,
        .begin = crash,
        .end = restart,
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
        .begin = slow,
        .end = end_slow,
        .unit = "microseconds a message",
        .magnitude = {100, 3'000},
        .slots = 3,
        .duration_ms = {200, 2500},
    },
};

}  // namespace

std::span<const FaultInfo> process_faults() { return kRows; }

}  // namespace seedbed
