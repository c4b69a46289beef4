#include "sim/history/formats/duplicates.h"

#include <fmt/core.h>

#include <algorithm>

namespace seedbed {
namespace {

struct Write {
  uint64_t key_and_value = 0;
  uint32_t entry = 0;
};

bool writes(const Step& step) {
  return step.kind == StepKind::kWrite || step.kind == StepKind::kAppend ||
         step.kind == StepKind::kInsert;
}

std::vector<Write> sorted_writes(const HistoryParts& parts) {
  std::vector<Write> result;
  for (uint32_t i = 0; i < parts.entries.size(); ++i) {
    const Entry& entry = parts.entries[i];
    for (uint32_t s = 0; s < entry.steps.count; ++s) {
      const Step& step = parts.steps[entry.steps.first + s];
      if (!writes(step)) continue;
      result.push_back({uint64_t{number(step.key)} << 32 | number(step.value), i});
    }
  }
  std::sort(result.begin(), result.end(), [](const Write& a, const Write& b) {
    return a.key_and_value != b.key_and_value ? a.key_and_value < b.key_and_value
                                              : a.entry < b.entry;
  });
  return result;
}

}  // namespace

void find_duplicates(const HistoryParts& parts, Findings* findings) {
  const std::vector<Write> all = sorted_writes(parts);
  for (size_t i = 1; i < all.size(); ++i) {
    if (all[i].key_and_value != all[i - 1].key_and_value) continue;
    const Entry& entry = parts.entries[all[i].entry];
    const Entry& before = parts.entries[all[i - 1].entry];
    const auto key = ValueId{static_cast<uint32_t>(all[i].key_and_value >> 32)};
    const auto value = ValueId{static_cast<uint32_t>(all[i].key_and_value)};
    const std::string_view unit = parts.places == Places::kBytes ? "byte" : "line";
    findings->add(FindingKind::kDuplicateValue, entry.place,
                  fmt::format("the value {} is written to {} again", parts.values.text(value),
                              parts.values.text(key)),
                  fmt::format("one that was not written on {} {}", unit, before.place));
  }
}

}  // namespace seedbed
