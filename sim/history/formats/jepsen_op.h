// Operations as Jepsen's maps tell them, whatever notation they came in: each event is an
// invocation or a return, and a process does one thing at a time.
//
//   HistoryParts parts = read_operations(open, &findings);
//
// What is understood (https://github.com/jepsen-io/jepsen, history in jepsen.history):
//   :type     invoke, ok (it happened), fail (it did not), info (unknown)
//   :process  a number: a client. A name (:nemesis): kept aside. Missing: an event is paired with
//             the oldest invocation that it fits
//   :f :value the function and what it was asked or found; read before a return, nil
//   :time :index :error :node   optional; the index must ascend
// Of independent keys, the value is [key value]; that is concluded if all values are such pairs,
// unless the first operation says (:seedbed/keyed).
#pragma once

#include <functional>
#include <memory>

#include "sim/history/finding.h"
#include "sim/history/formats/datum.h"
#include "sim/history/history.h"

namespace seedbed {

// The parts of an operation's map; what is missing is a Datum without a form.
struct JepsenOp {
  Datum type, process, function, value, error, node, time, index;
  Datum key;  // of its own (Porcupine); else the value may have it
  // What tells an operation of ours from what Jepsen's tools make of it (see edn_writer.h).
  Datum own_function, own_answer, own_order, own_keyed;
  uint64_t place = 0;
};

// Takes the parts out of a map. Throws BadInput if it is none.
JepsenOp op_of(Datum map);

// Gives one operation after the other, and false at the end. What it gives is valid until the next
// call.
using OpSource = std::function<bool(JepsenOp*)>;

struct OperationOptions {
  // All values are strings, and their texts are their bytes: "5" is 5. So that they can be appended
  // to one another.
  bool only_strings = false;
};

// `open` begins anew: the operations are looked at twice.
HistoryParts read_operations(const std::function<OpSource()>& open, Findings* findings,
                             const OperationOptions& options = {});

}  // namespace seedbed
