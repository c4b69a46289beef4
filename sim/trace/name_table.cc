#include "sim/trace/name_table.h"

#include "sim/core/arena.h"
#include "sim/core/hash.h"

namespace seedbed {

uint64_t NameTable::hash_of(std::string_view name) { return hash_bytes(name); }

const NameTable::Entry& NameTable::find(std::string_view name) {
  const RunArena::Outside outside;
  auto place = names_.find(name);
  if (place == names_.end()) {
    const NumberedName numbered{.number = names_.size() + 1, .hash = hash_of(name)};
    place = names_.emplace(std::string(name), numbered).first;
    new_.emplace_back(place->first);
  }
  return *place;
}

}  // namespace seedbed
