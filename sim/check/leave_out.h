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
//      Transactions: the same, for each register of which a kept transaction tells what it found.
//      A transaction gives all that it writes, and is struck or stays as a whole.
//      Mutexes: to acquire needs a release, to release an acquire. If both are there, everything is
//      needed. If nobody releases, a legal order has one acquire at most, and may lose it.
//      Sets: each element is a register that holds whether it is there.
//      Lists, queues, stacks, priority queues: an element is needed and given by all that name it.
//      Strike all operations on some elements out of L: each state loses just these elements, which
//      nobody who is left had named.
//   5. A take of unknown outcome (takes_unknown), unless it may have taken an element that a kept
//      operation names. It cannot have taken one of which kept operations are known to have taken
//      as many as were ever put. So in L it took an element that is struck, and goes with it, or it
//      took nothing. If it is kept, it may be struck or not.
//   6. Reads of all elements of sets and lists need all that they found; but if the elements are
//      named that a contradiction is about, only these are looked at. Strike all others out of L
//      and out of what reads found: each state loses just these. Then everything that changes one
//      of the elements must be kept, and nothing that names another one may be.
//   7. Of a register (or an element of a set), an operation X that happened and ended before
//      another one began, W, which is kept, happened, and left a state of its own (Touch::sets); if
//      all that is kept and needs what X gives began after the end of W. In L, X stands before W
//      and these behind it; so none of them comes directly after X, among the writers.
//   Other models: everything gives everything. sim/check/fold.h has what counters and mutexes allow
//   beyond this.
#pragma once

#include <optional>
#include <set>
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
  // The register whose state does not depend on what stood there before: "", or an element. Of
  // sets, it is the element of all operations that name one.
  std::optional<std::string> sets;
  // Queues, stacks and priority queues: what is put, or taken, is the element in `gives`.
  bool puts = false;
  bool takes = false;
  bool takes_unknown = false;  // nobody knows which
};

// `initial` is the state of the object before everything. `exchange` has a response if the
// operation was answered.
Touch touch_of(const Model& model, std::string_view initial, const Exchange& exchange);

// Whether rule 6 holds for the model.
bool has_elements(const Model& model);
// True if it finds all elements of a set or a list, so that it names none of them.
bool reads_all_elements(const Model& model, const Exchange& exchange);

// These operations alone. `about`: with that initial text instead of the history's, and with these
// elements only in what reads found; nullptr: as it is. The entries are in the order of their
// invocations.
History only(const History& history, const std::vector<const Entry*>& entries,
             const std::optional<std::string>& initial, const std::set<std::string>* about);

// The answer that counts, by the convention of the history: nullptr if nobody knows what happened,
// or if it had no effect (Outcome::kFail).
const Response* answer_of(const History& history, const Entry& entry);

// The state of the model's objects at first, by the convention of the history. nullopt: the model
// has none such.
std::optional<std::string> first_state(const Model& model, const History& history);

}  // namespace seedbed
