// EndsHeard: what each machine has been told to have ended, by the messages that have reached it in
// its present life. The invariants that judge what a machine may do without a record share one
// (sim/check/shared_views.h): whoever hears that a transaction has ended knows that it is decided.
//
//   auto ends = setup.views->get<EndsHeard>();
//   ends->follow(event);
//   if (ends->heard(machine, id)) ...
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "protocols/two_phase_commit/two_phase_commit.pb.h"
#include "protocols/two_phase_commit/types.h"
#include "sim/core/event.h"

namespace seedbed::two_phase_commit {

class EndsHeard {
 public:
  // Takes in a `send`, `receive` or `start` event; ignores others, and events that it has seen.
  void follow(const TraceEvent& event);
  // Whether that machine has been told that the transaction has ended: committed everywhere, or
  // aborted.
  bool heard(NodeId machine, const TxnId& id) const;

 private:
  void carries(uint64_t message, const wire::TxnId& about, const wire::Ended& ended);
  void receive(NodeId machine, const TxnId& last);

  std::map<uint64_t, TxnId> on_their_way_;                 // the last that has ended, by message
  std::map<std::pair<NodeId, NodeId>, TxnId> last_heard_;  // by machine and coordinator
  EventIndex seen_ = kNoEvent;
};

}  // namespace seedbed::two_phase_commit
