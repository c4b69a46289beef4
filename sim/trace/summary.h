// TraceSummary: what a run consisted of, counted. Watches a run (make it outside the run's arena)
// or reads a trace.
//
//   TraceSummary summary;
//   replay(reader, {&summary});
//   fmt::print("{}", summary.text({"n1", "n2", "n3"}));
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/core/event.h"

namespace seedbed {

class TraceSummary final : public EventSink {
 public:
  struct Messages {
    uint64_t sent = 0;
    uint64_t received = 0;  // duplicates included
    uint64_t dropped = 0;
  };
  using Counts = std::map<std::string, uint64_t, std::less<>>;

  void on_event(const TraceEvent& event) override;

  uint64_t events() const { return events_; }
  uint64_t count(EventKind kind) const { return by_kind_[static_cast<size_t>(kind)]; }
  uint64_t count(DropReason reason) const;
  Time first() const { return first_; }
  Time last() const { return last_; }
  // In order of their keys, so that a summary is the same wherever it is made.
  const std::map<NodeId, uint64_t>& by_node() const { return by_node_; }
  const std::map<NodeId, uint64_t>& crashes() const { return crashes_; }
  const std::map<std::string, Messages, std::less<>>& messages() const { return messages_; }
  const std::map<uint64_t, uint64_t>& drops() const { return drops_; }  // by DropReason
  const Counts& reached() const { return reached_; }
  const Counts& probes() const { return probes_; }

  // Several lines for people. `nodes`: as for Describer.
  std::string text(const std::vector<std::string>& nodes) const;

 private:
  uint64_t events_ = 0;
  Time first_ = kStart;
  Time last_ = kStart;
  std::array<uint64_t, kEventKinds> by_kind_{};
  std::map<NodeId, uint64_t> by_node_;
  std::map<NodeId, uint64_t> crashes_;
  std::map<std::string, Messages, std::less<>> messages_;
  std::map<uint64_t, uint64_t> drops_;
  Counts reached_;
  Counts probes_;
};

}  // namespace seedbed
