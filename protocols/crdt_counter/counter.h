// Counters that need no agreement: replicas count on their own, exchange what they have counted in
// any order and as often as they like, and come to the same value.
//
//   GCounter a, b;
//   a.increment(NodeId{1}, 2);
//   b.increment(NodeId{2}, 3);
//   a.merge(b);                  // a.value() == 5
//   a.merge(b);                  // still 5: hearing it twice is hearing it once
//
// Shapiro, Preguica, Baquero, Zawirski: "A comprehensive study of Convergent and Commutative
// Replicated Data Types", INRIA RR-7506, 2011: specification 6 (G-Counter) and 7 (PN-Counter).
#pragma once

#include <cstdint>
#include <map>

#include "protocols/crdt_counter/rules.h"
#include "sim/core/ids.h"

namespace seedbed::crdt_counter {

// A counter that only grows: an entry for each replica, which nobody else changes; its value is
// their sum. The state is a join-semilattice: merge() is idempotent, commutative and associative,
// and neither merge() nor increment() makes an entry smaller.
class GCounter {
 public:
  // An entry that is not there is 0, and one that is 0 is not there: equal counters look alike.
  using Entries = std::map<NodeId, uint64_t>;

  // Only `replica` itself may do this.
  void increment(NodeId replica, uint64_t by);
  // Learns what `other` knows. `rules` is for tests that bend them.
  void merge(const GCounter& other, const Rules& rules = Rules());

  // The entries that are greater than those of `known`.
  GCounter beyond(const GCounter& known) const;

  uint64_t value() const;
  uint64_t entry(NodeId replica) const;
  const Entries& entries() const { return entries_; }

  bool operator==(const GCounter&) const = default;

 private:
  Entries entries_;
};

// A counter that also shrinks: what was added and what was taken away are two G-Counters. (One with
// signed entries would not do: the greater of two versions need not be the later one.)
class PNCounter {
 public:
  void increment(NodeId replica, uint64_t by) { added_.increment(replica, by); }
  void decrement(NodeId replica, uint64_t by) { taken_.increment(replica, by); }
  void merge(const PNCounter& other, const Rules& rules = Rules());
  PNCounter beyond(const PNCounter& known) const;

  // May be negative: nobody asks the others before taking away.
  int64_t value() const { return static_cast<int64_t>(added_.value() - taken_.value()); }
  const GCounter& added() const { return added_; }
  const GCounter& taken() const { return taken_; }

  bool operator==(const PNCounter&) const = default;

 private:
  GCounter added_;
  GCounter taken_;
};

}  // namespace seedbed::crdt_counter
