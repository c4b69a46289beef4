// A configuration is the set of operations that have been placed, and the state after them. The
// search goes depth first through configurations; it never visits one twice.
//
// The candidates for the next place are the operations that were called before the first end in the
// list of those not yet placed: whatever ended earlier must come earlier. Invariants:
//   - lifted_ holds the placed operations in the order of their placing, the lists hold all others;
//   - nodes are put back in exactly the reverse order in which they were taken out, so that the
//     stale links of a node that is out of its list are right when it returns (Knuth's dancing
//     links);
//   - placed_, hash_ and lifted_ always describe the same set.
//
// Operations may be of several objects. A configuration has a state of each, and the rules below
// speak of the operations of one object: what is placed of another in between leaves its state as
// it is.
//
// Six rules cut the search without changing its verdict. "Completion" means: an order of operations
// that can follow the present configuration and in which all required ones are placed.
//
// (1) A pure candidate that is legal now is placed at once, and no alternative to it is tried. Take
//     any completion. The pure operation r is in it, since it is required. Take it out of its
//     place: it left the state as it was there (it is pure: it does so in every state in which it
//     is legal, not only in the present one), so the others stay legal. Put it first: it is legal
//     now, by assumption, and leaves the state as it is, so the others stay legal. Real time allows
//     that, for r is a candidate.
//     Note what would be wrong: to do so for every operation that leaves the *present* state as it
//     is. put(x,5) on 5 does, but it may be needed later, to follow a put(x,6).
// (2) An optional operation that leaves the state as it is, is not placed: any completion after it
//     is one without it, since it need not be placed at all.
// (3) Of two optional operations that are the same, the one called first is placed first: exchange
//     their places in a completion that has it otherwise. (If only the later one is in it, replace
//     it by the earlier one, which may take effect wherever the later one may.)
// (4) After an optional operation o, no blind one is placed before an observer, that is, one that
//     is neither blind nor growing. Take a completion with the fewest optional operations. If o is
//     followed by growing ones and then by a blind b, take o out: growing and blind operations are
//     legal in every state, and b leaves the same state; so there is a completion with fewer.
//     Moving a pure operation forward by (1), or exchanging twins by (3), leaves their number as it
//     is. While no observer has come, the configuration is `idle`; idle ones are remembered as
//     different from others, for fewer steps lead on.
// (5) If all operations that may come before the next look (the required pure operation that ends
//     first) are pure or growing, a state from which what it saw cannot grow is left at once.
// (6) An optional operation is placed only if some observer could follow it as (4) demands: one
//     whose state can grow from the state then, and which need not wait for a required blind
//     operation.
#include "sim/check/linear_search.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

constexpr uint32_t kNone = ~0u;
constexpr uint32_t kFarEnough = 64;              // rule (6) does not look further
constexpr uint64_t kPlaces = uint64_t{1} << 63;  // keeps states apart from operations

uint64_t first_code(uint64_t x) { return mix(x + 1, 0x243f6a8885a308d3ULL); }
uint64_t second_code(uint64_t x) { return mix(x + 1, 0x13198a2e03707344ULL); }

uint64_t place_of(uint32_t object, uint32_t state, bool idle) {
  return kPlaces | (uint64_t{object} << 34) | (uint64_t{state} << 1) | (idle ? 1 : 0);
}

}  // namespace

LinearSearch::LinearSearch(Transitions* transitions, std::vector<LinearOperation> operations,
                           const SearchOptions& options)
    : transitions_(*transitions), operations_(std::move(operations)), options_(options) {
  placed_.resize(operations_.size() / 64 + 1);
  build_lists();
  classify();
  arrive();
}

