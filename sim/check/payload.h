// payload_as: the payload of an event, if it is of one type. For checkers that see many messages
// and want few: another type is told by the hash in the event's header, without a look at it.
//
//   if (const auto* vote = payload_as<wire::RequestVote>(event)) ...
#pragma once

#include <google/protobuf/message.h>

#include "sim/core/event.h"
#include "sim/core/hash.h"

namespace seedbed {

// The payload of a `send` or `probe` event, whose values are hashes of their types (sim/core/
// event.h); null if it is of another type, or if there is none. Valid as long as the event is.
template <class T>
const T* payload_as(const TraceEvent& event) {
  static const uint64_t type = hash_bytes(T::descriptor()->full_name());
  return event.value == type ? dynamic_cast<const T*>(event.payload) : nullptr;
}

}  // namespace seedbed
