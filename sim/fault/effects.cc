#include "sim/fault/effects.h"

namespace seedbed::effects {

void crash(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).cut_power();
}

void restart(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).restore_power();
}

void slow(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).add_service_time(stage.microseconds());
  }
}

void end_slow(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).add_service_time(-stage.microseconds());
  }
}

}  // namespace seedbed::effects
