// RaftCoverage: rare situations that only the whole run can tell, such as a leader that dies
// between writing and syncing. Counted as probes.
#pragma once

#include <functional>
#include <map>

#include "sim/core/event.h"

namespace seedbed::raft {

class RaftCoverage final : public EventSink {
 public:
  using Reached = std::function<void(std::string_view probe)>;
  explicit RaftCoverage(Reached reached) : reached_(std::move(reached)) {}

  EventKinds interests() const override {
    return EventKinds(EventKind::kProbe, EventKind::kDiskSubmit, EventKind::kDiskComplete,
                      EventKind::kCrash, EventKind::kPause);
  }
  void on_event(const TraceEvent& event) override;

 private:
  struct Server {
    bool leads = false;
    uint64_t submitted = 0;  // operations of its disk
    uint64_t completed = 0;
  };

  Reached reached_;
  std::map<NodeId, Server> servers_;
};

}  // namespace seedbed::raft