void LinearSearch::build_lists() {
  const auto count = static_cast<uint32_t>(operations_.size());
  required_head_ = 2 * count;
  required_tail_ = required_head_ + 1;
  optional_head_ = required_head_ + 2;
  optional_tail_ = required_head_ + 3;
  next_.resize(2 * count + 4);
  previous_.resize(2 * count + 4);

  std::vector<std::pair<uint64_t, uint32_t>> ends;
  for (uint32_t i = 0; i < count; ++i) {
    if (operations_[i].required) ends.emplace_back(operations_[i].end, i);
  }
  std::sort(ends.begin(), ends.end());

  uint32_t last_required = required_head_;
  uint32_t last_optional = optional_head_;
  auto append = [this](uint32_t* last, uint32_t node) {
    next_[*last] = node;
    previous_[node] = *last;
    *last = node;
  };
  size_t ended = 0;
  for (uint32_t i = 0; i < count; ++i) {
    // What touches is concurrent: a call comes before an end at the same position.
    const uint64_t before = operations_[i].call + (is(LinearDefect::kTouchingIsBefore) ? 1 : 0);
    while (ended < ends.size() && ends[ended].first < before) {
      append(&last_required, end_node(ends[ended++].second));
    }
    append(operations_[i].required ? &last_required : &last_optional, call_node(i));
  }
  while (ended < ends.size()) append(&last_required, end_node(ends[ended++].second));
  append(&last_required, required_tail_);
  append(&last_optional, optional_tail_);
}

void LinearSearch::classify() {
  const auto count = static_cast<uint32_t>(operations_.size());
  kinds_.resize(count);
  twins_.assign(count, kNone);
  stands_.assign(count, {kNone, kNone, kNone});
  objects_.resize(1);
  for (uint32_t i = 0; i < count; ++i) classify(i);

  std::vector<std::tuple<uint32_t, uint32_t, uint32_t>> optional;  // (object, what, operation)
  for (uint32_t i = 0; i < count; ++i) {
    const LinearOperation& operation = operations_[i];
    if (!operation.required) optional.emplace_back(operation.object, operation.what, i);
  }
  std::sort(optional.begin(), optional.end());
  for (size_t i = 1; i < optional.size(); ++i) {
    const auto& [object, what, operation] = optional[i];
    const auto& [object_before, what_before, operation_before] = optional[i - 1];
    if (object != object_before || what != what_before) continue;
    twins_[operation] = operation_before;
    if (!is(LinearDefect::kTwinsReversed)) continue;
    twins_[operation] = kNone;
    twins_[operation_before] = operation;
  }
  auto ends_first = [this](uint32_t a, uint32_t b) {
    return operations_[a].end < operations_[b].end;
  };
  for (Object& object : objects_) {
    std::sort(object.looks.operations.begin(), object.looks.operations.end(), ends_first);
    std::sort(object.blinds.operations.begin(), object.blinds.operations.end(), ends_first);
    auto stand = [this](const Row& row, uint32_t Stand::*place) {
      for (uint32_t i = 0; i < row.operations.size(); ++i) stands_[row.operations[i]].*place = i;
    };
    stand(object.looks, &Stand::look);
    stand(object.breaks, &Stand::bar);
    stand(object.blinds, &Stand::blind);
  }
}

void LinearSearch::classify(uint32_t i) {
  const LinearOperation& operation = operations_[i];
  kinds_[i] = transitions_.kind(operation.what);
  if (operation.object >= objects_.size()) objects_.resize(operation.object + 1);
  Object& object = objects_[operation.object];
  const bool pure = kinds_[i] == OperationKind::kPure;
  const bool blind = kinds_[i] == OperationKind::kBlind;
  const bool growing = kinds_[i] == OperationKind::kGrowing;
  const bool sees = transitions_.observed(operation.what) != Transitions::kIllegal;
  if (pure && sees && operation.required) object.looks.operations.push_back(i);
  if (!pure && !growing) object.breaks.operations.push_back(i);
  if (blind && operation.required) object.blinds.operations.push_back(i);
  if (!blind && !growing && !operation.required) object.observers.push_back(i);
}

