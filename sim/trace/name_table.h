// NameTable: gives each name a number, in the order in which they are met.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/trace/prediction.h"

namespace seedbed {

class NameTable {
 public:
  // The empty name is 0; all others count from 1.
  NumberedName number_of(std::string_view name) {
    if (name.empty()) return empty_;
    Recent& recent = recent_[slot_of(name)];
    if (recent.entry == nullptr || recent.entry->first != name) recent.entry = &find(name);
    return recent.entry->second;
  }

  // Names met since the last call.
  std::vector<std::string_view> take_new() { return std::exchange(new_, {}); }

 private:
  using Entry = std::pair<const std::string, NumberedName>;
  // A look-up of the same characters at the same place ends at its first comparison. The place only
  // picks a slot: the answer depends on the characters alone.
  struct Recent {
    const Entry* entry = nullptr;
  };
  static constexpr size_t kSlots = 256;
  static size_t slot_of(std::string_view name) {
    const auto place = reinterpret_cast<uintptr_t>(name.data());
    return (place ^ (place >> 8) ^ name.size()) % kSlots;
  }
  const Entry& find(std::string_view name);

  NumberedName empty_{.number = 0, .hash = hash_of({})};
  std::map<std::string, NumberedName, std::less<>> names_;
  std::vector<std::string_view> new_;
  std::array<Recent, kSlots> recent_{};

  static uint64_t hash_of(std::string_view name);
};

}  // namespace seedbed
