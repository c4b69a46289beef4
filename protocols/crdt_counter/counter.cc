#include "protocols/crdt_counter/counter.h"

namespace seedbed::crdt_counter {

void GCounter::increment(NodeId replica, uint64_t by) {
  if (by > 0) entries_[replica] += by;
}

void GCounter::merge(const GCounter& other, const Rules& rules) {
  for (const auto& [replica, theirs] : other.entries_) {
    uint64_t& mine = entries_[replica];
    mine = rules.merged(mine, theirs);
  }
}

GCounter GCounter::beyond(const GCounter& known) const {
  GCounter news;
  for (const auto& [replica, count] : entries_) {
    if (count > known.entry(replica)) news.entries_[replica] = count;
  }
  return news;
}

uint64_t GCounter::value() const {
  uint64_t sum = 0;
  for (const auto& [replica, count] : entries_) sum += count;
  return sum;
}

uint64_t GCounter::entry(NodeId replica) const {
  const auto place = entries_.find(replica);
  return place == entries_.end() ? 0 : place->second;
}

void PNCounter::merge(const PNCounter& other, const Rules& rules) {
  added_.merge(other.added_, rules);
  taken_.merge(other.taken_, rules);
}

PNCounter PNCounter::beyond(const PNCounter& known) const {
  PNCounter news;
  news.added_ = added_.beyond(known.added_);
  news.taken_ = taken_.beyond(known.taken_);
  return news;
}

}  // namespace seedbed::crdt_counter