void LinearSearch::unlink(uint32_t node) {
  next_[previous_[node]] = next_[node];
  previous_[next_[node]] = previous_[node];
}

void LinearSearch::relink(uint32_t node) {
  next_[previous_[node]] = node;
  previous_[next_[node]] = node;
}

void LinearSearch::flip(uint32_t operation) {
  placed_[operation / 64] ^= uint64_t{1} << (operation % 64);
  hash_[0] ^= first_code(operation);
  hash_[1] ^= second_code(operation);
}

void LinearSearch::lift(uint32_t operation) {
  if (operations_[operation].required) unlink(end_node(operation));
  unlink(call_node(operation));
  flip(operation);
  lifted_.push_back({operation, objects_[operations_[operation].object].idle});
}

void LinearSearch::unlift() {
  const auto [operation, idle] = lifted_.back();
  lifted_.pop_back();
  const uint32_t object = operations_[operation].object;
  set_object(object, objects_[object].state, idle);
  flip(operation);
  relink(call_node(operation));
  if (operations_[operation].required) relink(end_node(operation));
  retreat(operation);
}

// An operation that is taken out is the next in its rows, unless an earlier one is.
void LinearSearch::retreat(uint32_t operation) {
  Object& object = objects_[operations_[operation].object];
  const Stand& stand = stands_[operation];
  object.looks.next = std::min(object.looks.next, stand.look);
  object.breaks.next = std::min(object.breaks.next, stand.bar);
  object.blinds.next = std::min(object.blinds.next, stand.blind);
}

void LinearSearch::advance(Row* row) const {
  while (row->next < row->operations.size() && is_placed(row->operations[row->next])) ++row->next;
}

void LinearSearch::set_object(uint32_t number, uint32_t state, bool idle) {
  Object& object = objects_[number];
  const uint64_t before = place_of(number, object.state, object.idle);
  const uint64_t after = place_of(number, state, idle);
  object.state = state;
  object.idle = idle;
  if (before == after || is(LinearDefect::kForgetsState)) return;
  hash_[0] ^= first_code(before) ^ first_code(after);
  hash_[1] ^= second_code(before) ^ second_code(after);
}

bool LinearSearch::may_be_placed_at_once(uint32_t operation) const {
  if (!options_.reductions) return false;
  if (kinds_[operation] != OperationKind::kPure && !is(LinearDefect::kHurries)) return false;
  const uint32_t state = objects_[operations_[operation].object].state;
  return transitions_.step(state, operations_[operation].what) == state;
}

// Places what rule (1) places, and finds the first end.
void LinearSearch::place_pure() {
  uint32_t node = next_[required_head_];
  while (node != required_tail_ && (node % 2 == 0 || is(LinearDefect::kForgetsRealTime))) {
    const uint32_t operation = node / 2;
    uint32_t following = next_[node];
    if (node % 2 == 0 && may_be_placed_at_once(operation)) {
      if (following == end_node(operation)) following = next_[following];
      lift(operation);
      ++steps_;
      const uint32_t object = operations_[operation].object;
      set_object(object, objects_[object].state, false);
    }
    node = following;
  }
  first_end_ = node;
}

// Called in each new configuration.
void LinearSearch::arrive() {
  const size_t lifted_from = frames_.empty() ? 0 : frames_.back().lifted;
  place_pure();
  if (next_[required_head_] == required_tail_) {
    status_ = SearchStatus::kLinearizable;
    return;
  }
  if (first_end_ != required_tail_) {
    furthest_ = std::max(furthest_, operations_[first_end_ / 2].end);
  }
  if (!all_can_go_on(lifted_from) || seen_before()) {
    back();
    return;
  }
  cursor_ = next_[required_head_];
}

