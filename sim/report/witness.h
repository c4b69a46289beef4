// Who gave an answer in a recorded run: the server, what it took itself for, and the faults that
// were on.
//
//   EventLog log(protocol);
//   LeaderLog leaders(protocol);
//   replay(reader, {&log, &leaders});
//   for (const std::string& line : witness(log.events(), leaders, names, entry)) page.line(line);
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/history/history.h"
#include "sim/report/event_log.h"

namespace seedbed {

// Who said when that it leads, by ProtocolSpec::leads.
class LeaderLog final : public EventSink {
 public:
  explicit LeaderLog(const ProtocolSpec& protocol) : leads_(protocol.leads) {}

  EventKinds interests() const override { return EventKinds(EventKind::kProbe, EventKind::kCrash); }
  void on_event(const TraceEvent& event) override;

  // Whether roles are known at all.
  bool knows() const { return leads_ != nullptr; }
  // Since when the node led at that event; nullopt: it did not.
  std::optional<Time> leading_since(NodeId node, EventIndex at) const;
  // All that led at that event, in the order in which they said so.
  std::vector<NodeId> leaders_at(EventIndex at) const;

 private:
  struct Change {
    EventIndex index;
    Time time;
    NodeId node;
    bool leads;
  };

  std::function<std::optional<bool>(const TraceEvent& event)> leads_;
  std::vector<Change> changes_;
};

// Sentences: which server answered the operation, its role when it did, and the faults in force.
// Empty if the operation was not answered by a message. `names` are those of the nodes.
std::vector<std::string> witness(std::span<const StoredEvent> events, const LeaderLog& leaders,
                                 const std::vector<std::string>& names, const Entry& entry);

}  // namespace seedbed
