// Runs that make no sense, for properties that hold of every report.
#pragma once

#include <string>
#include <vector>

#include "tests/report/story.h"

namespace seedbed {

// The same numbers everywhere.
class Numbers {
 public:
  explicit Numbers(uint64_t seed) : state_(seed) {}
  uint64_t below(uint64_t bound) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state_ >> 33) % bound;
  }

 private:
  uint64_t state_;
};

// Anything at all, in the order of time: events whose causes, messages and nodes make no sense too.
inline Story nonsense(Numbers& numbers, uint64_t nodes, uint64_t events) {
  std::vector<std::string> names;
  for (uint64_t i = 1; i <= nodes; ++i) names.push_back("n" + std::to_string(i));
  Story story(names);
  int64_t ms = 0;
  for (uint64_t i = 0; i < events; ++i) {
    ms += static_cast<int64_t>(numbers.below(3) * numbers.below(400));
    const std::string text(numbers.below(30), static_cast<char>(numbers.below(256)));
    const auto node = static_cast<uint32_t>(numbers.below(nodes + 3));
    if (numbers.below(4) == 0) {
      story.probe(ms, node, text);
      continue;
    }
    TraceEvent event{.cause = EventIndex{numbers.below(events)},
                     .kind = static_cast<EventKind>(1 + numbers.below(kEventKinds - 1)),
                     .node = NodeId{node},
                     .peer = NodeId{static_cast<uint32_t>(numbers.below(nodes + 3))},
                     .id = numbers.below(20),
                     .value = numbers.below(5),
                     .name = text,
                     .bytes = text};
    story.emit(ms, event);
  }
  return story;
}

}  // namespace seedbed
