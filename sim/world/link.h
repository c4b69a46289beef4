// Link: what is wrong with one direction between two nodes. Effects add up, and the end of one
// leaves the others as they were.
//
//   link.add({.loss_permille = 300, .extra_latency = 20ms});
//   link.remove({.loss_permille = 300, .extra_latency = 20ms});
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/core/random.h"
#include "sim/core/time.h"

namespace seedbed {

class Packet;

// Trouble on one link for a while, on top of the options of the network and of other trouble.
struct LinkTrouble {
  uint64_t loss_permille = 0;
  Duration extra_latency{};
  uint64_t bytes_per_second = 0;  // 0: no limit
  uint64_t mtu = 0;               // the largest message in bytes; 0: no limit

  bool operator==(const LinkTrouble&) const = default;
};

class Link {
 public:
  void add(const LinkTrouble& trouble);
  // `trouble` must have been added.
  void remove(const LinkTrouble& trouble);

  // The odds of losing a message: the sum of all troubles.
  Ratio loss() const { return Ratio::permille(loss_permille_); }
  // The sum as well.
  Duration extra_latency() const { return extra_latency_; }

  // Does the size of a message matter?
  bool limited() const { return picoseconds_per_byte_ != 0 || mtu_ != 0; }
  bool too_large(uint64_t bytes) const { return mtu_ != 0 && bytes > mtu_; }
  // Puts a message behind those that wait: how long until its last byte is on the wire. None if
  // there would be more than `queue_bytes` of them; a message that finds nobody waiting goes
  // through. Several limits are hops one after the other: their times for a byte add up.
  std::optional<Duration> enqueue(uint64_t bytes, Time now, uint64_t queue_bytes);

  uint32_t cuts = 0;   // while there are any, messages are lost
  uint32_t clogs = 0;  // while there are any, messages that arrive are held
  // Those held, linked in the order of their arrival; the network's.
  Packet* first_held = nullptr;
  Packet* last_held = nullptr;

 private:
  uint64_t loss_permille_ = 0;
  Duration extra_latency_{};
  uint64_t picoseconds_per_byte_ = 0;
  Time busy_until_ = kStart;
  uint64_t mtu_ = 0;  // the smallest; 0 if there is none
  std::vector<uint64_t> mtus_;
};

}  // namespace seedbed