// Rule (5), for the objects whose operations were placed just now; for others it is as before.
bool LinearSearch::all_can_go_on(size_t lifted_from) {
  for (size_t i = lifted_from; i < lifted_.size(); ++i) {
    Object& object = objects_[operations_[lifted_[i].operation].object];
    advance(&object.looks);
    advance(&object.breaks);
    advance(&object.blinds);
  }
  if (lifted_from == 0) {
    return std::all_of(objects_.begin(), objects_.end(),
                       [this](const Object& object) { return can_grow_to_next_look(object); });
  }
  for (size_t i = lifted_from; i < lifted_.size(); ++i) {
    if (!can_grow_to_next_look(objects_[operations_[lifted_[i].operation].object])) return false;
  }
  return true;
}

// The configuration, in words.
void LinearSearch::write_record() {
  record_.clear();
  for (uint32_t i = 0; i < objects_.size(); ++i) {
    record_.push_back(place_of(i, objects_[i].state, objects_[i].idle));
  }
  size_t first = 0, end = placed_.size();
  while (first < end && placed_[first] == ~uint64_t{0}) ++first;
  while (end > first && placed_[end - 1] == 0) --end;
  record_.push_back(first);
  record_.insert(record_.end(), placed_.begin() + static_cast<std::ptrdiff_t>(first),
                 placed_.begin() + static_cast<std::ptrdiff_t>(end));
}

bool LinearSearch::seen_before() {
  const uint64_t first = hash_[0] & options_.hash_mask;
  const uint64_t second = hash_[1] & options_.hash_mask;
  if (options_.exact) write_record();
  const auto number = static_cast<uint32_t>(second_hashes_.size());
  const bool fresh =
      seen_
          .find_or_insert(first, number,
                          [&](uint32_t i) {
                            if (second_hashes_[i] != second) return false;
                            if (!options_.exact) return true;
                            const uint64_t begin = i == 0 ? 0 : record_ends_[i - 1];
                            return std::equal(
                                record_.begin(), record_.end(),
                                records_.begin() + static_cast<std::ptrdiff_t>(begin),
                                records_.begin() + static_cast<std::ptrdiff_t>(record_ends_[i]));
                          })
          .second;
  if (!fresh) return true;
  second_hashes_.push_back(second);
  if (options_.exact) {
    records_.insert(records_.end(), record_.begin(), record_.end());
    record_ends_.push_back(records_.size());
  }
  return false;
}

SearchStatus LinearSearch::run(uint64_t steps) {
  const uint64_t stop = steps_ + steps;
  while (status_ == SearchStatus::kUnfinished && steps_ < stop) try_next();
  return status_;
}

void LinearSearch::try_next() {
  ++steps_;
  if (cursor_ == first_end_) {
    cursor_ = next_[optional_head_];
    return;
  }
  if (cursor_ == optional_tail_) {
    back();
    return;
  }
  if (cursor_ % 2 == 1) {  // only if real time is forgotten
    cursor_ = next_[cursor_];
    return;
  }
  const uint32_t operation = cursor_ / 2;
  if (!operations_[operation].required && first_end_ != required_tail_ &&
      operations_[operation].call > operations_[first_end_ / 2].end) {
    back();
    return;
  }
  cursor_ = next_[cursor_];
  if (!allowed(operation)) return;
  const uint32_t state = objects_[operations_[operation].object].state;
  const uint32_t next_state = transitions_.step(state, operations_[operation].what);
  if (next_state == Transitions::kIllegal) return;
  if (options_.reductions && !useful(operation, next_state)) return;
  place(operation, next_state);
}

bool LinearSearch::allowed(uint32_t operation) const {
  if (!options_.reductions) return true;
  if (kinds_[operation] == OperationKind::kPure) return false;  // rule (1) has had its turn
  if (twins_[operation] != kNone && !is_placed(twins_[operation])) return false;  // rule (3)
  if (!objects_[operations_[operation].object].idle) return true;
  if (is(LinearDefect::kNothingAfterIdle)) return kinds_[operation] == OperationKind::kGrowing;
  return kinds_[operation] != OperationKind::kBlind;  // rule (4)
}

