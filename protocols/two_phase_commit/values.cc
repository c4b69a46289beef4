#include "protocols/two_phase_commit/values.h"

#include "sim/core/bytes.h"
#include "sim/core/check.h"

namespace seedbed::two_phase_commit {

std::string encode_number(int64_t number) {
  ByteWriter out;
  out.u64(static_cast<uint64_t>(number));
  return out.take();
}

std::optional<int64_t> decode_number(std::string_view value) {
  ByteReader in(value);
  const auto number = static_cast<int64_t>(in.u64());
  if (!in.finished()) return std::nullopt;
  return number;
}

std::string appended(std::string_view list, std::string_view element) {
  ByteWriter out;
  out.raw(list);
  out.string(element);
  return out.take();
}

std::vector<std::string> decode_list(std::string_view list) {
  std::vector<std::string> elements;
  ByteReader in(list);
  while (!in.finished() && in.ok()) elements.push_back(in.string());
  return elements;
}

Done execute(const Step& step, const Value& before) {
  switch (step.act) {
    case Act::kRead: return {.refused = false, .after = before};
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
