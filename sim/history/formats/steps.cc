#include "sim/history/formats/steps.h"

#include <fmt/core.h>

#include <array>

#include "sim/history/formats/bad_input.h"

namespace seedbed {
namespace {

struct MicroOperation {
  std::string_view name;
  StepKind kind;
  size_t parts;  // with the name
};

constexpr std::array<MicroOperation, 8> kMicroOperations = {{
    {"r", StepKind::kRead, 3},
    {"append", StepKind::kAppend, 3},
    {"w", StepKind::kWrite, 3},
    {"read", StepKind::kRead, 3},
    {"write", StepKind::kWrite, 3},
    {"insert", StepKind::kInsert, 3},
    {"delete", StepKind::kDelete, 2},
    {"rp", StepKind::kPredicateRead, 3},
}};

const MicroOperation* micro_operation(const Datum& step) {
  if (!step.is_sequence() || step.size() == 0) return nullptr;
  const Datum name = *step.begin();
  if (!name.is_name()) return nullptr;
  const std::string_view text = name.text();
  for (const MicroOperation& known : kMicroOperations) {
    if (known.name == text) return &known;
  }
  return nullptr;
}

void fill_found(HistoryParts* parts, const Datum& value, Step* step) {
  if (value.is_nil()) {
    step->found = Found::kNothing;
  } else if (value.kind() >= DatumKind::kVector && !value.is(DatumKind::kTagged)) {
    step->found = Found::kCollection;
    step->elements = add_elements(parts, value);
  } else {
    step->found = Found::kValue;
    step->value = intern(&parts->values, value);
  }
}

Step step_of(HistoryParts* parts, const Datum& datum, bool done) {
  const MicroOperation& known = *micro_operation(datum);
  const bool reads = known.kind == StepKind::kRead || known.kind == StepKind::kPredicateRead;
  const bool may_lack_result = reads && datum.size() == 2;
  if (datum.size() != known.parts && !may_lack_result) {
    throw BadInput(FindingKind::kWrongType, datum.offset(),
                   fmt::format("the micro-operation {}", shown(datum)),
                   fmt::format("{} parts", known.parts));
  }
  Datum::Iterator part = datum.begin();
  ++part;
  Step step{.kind = known.kind, .key = intern(&parts->values, *part)};
  if (datum.size() == 2) return step;
  ++part;
  if (!reads) {
    step.value = intern(&parts->values, *part);
  } else if (done) {
    fill_found(parts, *part, &step);
  }
  return step;
}

}  // namespace

ValueId intern(Values* values, const Datum& datum) {
  if (datum.is(DatumKind::kInteger)) return values->intern(datum.integer());
  return values->intern(canonical_text(datum));
}

Range add_elements(HistoryParts* parts, const Datum& collection) {
  Range range{.first = static_cast<uint32_t>(parts->elements.size())};
  if (parts->elements.size() + collection.size() > UINT32_MAX) {
    throw BadInput(FindingKind::kAbsurdCount, collection.offset(),
                   "more than 2^32 elements in what was read");
  }
  for (const Datum& part : collection) {
    const ValueId element = intern(&parts->values, part);
    parts->elements.push_back(element);
    ++range.count;
  }
  return range;
}

bool is_steps(const Datum& value) {
  if (!value.is_sequence() || value.size() == 0) return false;
  for (const Datum& step : value) {
    if (micro_operation(step) == nullptr) return false;
  }
  return true;
}

Range add_steps(HistoryParts* parts, const Datum& value, bool done) {
  Range range{.first = static_cast<uint32_t>(parts->steps.size())};
  for (const Datum& datum : value) {
    const Step step = step_of(parts, datum, done);
    parts->steps.push_back(step);
    ++range.count;
  }
  return range;
}

bool complete_steps(HistoryParts* parts, Range range, const Datum& value) {
  if (value.size() != range.count) return false;
  uint32_t at = range.first;
  for (const Datum& datum : value) {
    if (micro_operation(datum) == nullptr) return false;
    const Step step = step_of(parts, datum, true);
    Step& asked = parts->steps[at++];
    const bool writes = asked.found == Found::kUnknown && asked.value != kNoValue;
    if (asked.kind != step.kind || asked.key != step.key) return false;
    if (writes && asked.value != step.value) return false;
    asked = step;
  }
  return true;
}

}  // namespace seedbed
