// Which operations may be left out of a history so that, if the rest cannot be explained, the whole
// cannot be either. Counterexamples become small by it, and certificates are checked with it.
//
//   const Touch touch = touch_of(model, initial, exchange);
//   touch.needs;       // of read(x) = "3": {"=3"}
//   touch.gives;       // of write(x,"3"): {"=3"}
//
// The rules, each with why it is sound. Let L be an order that explains the whole; an order that
// explains the rest must follow from it.
//   1. What had not been invoked when the prefix ends, and what failed: a prefix of a history that
//      can be explained can be explained (Herlihy and Wing, TOPLAS 1990), and L has no failed ones.
//   2. Pure operations: without them L stays as it is.
//   3. An operation that happened may be taken for one that may have happened, or not, at any time
//      after its invocation: L is still an order.
//   4. An operation that changes something, if nothing that it gives is needed by what is kept; and
//      nothing that is kept needs anything at all (needs_any).
//      Registers: what is needed is the value that was seen, what is given the value that is left.
//      Strike all writers of values that nobody sees out of L: whoever sees a value still comes
//      directly after its writer, among the writers that are left. A cas that found another value
//      may have seen any of those that were struck, and an append builds on what stood there: both
//      need everything.
//      Sets, lists, queues, stacks, priority queues: an element is needed and given by all that
//      name it. Strike all operations on some elements out of L: each state loses just these
//      elements, which nobody who is left had named. A dequeue of unknown outcome may have taken
//      any of them: it gives everything, so it is always kept, and may be struck or not.
//      Other models: everything gives everything.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/model.h"

namespace seedbed {

struct Touch {
  std::vector<std::string> gives;
  std::vector<std::string> needs;
  bool gives_any = false;
  bool needs_any = false;
};

// `initial` is the state of the object before everything. `exchange` has a response if the
// operation was answered.
Touch touch_of(const Model& model, std::string_view initial, const Exchange& exchange);

// The answer that counts, by the convention of the history: nullptr if nobody knows what happened,
// or if it had no effect (Outcome::kFail).
const Response* answer_of(const History& history, const Entry& entry);

// The state of the model's objects at first, by the convention of the history. nullopt: the model
// has none such.
std::optional<std::string> first_state(const Model& model, const History& history);

}  // namespace seedbed
