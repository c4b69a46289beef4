// Progress: what a leader knows of one follower, and how much it sends ahead of the answers.
//
//            refused              a follower starts as Probe: the leader does not know where the
//        +--------------+         logs agree and sends one request at a time. The first success
//        v              |         makes it Replicate: requests are pipelined, next runs ahead of
//     Probe -------> Replicate    match, until the window is full.
//            success
//
// A follower that lacks entries which the leader's log has no more is Installing: it gets the
// leader's snapshot (chapter 5), one piece at a time, and replicates once its disk has the whole.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <variant>

#include "protocols/raft/types.h"
#include "sim/core/time.h"

namespace seedbed::raft {

// Bounds on what is in flight to one follower.
struct WindowLimits {
  uint64_t messages = 64;
  uint64_t bytes = 1 << 20;

  bool operator==(const WindowLimits&) const = default;
};

// The AppendEntries on their way to a follower that have not been answered.
class Window {
 public:
  bool full(const WindowLimits& limits) const {
    return sent_.size() >= limits.messages || bytes_ >= limits.bytes;
  }
  void add(LogIndex last, uint64_t bytes);
  // Everything up to `match` has arrived.
  void free_through(LogIndex match);
  bool operator==(const Window&) const = default;

 private:
  struct Sent {
    LogIndex last = 0;
    uint64_t bytes = 0;
    bool operator==(const Sent&) const = default;
  };
  std::deque<Sent> sent_;
  uint64_t bytes_ = 0;
};

struct Probe {
  bool outstanding = false;  // a request is on its way; wait for the answer or the next heartbeat
  bool operator==(const Probe&) const = default;
};

struct Replicate {
  Window window;
  bool operator==(const Replicate&) const = default;
};

// The snapshot is the one that the leader had when it began to send; it may have a newer one since.
struct Installing {
  Snapshot snapshot;
  uint64_t digest = 0;       // of its state
  uint64_t offset = 0;       // the follower has all bytes before it
  bool outstanding = false;  // a piece is on its way; wait for the answer or the next heartbeat
  bool operator==(const Installing&) const = default;
};

class Progress {
 public:
  // At its election a leader takes every follower for as long as itself (figure 3.1).
  Progress(NodeId id, LogIndex leader_last, NodeTime now)
      : id_(id), next_(leader_last + 1), heard_(now) {}

  NodeId id() const { return id_; }
  // The follower's disk is known to hold the leader's log through here.
  LogIndex match() const { return match_; }
  // The next entry to send.
  LogIndex next() const { return next_; }
  // When the follower last answered, or when the leader was elected.
  NodeTime heard() const { return heard_; }
  bool replicating() const { return std::holds_alternative<Replicate>(mode_); }
  // The snapshot that is on its way; null if none is.
  Installing* installing() { return std::get_if<Installing>(&mode_); }
  const Installing* installing() const { return std::get_if<Installing>(&mode_); }

  // True if entries may be sent now.
  bool may_send(const WindowLimits& limits) const;
  // Entries next()..last have been sent, `bytes` in all.
  void sent(LogIndex last, uint64_t bytes);

  void heard_at(NodeTime now) { heard_ = now; }
  // The last round of heartbeats that the follower has answered in this term (§6.4).
  uint64_t round() const { return round_; }
  void answered(uint64_t round) { round_ = std::max(round_, round); }
  // The follower acknowledged its log through `match`.
  void acknowledged(LogIndex match);
  // True if a refusal at `refused` contradicts what is known now, and is no old message. What the
  // follower has acknowledged it cannot refuse, unless its disk forgets; then only heartbeats go on
  // asking, lest the two exchange the same messages as fast as the network carries them.
  bool believes(LogIndex refused) const;
  // The follower refused; send from `next` on, after a probe.
  void refused(LogIndex next);
  // The entry at next() is in no log any more: send the snapshot.
  void install(const Snapshot& snapshot);

  bool operator==(const Progress&) const = default;

 private:
  NodeId id_;
  LogIndex match_ = 0;
  LogIndex next_;
  NodeTime heard_;
  uint64_t round_ = 0;
  std::variant<Probe, Replicate, Installing> mode_ = Probe{};
};

}  // namespace seedbed::raft
