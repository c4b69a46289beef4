// Log time: a clock that all servers read the same (§6.3; the cluster clock of LogCabin). A leader
// writes the time into each command that it appends, and the state machine goes by what is written:
// what it does at a certain time, it does on every server at the same entry.
//
//   LogClock clock;
//   const LogTime time = clock.read(raft.term(), machine.time(), env.now());
//   raft.propose(env.now(), stamp(time, command));
//
// A leader goes on from the time that the log has come to, and counts from there by its own
// monotonic clock. Log time is therefore no time of day, stands still while nobody leads, and never
// goes back. How fast it goes depends on the leaders' clocks, but never what the servers agree on.
#pragma once

#include "protocols/raft/types.h"
#include "sim/core/time.h"

namespace seedbed::raft {

// A tag only.
struct LogTimeline {
  using rep = int64_t;
  using period = std::nano;
  using duration = Duration;
  static constexpr bool is_steady = true;
};

// Counts from the first command of the log; never negative.
using LogTime = std::chrono::time_point<LogTimeline, Duration>;

// Tells a leader what to write.
class LogClock {
 public:
  // For a command that is appended now. `reached` is the time to which the log has come, as far as
  // the server has applied it; `now` is the server's own clock.
  LogTime read(Term term, LogTime reached, NodeTime now) {
    if (term != term_) {
      term_ = term;
      begin_ = reached;
      began_ = now;
    }
    return begin_ + (now - began_);
  }

 private:
  Term term_{};  // in which it led last
  LogTime begin_{};
  NodeTime began_{};
};

}  // namespace seedbed::raft