// Rules (2) and (6).
bool LinearSearch::useful(uint32_t operation, uint32_t next_state) const {
  const uint32_t number = operations_[operation].object;
  const Object& object = objects_[number];
  return operations_[operation].required ||
         (next_state != object.state && is_wanted(object, number, next_state));
}

// Rule (5).
bool LinearSearch::can_grow_to_next_look(const Object& object) const {
  const Row& looks = object.looks;
  const Row& breaks = object.breaks;
  if (!options_.reductions || looks.next == looks.operations.size()) return true;
  const LinearOperation& look = operations_[looks.operations[looks.next]];
  if (breaks.next < breaks.operations.size() &&
      operations_[breaks.operations[breaks.next]].call <= look.end &&
      !is(LinearDefect::kForgetsBreaks)) {
    return true;
  }
  return transitions_.grows_to(object.state, transitions_.observed(look.what));
}

// Rule (6).
bool LinearSearch::is_wanted(const Object& object, uint32_t number, uint32_t state) const {
  const Row& blinds = object.blinds;
  const uint64_t limit = blinds.next < blinds.operations.size()
                             ? operations_[blinds.operations[blinds.next]].end
                             : ~uint64_t{0};
  uint32_t looked_at = 0;
  for (uint32_t node = next_[required_head_]; node != required_tail_; node = next_[node]) {
    if (node % 2 == 1) continue;
    if (operations_[node / 2].call > limit) break;
    if (++looked_at > kFarEnough) return true;
    if (operations_[node / 2].object == number && accepts(node / 2, state)) return true;
  }
  for (const uint32_t operation : object.observers) {
    if (operations_[operation].call > limit) break;
    if (!is_placed(operation) && accepts(operation, state)) return true;
  }
  return false;
}

// True if the operation is an observer that may find that state, or one grown from it.
bool LinearSearch::accepts(uint32_t operation, uint32_t state) const {
  if (kinds_[operation] == OperationKind::kBlind || kinds_[operation] == OperationKind::kGrowing) {
    return false;
  }
  const uint32_t observed = transitions_.observed(operations_[operation].what);
  return observed == Transitions::kIllegal || transitions_.grows_to(state, observed);
}

void LinearSearch::place(uint32_t operation, uint32_t next_state) {
  const uint32_t number = operations_[operation].object;
  const Object& object = objects_[number];
  frames_.push_back({.operation = operation,
                     .state = object.state,
                     .first_end = first_end_,
                     .lifted = static_cast<uint32_t>(lifted_.size()),
                     .idle = object.idle});
  lift(operation);
  const bool growing = kinds_[operation] == OperationKind::kGrowing;
  set_object(number, next_state, !operations_[operation].required || (object.idle && growing));
  arrive();
}

// Takes the last placed operation out again, and goes on with what comes after it.
void LinearSearch::back() {
  if (frames_.empty()) {
    status_ = SearchStatus::kIllegal;
    return;
  }
  const Frame& frame = frames_.back();
  while (lifted_.size() > frame.lifted) unlift();
  first_end_ = frame.first_end;
  cursor_ = next_[call_node(frame.operation)];
  set_object(operations_[frame.operation].object, frame.state, frame.idle);
  frames_.pop_back();
}

std::vector<uint32_t> LinearSearch::order() const {
  std::vector<uint32_t> names;
  names.reserve(lifted_.size());
  for (const Lifted& lifted : lifted_) names.push_back(operations_[lifted.operation].name);
  return names;
}

size_t LinearSearch::bytes() const {
  return seen_.bytes() +
         (second_hashes_.size() + records_.size() + record_ends_.size()) * sizeof(uint64_t) +
         (operations_.size() * (sizeof(LinearOperation) + 2 * sizeof(uint64_t)) +
          frames_.size() * sizeof(Frame)) +
         transitions_.bytes();
}

}  // namespace seedbed
