// The words of two-phase commit: transactions, what they do to a key, and where a key lives.
//
// Bernstein, Hadzilacos, Goodman: "Concurrency Control and Recovery in Database Systems" (1987) is
// cited as BHG; chapter 7 is about atomic commitment.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/ids.h"

namespace seedbed::two_phase_commit {

// The name of a transaction, for all time: its coordinator, which life of that, and a number. The
// coordinator's life is on its disk before it names anything in it.
struct TxnId {
  NodeId coordinator{};
  uint64_t incarnation = 0;
  uint64_t n = 0;

  auto operator<=>(const TxnId&) const = default;
};

// The order in which transactions may wound each other: the earlier one is the older. By whose
// clock it was begun does not matter, as long as everybody agrees.
struct Age {
  int64_t begun = 0;
  TxnId id;

  auto operator<=>(const Age&) const = default;
};

// What a transaction does to one key. A value is bytes: a list of elements, or a number.
enum class Act : uint8_t {
  kRead = 1,
  kWrite,        // puts the value
  kErase,        // the key has no value then
  kAppend,       // puts an element behind a list
  kAdd,          // adds to a number, which must not become negative
  kReadToWrite,  // reads what this transaction will write
};
struct Step {
  Act act = Act::kRead;
  std::string key;
  std::string value;    // kWrite; kAppend: the element
  int64_t amount = 0;   // kAdd
  int64_t opening = 0;  // kAdd: the number of a key that has no value

  bool writes() const { return act != Act::kRead && act != Act::kReadToWrite; }
  // Nobody else may read it meanwhile.
  bool excludes() const { return act != Act::kRead; }
};

// A value before and after a transaction; nothing: the key has none.
using Value = std::optional<std::string>;
struct Write {
  std::string key;
  Value before;
  Value after;

  bool operator==(const Write&) const = default;
};

// Of `count` participants, the one that keeps the key: by the sum of its bytes, so that keys that
// are numbered are spread evenly.
inline size_t home_of(std::string_view key, size_t count) {
  size_t sum = 0;
  for (const char byte : key) sum += static_cast<unsigned char>(byte);
  return sum % count;
}

}  // namespace seedbed::two_phase_commit
