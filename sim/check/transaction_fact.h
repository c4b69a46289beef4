// How checkers of transactions show one of them among their facts.
#pragma once

#include "sim/check/checker.h"
#include "sim/history/history.h"

namespace seedbed {

// The transaction, with what it asked and found, at the moment when it returned.
inline Fact transaction_fact(const History& history, const Entry& entry) {
  const bool returned = entry.returned != kNoEvent;
  return {.event = returned ? entry.returned : entry.invoked,
          .time = returned ? entry.returned_at : entry.invoked_at,
          .node = entry.client,
          .text = to_string(history, entry) + ' ' +
                  (entry.ok() ? "ended ok" : describe(history, entry))};
}

}  // namespace seedbed
