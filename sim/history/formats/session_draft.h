// SessionDraft: a history of transactions, each in a session, without an order of time.
//
//   SessionDraft draft;
//   draft.begin({.session = 1, .place = 7});
//   draft.step({.kind = StepKind::kWrite, .key = draft.value(0), .value = draft.value(5)});
//   draft.end(Outcome::kOk);
//   return draft.take(Places::kLines);
//
// The order of a session's transactions is that in which they begin.
#pragma once

#include <string>

#include "sim/history/history.h"

namespace seedbed {

class SessionDraft {
 public:
  struct Begin {
    uint32_t session = 0;
    uint64_t place = 0;
  };

  ValueId value(int64_t number) { return parts_.values.intern(number); }
  ValueId value(std::string_view text) { return parts_.values.intern(text); }

  Values* values() { return &parts_.values; }

  void begin(const Begin& begin);
  // Of the transaction that began last.
  void step(const Step& step);
  void end(Outcome outcome, std::string_view reason = "aborted");

  HistoryParts take(Places places);

 private:
  HistoryParts parts_;
};

}  // namespace seedbed
