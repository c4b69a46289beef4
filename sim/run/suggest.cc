#include "sim/run/suggest.h"

#include <fmt/format.h>

#include <algorithm>

namespace seedbed {
namespace {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitution});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest(std::string_view wanted, const std::vector<std::string>& names) {
  std::string best;
  size_t best_distance = std::max<size_t>(2, wanted.size() / 3) + 1;
  for (const std::string& name : names) {
    size_t distance = edit_distance(wanted, name);
    // The last part of a longer name counts too: 'partitions' means 'raft/partitions'.
    const size_t slash = name.find_last_of("/.");
    if (slash != std::string::npos) {
      distance = std::min(distance, edit_distance(wanted, name.substr(slash + 1)));
    }
    if (distance < best_distance) {
      best_distance = distance;
      best = name;
    }
  }
  return best;
}

std::string unknown_name(std::string_view what, std::string_view wanted,
                         const std::vector<std::string>& names, std::string_view how_to_list) {
  const std::string candidate = nearest(wanted, names);
  return fmt::format("unknown {} '{}'{} ({})", what, wanted,
                     candidate.empty() ? "" : fmt::format("; did you mean '{}'?", candidate),
                     how_to_list);
}

}  // namespace seedbed
