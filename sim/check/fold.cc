#include "sim/check/fold.h"

#include <algorithm>
#include <charconv>

#include "sim/check/leave_out.h"

namespace seedbed {
namespace {

// A sum of 64-bit amounts does not overflow it.
using Sum = __int128;
// Counters wrap at 64 bits: what comes near to that is not judged.
constexpr Sum kLargest = Sum{1} << 62;

bool is_counter(const Model& model) { return model.name == "counter"; }
bool is_mutex(const Model& model) { return model.name == "mutex"; }

std::optional<int64_t> number_in(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool all = error == std::errc() && end == text.data() + text.size();
  return all ? std::optional(value) : std::nullopt;
}

std::optional<int64_t> first_number(const Model& model, const History& history) {
  const std::optional<std::string> initial = first_state(model, history);
  return initial ? number_in(*initial) : std::nullopt;
}

}  // namespace

int64_t amount_of(const Operation& operation) {
  // Wraps, as the model does.
  const auto size = static_cast<uint64_t>(operation.amount);
  return static_cast<int64_t>(operation.function == kDecrement ? -size : size);
}

std::optional<int64_t> number_found(const History& history, const Entry& entry) {
  const Response* answer = answer_of(history, entry);
  if (entry.operation.function != kRead || answer == nullptr) return std::nullopt;
  return answer->output ? number_in(*answer->output) : answer->number;
}

bool is_folded(const Model& model, const History& history, const Entry& entry, EventIndex before) {
  if (is_counter(model) && entry.operation.function == kRead) return false;
  const bool ended = entry.returned != kNoEvent && entry.returned < before;
  return ended && answer_of(history, entry) != nullptr;
}

std::optional<Fold> fold_before(const Model& model, const History& history,
                                const std::vector<const Entry*>& entries, EventIndex before) {
  const std::optional<std::string> initial = first_state(model, history);
  if (!initial || !(is_counter(model) || is_mutex(model))) return std::nullopt;
  Fold fold{.before = before};
  uint64_t sum = is_mutex(model) ? (initial->empty() ? 0 : 1)
                                 : static_cast<uint64_t>(number_in(*initial).value_or(0));
  for (const Entry* entry : entries) {
    if (!is_folded(model, history, *entry, before)) continue;
    ++fold.operations;
    if (is_counter(model)) {
      sum += static_cast<uint64_t>(amount_of(entry->operation));
    } else {
      sum += entry->operation.function == kAcquire ? 1 : ~uint64_t{0};
    }
  }
  if (is_mutex(model) && sum > 1) return std::nullopt;
  fold.state = is_counter(model) ? std::to_string(static_cast<int64_t>(sum))
                                 : std::string(sum == 0 ? "free" : "held");
  return fold;
}

std::optional<Counted> count_additions(const Model& model, const History& history,
                                       const std::vector<const Entry*>& entries, const Entry* first,
                                       const Entry& read) {
  if (!is_counter(model)) return std::nullopt;
  const std::optional<int64_t> from =
      first == nullptr ? first_number(model, history) : number_found(history, *first);
  const bool in_order = first == nullptr || precedes(*first, read);
  if (!from || !in_order || !number_found(history, read)) return std::nullopt;
  Counted counted;
  Sum least = *from, most = *from;
  for (const Entry* entry : entries) {
    const bool failed = entry->outcome() == Outcome::kFail;
    if (failed || entry->operation.function == kRead || entry->invoked > read.returned) continue;
    const Sum amount = amount_of(entry->operation);
    const bool sure = entry->ok() && entry->returned < read.invoked &&
                      (first == nullptr || first->returned < entry->invoked);
    const bool gone = first != nullptr && precedes(*entry, *first);
    if (gone) continue;
    ++(sure ? counted.sure : counted.perhaps);
    least += sure ? amount : std::min<Sum>(amount, 0);
    most += sure ? amount : std::max<Sum>(amount, 0);
  }
  if (least < -kLargest || most > kLargest) return std::nullopt;
  counted.least = static_cast<int64_t>(least);
  counted.most = static_cast<int64_t>(most);
  return counted;
}

}  // namespace seedbed
