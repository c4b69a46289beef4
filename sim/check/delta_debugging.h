// Delta debugging (Zeller and Hildebrandt, IEEE TSE 2002): makes something small by leaving out
// part after part, large ones first, for as long as what remains still fails.
//
//   leave_out_parts([&] { return chosen.size(); }, [&](size_t begin, size_t end) {
//     return still_fails_without(begin, end);      // and makes `chosen` smaller if so
//   });
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace seedbed {

// All but [begin, end).
inline std::vector<size_t> without(const std::vector<size_t>& all, size_t begin, size_t end) {
  std::vector<size_t> rest(all.begin(), all.begin() + static_cast<ptrdiff_t>(begin));
  rest.insert(rest.end(), all.begin() + static_cast<ptrdiff_t>(end), all.end());
  return rest;
}

// `size` tells how much there is now; `drop(begin, end)` tries to do without that part, and says
// whether it did. Ends when no single thing can go; `drop` may refuse everything to end it sooner.
template <class Size, class Drop>
void leave_out_parts(Size size, Drop drop) {
  for (size_t parts = 2; size() > 1;) {
    const size_t all = size();
    parts = std::min(parts, all);
    bool dropped = false;
    for (size_t part = 0; part < parts && !dropped; ++part) {
      dropped = drop(all * part / parts, all * (part + 1) / parts);
    }
    if (!dropped && parts == all) return;
    parts = dropped ? std::max<size_t>(parts - 1, 2) : parts * 2;
  }
}

}  // namespace seedbed
