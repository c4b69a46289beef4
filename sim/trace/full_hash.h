// FullHash: the hash of everything in a run, where the light hash (sim/core/event_stream.h) stops
// at the headers of events. Two runs with one full hash said, sent and stored the same, byte for
// byte.
// Make it outside the run's arena.
#pragma once

#include <cstdint>
#include <string>

#include "sim/core/event.h"

namespace seedbed {

class FullHash final : public EventSink {
 public:
  void on_event(const TraceEvent& event) override;
  // Never 0, which stands for "not computed".
  uint64_t value() const { return state_ == 0 ? 1 : state_; }

 private:
  uint64_t state_ = 0x5eed;
  std::string scratch_;
};

// The bytes of a message, the same for equal messages of one build.
void serialize_canonically(const google::protobuf::Message& message, std::string* bytes);

}  // namespace seedbed
