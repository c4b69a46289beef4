#include "sim/history/formats/session_draft.h"

#include "sim/core/check.h"

namespace seedbed {

void SessionDraft::begin(const Begin& begin) {
  Entry& entry = parts_.entries.emplace_back();
  entry.id = parts_.entries.size();
  entry.client = NodeId{begin.session};
  entry.operation.function = kTransaction;
  entry.invoked = EventIndex{parts_.entries.size()};
  entry.place = begin.place;
  entry.steps.first = static_cast<uint32_t>(parts_.steps.size());
}

void SessionDraft::step(const Step& step) {
  CHECK(!parts_.entries.empty());
  parts_.steps.push_back(step);
  ++parts_.entries.back().steps.count;
}

void SessionDraft::end(Outcome outcome, std::string_view reason) {
  CHECK(!parts_.entries.empty());
  Entry& entry = parts_.entries.back();
  if (outcome == Outcome::kOk) {
    entry.response = Response::done();
    return;
  }
  entry.response = outcome == Outcome::kFail ? Response::fail(std::string(reason))
                                             : Response::info(std::string(reason));
  // What it read is not known to have been there.
  for (uint32_t i = 0; i < entry.steps.count; ++i) {
    Step& step = parts_.steps[entry.steps.first + i];
    if (step.found == Found::kUnknown) continue;
    step.found = Found::kUnknown;
    step.value = kNoValue;
  }
}

HistoryParts SessionDraft::take(Places places) {
  parts_.order = Order::kSessions;
  parts_.places = places;
  return std::move(parts_);
}

}  // namespace seedbed
