// Describer: an event in words, one line each, for reports and for people who compare traces.
//
//   Describer words({"n1", "n2", "n3"});
//   words.describe(event)
//   // "1.204 s  n3 receives raft.AppendEntries #311 from n1 (caused by event 1017)  {term: 3}"
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/core/event.h"

namespace seedbed {

struct DescribeOptions {
  size_t payload_width = 60;  // characters of the payload; 0 leaves it out
  bool cause = true;          // say which event caused it
};

class Describer {
 public:
  // `names` of the nodes, that of node 1 first; others are called "node 7".
  explicit Describer(std::vector<std::string> names, DescribeOptions options = {});

  std::string describe(const TraceEvent& event) const;
  // Without time, cause and payload: "n3 receives raft.AppendEntries #311 from n1".
  std::string sentence(const TraceEvent& event) const;

  // "n3"; "world" for kWorld.
  std::string name_of(NodeId node) const;

 private:
  std::vector<std::string> names_;
  DescribeOptions options_;
};

// "1.204 s", "0.000001250 s": at least three decimals, and then as many groups of three as it
// takes.
std::string time_text(Time time);

// A message type as people say it: without the "seedbed." that all of ours begin with.
std::string_view short_type(std::string_view full_name);

// The message on one line, at most `width` characters of it.
std::string message_text(const google::protobuf::Message& message, size_t width);

}  // namespace seedbed
