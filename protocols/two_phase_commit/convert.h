// Between the values of types.h and the messages that carry them.
#pragma once

#include "protocols/two_phase_commit/two_phase_commit.pb.h"
#include "protocols/two_phase_commit/types.h"

namespace seedbed::two_phase_commit {

inline void to_wire(const TxnId& id, wire::TxnId* message) {
  message->set_coordinator(number(id.coordinator));
  message->set_incarnation(id.incarnation);
  message->set_n(id.n);
}

inline TxnId from_wire(const wire::TxnId& message) {
  return {.coordinator = NodeId{message.coordinator()},
          .incarnation = message.incarnation(),
          .n = message.n()};
}

inline void to_wire(const Step& step, wire::Step* message) {
  message->set_act(static_cast<uint32_t>(step.act));
  message->set_key(step.key);
  message->set_value(step.value);
  message->set_amount(step.amount);
  message->set_opening(step.opening);
}

inline Step from_wire(const wire::Step& message) {
  return {.act = static_cast<Act>(message.act()),
          .key = message.key(),
          .value = message.value(),
          .amount = message.amount(),
          .opening = message.opening()};
}

}  // namespace seedbed::two_phase_commit
