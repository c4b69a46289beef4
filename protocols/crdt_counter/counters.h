// Counters by name, and how they travel.
#pragma once

#include <map>
#include <string>

#include "protocols/crdt_counter/counter.h"
#include "protocols/crdt_counter/crdt_counter.pb.h"

namespace seedbed::crdt_counter {

using Counters = std::map<std::string, PNCounter>;

void merge(Counters& mine, const Counters& theirs, const Rules& rules = Rules());

// About how much memory they take.
size_t bytes_of(const Counters& counters);

// To and from the field `counters` of Gossip, StoredState and StateReport.
using CountersField = google::protobuf::RepeatedPtrField<Counter>;
void store(const Counters& counters, CountersField* field);
Counters counters_from(const CountersField& field);

}  // namespace seedbed::crdt_counter
