#include "protocols/two_phase_commit/invariants_ends.h"

#include <algorithm>

#include "protocols/two_phase_commit/convert.h"
#include "sim/check/payload.h"

namespace seedbed::two_phase_commit {

void EndsHeard::follow(const TraceEvent& event) {
  if (event.index <= seen_ && event.index != kNoEvent) return;
  seen_ = event.index;
  if (event.kind == EventKind::kSend) {
    if (const auto* work = payload_as<wire::Work::Request>(event)) {
      carries(event.id, work->id(), work->ended());
    } else if (const auto* decision = payload_as<wire::Decide::Request>(event)) {
      carries(event.id, decision->id(), decision->ended());
    }
  } else if (event.kind == EventKind::kReceive) {
    const auto message = on_their_way_.find(event.id);
    if (message != on_their_way_.end()) receive(event.node, message->second);
  } else if (event.kind == EventKind::kStart) {
    std::erase_if(last_heard_, [&](const auto& heard) { return heard.first.first == event.node; });
  }
}

void EndsHeard::carries(uint64_t message, const wire::TxnId& about, const wire::Ended& ended) {
  if (ended.incarnation() == 0) return;
  on_their_way_[message] = {.coordinator = NodeId{about.coordinator()},
                            .incarnation = ended.incarnation(),
                            .n = ended.n()};
}

void EndsHeard::receive(NodeId machine, const TxnId& last) {
  TxnId& heard = last_heard_.try_emplace({machine, last.coordinator}, last).first->second;
  heard = std::max(heard, last);
}

bool EndsHeard::heard(NodeId machine, const TxnId& id) const {
  const auto last = last_heard_.find({machine, id.coordinator});
  return last != last_heard_.end() && id <= last->second;
}

}  // namespace seedbed::two_phase_commit
