#include "protocols/crdt_counter/counters.h"

#include <set>

namespace seedbed::crdt_counter {

void merge(Counters& mine, const Counters& theirs, const Rules& rules) {
  for (const auto& [key, counter] : theirs) mine[key].merge(counter, rules);
}

size_t bytes_of(const Counters& counters) {
  constexpr size_t kEntry = 64;
  size_t bytes = 0;
  for (const auto& [key, counter] : counters) {
    bytes += kEntry + key.size();
    bytes += kEntry * (counter.added().entries().size() + counter.taken().entries().size());
  }
  return bytes;
}

void store(const Counters& counters, CountersField* field) {
  for (const auto& [key, counter] : counters) {
    Counter& stored = *field->Add();
    stored.set_key(key);
    std::set<NodeId> replicas;
    for (const auto& [replica, count] : counter.added().entries()) replicas.insert(replica);
    for (const auto& [replica, count] : counter.taken().entries()) replicas.insert(replica);
    for (const NodeId replica : replicas) {
      Entry& entry = *stored.add_entries();
      entry.set_replica(number(replica));
      entry.set_added(counter.added().entry(replica));
      entry.set_taken(counter.taken().entry(replica));
    }
  }
}

Counters counters_from(const CountersField& field) {
  Counters counters;
  for (const Counter& stored : field) {
    PNCounter& counter = counters[stored.key()];
    for (const Entry& entry : stored.entries()) {
      counter.increment(NodeId{entry.replica()}, entry.added());
      counter.decrement(NodeId{entry.replica()}, entry.taken());
    }
  }
  return counters;
}

}  // namespace seedbed::crdt_counter
