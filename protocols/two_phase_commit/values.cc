#include "protocols/two_phase_commit/values.h"

#include "sim/core/stored_values.h"

namespace seedbed::two_phase_commit {

Done execute(const Step& step, const Value& before) {
  switch (step.act) {
    case Act::kRead:
    case Act::kReadToWrite: return {.refused = false, .after = before};
    case Act::kWrite: return {.refused = false, .after = step.value};
    case Act::kErase: return {.refused = false, .after = std::nullopt};
    case Act::kAppend:
      return {.refused = false, .after = appended(before.value_or(std::string()), step.value)};
    case Act::kAdd: break;
  }
  const std::optional<int64_t> number = before ? decode_number(*before) : step.opening;
  if (!number || *number + step.amount < 0) return {.refused = true, .after = before};
  return {.refused = false, .after = encode_number(*number + step.amount)};
}

}  // namespace seedbed::two_phase_commit
