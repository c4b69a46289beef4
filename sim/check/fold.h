// Folding: what lies before a moment of a history, taken into the state that the rest begins with.
// Counters and mutexes forget everything but a number and a bit, so that their contradictions need
// not begin with the history.
//
//   const std::optional<Fold> fold = fold_before(model, history, entries, before);
//   fold->operations;      // 1234: so many had ended
//   fold->state;           // "617": and this is what they made
//
// The rules, each with why it is sound. L is an order that explains the whole.
//   1. Counters: an addition that happened and had ended before any read that is kept began. In L
//      it stands before all these reads; additions commute and are legal everywhere; so it may be
//      put first, and every kept read sees the same sum. The additions that are not folded must all
//      be kept.
//   2. Mutexes: what happened and had ended before the moment, if acquires less releases make a
//      state: "free" or "held". Cut L behind the last of these operations. Before the cut stand
//      these, and some others, P. Each of P had been called before the moment, and none had ended
//      by then, or it would be one of these: so P may happen in any order at the moment, before all
//      that stand behind the cut. The state at the cut is the folded one with what P adds; both are
//      0 or 1, so P can be ordered to acquire and release in turn. That order, and what stands
//      behind the cut, is legal from the folded state.
//   3. Counters, again: a read lies between what must have been added since a moment at which the
//      number is known, and what may have been. The moment is the beginning, or another read that
//      had returned before. In L, an addition stands between two reads if it began after the first
//      had returned and ended before the second began; not, if it ended before the first began, or
//      began after the second had returned; and otherwise perhaps. So the sum of the sure ones, and
//      all that are negative (positive) among the others, is the least (most) that L can have
//      between them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/model.h"

namespace seedbed {

struct Fold {
  EventIndex before{};
  uint64_t operations = 0;  // that ended before it and changed something
  std::string state;        // as a text: Convention::initial

  bool operator==(const Fold& other) const = default;
};

// `entries` are those of one key. nullopt: the model has no such rule, or there is no state.
std::optional<Fold> fold_before(const Model& model, const History& history,
                                const std::vector<const Entry*>& entries, EventIndex before);
// Whether the operation is in a fold.
bool is_folded(const Model& model, const History& history, const Entry& entry, EventIndex before);

// What rule 3 says of a read.
struct Counted {
  uint64_t sure = 0;     // additions that stand between
  uint64_t perhaps = 0;  // that may
  int64_t least = 0;     // that the read can have found
  int64_t most = 0;

  bool operator==(const Counted& other) const = default;
};

// The change of a counter by an addition.
int64_t amount_of(const Operation& operation);
// What a read of a counter found; nullopt: it is no read, or nobody knows.
std::optional<int64_t> number_found(const History& history, const Entry& entry);

// `first` is nullptr (from the beginning), or a read that had returned before `read` began. Both
// were answered. nullopt: it is not about a counter, or the numbers are too large to add up.
std::optional<Counted> count_additions(const Model& model, const History& history,
                                       const std::vector<const Entry*>& entries, const Entry* first,
                                       const Entry& read);

}  // namespace seedbed
