// ProgressChecker: once the faults are over, the system must serve its clients again.
//
// Every client that is still there must have an operation, invoked after the `heal` event, that
// ends ok within the bound of virtual time. A client that got none is a liveness failure, which is
// not a violation: nothing wrong was said, only too little.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/check/checker.h"

namespace seedbed {

class ProgressChecker final : public Checker {
 public:
  // `clients`: who must be served. `bound`: from healing to the first answer.
  ProgressChecker(std::string name, std::vector<NodeId> clients, Duration bound);

  EventKinds interests() const override {
    return EventKinds(EventKind::kHeal, EventKind::kInvoke, EventKind::kReturn, EventKind::kEnd);
  }
  void on_event(const TraceEvent& event) override;
  void finish() override;

 private:
  struct Waiting {
    bool served = false;
    std::vector<Fact> facts;               // what it asked after healing, and was told
    std::map<uint64_t, Time> invocations;  // after healing, not yet returned
  };

  std::map<NodeId, Waiting> clients_;
  Duration bound_;
  bool healed_ = false;
  Time healed_at_{};
};

}  // namespace seedbed
