#include <fmt/format.h>

#include <utility>

#include "sim/core/check.h"
#include "sim/history/history.h"
#include "sim/history/history.pb.h"

namespace seedbed {
namespace {

const history::Operation& payload_of(const TraceEvent& event) {
  const auto* payload = dynamic_cast<const history::Operation*>(event.payload);
  if (payload == nullptr) refuse(event, "does not say what was asked or answered");
  return *payload;
}

StepKind kind_of(const TransactionStep& step) {
  if (step.act == TransactionStep::Act::kAppend) return StepKind::kAppend;
  return step.act == TransactionStep::Act::kWrite ? StepKind::kWrite : StepKind::kRead;
}

}  // namespace

void refuse(const TraceEvent& event, std::string_view why) {
  throw ConfigError(fmt::format("event {}: the {} of operation {} by node {} {}",
                                number(event.index),
                                event.kind == EventKind::kInvoke ? "invocation" : "return",
                                event.id, number(event.node), why));
}

Entry entry_from(const TraceEvent& invoke) {
  Entry entry;
  entry.id = invoke.id;
  entry.client = invoke.node;
  entry.operation = operation_from(invoke.name, payload_of(invoke));
  entry.invoked = invoke.index;
  entry.invoked_at = invoke.time;
  return entry;
}

Response response_from(const TraceEvent& returned) {
  return response_from(outcome_from(returned.value), payload_of(returned));
}

void HistoryBuilder::on_event(const TraceEvent& event) {
  if (event.kind == EventKind::kInvoke) invoke(event);
  if (event.kind == EventKind::kReturn) complete(event);
}

void HistoryBuilder::invoke(const TraceEvent& event) {
  for (const uint32_t position : running_) {
    if (entries_[position].id == event.id) refuse(event, "comes while the same one is running");
  }
  running_.push_back(static_cast<uint32_t>(entries_.size()));
  entries_.push_back(entry_from(event));
  ask_steps(entries_.back());
}

void HistoryBuilder::complete(const TraceEvent& event) {
  // Backwards: those at the front are mostly clients that crashed long ago.
  size_t i = running_.size();
  while (i > 0 && entries_[running_[i - 1]].id != event.id) --i;
  if (i == 0) refuse(event, "has no invocation before it");
  last_returned_ = running_[i - 1];
  running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i - 1));
  Entry& entry = entries_[last_returned_];
  entry.response = response_from(event);
  entry.returned = event.index;
  entry.returned_at = event.time;
  const size_t answered = entry.response.steps.size();
  if (answered != 0 && answered != entry.steps.count) {
    refuse(event, fmt::format("has {} steps, but {} were asked for", answered, entry.steps.count));
  }
  answer_steps(entry);
}

// A history has the steps of all its transactions in one table.
void HistoryBuilder::ask_steps(Entry& entry) {
  std::vector<TransactionStep>& asked = entry.operation.steps;
  entry.steps = {.first = static_cast<uint32_t>(steps_.size()),
                 .count = static_cast<uint32_t>(asked.size())};
  for (const TransactionStep& step : asked) {
    steps_.push_back({.kind = kind_of(step),
                      .key = values_.intern(step.key),
                      .value = step.changes() ? values_.intern(step.value) : kNoValue});
  }
  asked.clear();
}

void HistoryBuilder::answer_steps(Entry& entry) {
  const std::vector<TransactionStep> answered = std::exchange(entry.response.steps, {});
  for (size_t i = 0; i < answered.size(); ++i) {
    Step& step = steps_[entry.steps.first + i];
    if (step.kind == StepKind::kRead) answer(answered[i], step);
  }
}

void HistoryBuilder::answer(const TransactionStep& answered, Step& step) {
  step.found = Found::kNothing;
  if (answered.found_value) {
    step.found = Found::kValue;
    step.value = values_.intern(*answered.found_value);
  }
  if (!answered.found_list) return;
  step.found = Found::kCollection;
  step.elements = {.first = static_cast<uint32_t>(elements_.size()),
                   .count = static_cast<uint32_t>(answered.found_list->size())};
  for (const std::string& element : *answered.found_list) {
    elements_.push_back(values_.intern(element));
  }
}

History HistoryBuilder::take() {
  running_.clear();
  last_returned_ = 0;
  HistoryParts parts;
  parts.entries = std::exchange(entries_, {});
  parts.steps = std::exchange(steps_, {});
  parts.elements = std::exchange(elements_, {});
  parts.values = std::exchange(values_, {});
  return History(std::move(parts));
}

}  // namespace seedbed
