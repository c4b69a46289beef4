// caller_name: who called a guarded function, as a name that means something to a reader.
#pragma once

#include <array>

namespace seedbed {

struct CallerName {
  std::array<char, 200> text{};  // ends with a zero
};

// Whoever called, beginning with the frame that `from` returns to: the innermost function that is
// not one of the C or C++ library's; cut where it is long. "program+0x1a2b" where there are no
// names. Allocates, and reads the program's file: only outside of a run's memory.
CallerName caller_name(const void* from);

}  // namespace seedbed
