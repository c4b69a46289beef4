#include "sim/history/history.h"

#include <fmt/core.h>

#include <algorithm>

#include "sim/core/check.h"

namespace seedbed {
namespace {

bool fits(const Range& range, size_t size) {
  return range.count == 0 || uint64_t{range.first} + range.count <= size;
}

template <class T>
std::span<const T> piece(const std::vector<T>& table, const Range& range) {
  if (range.count == 0) return {};
  return std::span<const T>(table).subspan(range.first, range.count);
}

std::string joined(const History& history, std::span<const ValueId> elements) {
  std::string text = "[";
  for (const ValueId element : elements) {
    if (text.size() > 1) text += ' ';
    if (text.size() > 60) return text + "...]";
    text += history.text(element);
  }
  return text + ']';
}

std::string to_string(const History& history, const Step& step) {
  std::string text = fmt::format("[{} {}", to_string(step.kind), history.text(step.key));
  if (step.found == Found::kNothing) return text + " nothing]";
  if (step.found == Found::kCollection)
    return text + ' ' + joined(history, history.elements(step)) + ']';
  if (step.value != kNoValue) text += fmt::format(" {}", history.text(step.value));
  return text + ']';
}

}  // namespace

std::string_view to_string(StepKind kind) {
  switch (kind) {
    case StepKind::kRead: return "read";
    case StepKind::kWrite: return "write";
    case StepKind::kAppend: return "append";
    case StepKind::kInsert: return "insert";
    case StepKind::kDelete: return "delete";
    case StepKind::kPredicateRead: return "predicate-read";
  }
  return "unknown";
}

History::History(std::vector<Entry> entries)
    : History(HistoryParts{.entries = std::move(entries)}) {}

History::History(HistoryParts parts) : parts_(std::move(parts)) {
  const std::vector<Entry>& entries = parts_.entries;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) CHECK(entries[i - 1].invoked < entries[i].invoked);
    CHECK(fits(entries[i].steps, parts_.steps.size()));
    CHECK(fits(entries[i].elements, parts_.elements.size()));
  }
  for (const Step& step : parts_.steps) CHECK(fits(step.elements, parts_.elements.size()));
}

std::span<const Step> History::steps(const Entry& entry) const {
  return piece(parts_.steps, entry.steps);
}

std::span<const ValueId> History::elements(const Step& step) const {
  return piece(parts_.elements, step.elements);
}

std::span<const ValueId> History::elements(const Entry& entry) const {
  return piece(parts_.elements, entry.elements);
}

std::string History::place_of(const Entry& entry) const {
  if (parts_.places == Places::kNone || entry.place == 0) return "";
  return fmt::format("{} {}", parts_.places == Places::kLines ? "line" : "byte", entry.place);
}

size_t History::bytes() const {
  return parts_.entries.capacity() * sizeof(Entry) + parts_.steps.capacity() * sizeof(Step) +
         parts_.elements.capacity() * sizeof(ValueId) + parts_.values.bytes();
}

std::string describe(const History& history, const Entry& entry) {
  if (!entry.ok() || !entry.found_collection) return describe(entry.operation, entry.response);
  return "returned " + joined(history, history.elements(entry));
}

std::string to_string(const History& history, const Entry& entry) {
  if (!entry.is_transaction()) return to_string(entry.operation);
  std::string text = entry.operation.function + '(';
  for (const Step& step : history.steps(entry)) {
    if (text.back() == ']') text += ' ';
    text += to_string(history, step);
  }
  return text + ')';
}

}  // namespace seedbed
