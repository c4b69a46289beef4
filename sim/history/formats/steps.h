// Transactions as vectors of micro-operations: [[:append x 1] [:r y [1 2]] [:w z 3]].
#pragma once

#include <optional>

#include "sim/history/formats/datum.h"
#include "sim/history/history.h"

namespace seedbed {

// Interns a value.
ValueId intern(Values* values, const Datum& datum);

// Appends the parts of a vector, list or set to the history's elements.
Range add_elements(HistoryParts* parts, const Datum& collection);

// Whether a value is the steps of a transaction: one or more vectors that begin with the name of a
// micro-operation.
bool is_steps(const Datum& value);

// Appends steps. What reads found is kept if `done`, else it is unknown. Throws BadInput if a
// micro-operation lacks a part.
Range add_steps(HistoryParts* parts, const Datum& value, bool done);

// Fills in what the steps in `range` found, from the return of their transaction. False if these
// are other steps than were asked for.
bool complete_steps(HistoryParts* parts, Range range, const Datum& value);

}  // namespace seedbed
