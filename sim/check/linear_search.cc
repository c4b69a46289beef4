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
    while (ended < ends.size() && ends[ended].first < operations_[i].call) {
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
  std::vector<std::pair<uint32_t, uint32_t>> optional;  // (what, operation)
  for (uint32_t i = 0; i < count; ++i) {
    const LinearOperation& operation = operations_[i];
    kinds_[i] = transitions_.kind(operation.what);
    const bool pure = kinds_[i] == OperationKind::kPure;
    const bool blind = kinds_[i] == OperationKind::kBlind;
    const bool growing = kinds_[i] == OperationKind::kGrowing;
    const bool sees = transitions_.observed(operation.what) != Transitions::kIllegal;
    if (pure && sees && operation.required) looks_.push_back(i);
    if (!pure && !growing) breaks_.push_back(i);
    if (blind && operation.required) blinds_.push_back(i);
    if (!blind && !growing && !operation.required) optional_observers_.push_back(i);
    if (!operation.required) optional.emplace_back(operation.what, i);
  }
  std::sort(optional.begin(), optional.end());
  for (size_t i = 1; i < optional.size(); ++i) {
    if (optional[i].first == optional[i - 1].first)
      twins_[optional[i].second] = optional[i - 1].second;
  }
  auto ends_first = [this](uint32_t a, uint32_t b) {
    return operations_[a].end < operations_[b].end;
  };
  std::sort(looks_.begin(), looks_.end(), ends_first);
  std::sort(blinds_.begin(), blinds_.end(), ends_first);
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
  lifted_.push_back(operation);
}

void LinearSearch::unlift() {
  const uint32_t operation = lifted_.back();
  lifted_.pop_back();
  flip(operation);
  relink(call_node(operation));
  if (operations_[operation].required) relink(end_node(operation));
}

// Places what rule (1) places, and finds the first end.
void LinearSearch::place_pure() {
  uint32_t node = next_[required_head_];
  while (node != required_tail_ && node % 2 == 0) {
    const uint32_t operation = node / 2;
    uint32_t following = next_[node];
    if (options_.reductions && kinds_[operation] == OperationKind::kPure &&
        transitions_.step(state_, operations_[operation].what) == state_) {
      if (following == end_node(operation)) following = next_[following];
      lift(operation);
      ++steps_;
      idle_ = false;
    }
    node = following;
  }
  first_end_ = node;
}

// Called in each new configuration.
void LinearSearch::arrive() {
  place_pure();
  if (first_end_ == required_tail_) {
    status_ = SearchStatus::kLinearizable;
    return;
  }
  furthest_ = std::max(furthest_, operations_[first_end_ / 2].end);
  advance();
  if (!can_grow_to_next_look() || seen_before()) {
    back();
    return;
  }
  cursor_ = next_[required_head_];
}

void LinearSearch::advance() {
  while (next_look_ < looks_.size() && is_placed(looks_[next_look_])) ++next_look_;
  while (next_break_ < breaks_.size() && is_placed(breaks_[next_break_])) ++next_break_;
  while (next_blind_ < blinds_.size() && is_placed(blinds_[next_blind_])) ++next_blind_;
}

bool LinearSearch::seen_before() {
  const uint64_t place = (static_cast<uint64_t>(state_) << 1) | (idle_ ? 1 : 0);
  const uint64_t first = (hash_[0] ^ first_code(place | kPlaces)) & options_.hash_mask;
  const uint64_t second = (hash_[1] ^ second_code(place | kPlaces)) & options_.hash_mask;
  const size_t width = placed_.size() + 1;
  const auto number = static_cast<uint32_t>(second_hashes_.size());
  const bool fresh =
      seen_
          .find_or_insert(first, number,
                          [&](uint32_t i) {
                            if (second_hashes_[i] != second) return false;
                            if (!options_.exact) return true;
                            const uint64_t* known = &exact_[i * width];
                            return known[0] == place &&
                                   std::equal(placed_.begin(), placed_.end(), known + 1);
                          })
          .second;
  if (!fresh) return true;
  second_hashes_.push_back(second);
  if (options_.exact) {
    exact_.push_back(place);
    exact_.insert(exact_.end(), placed_.begin(), placed_.end());
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
  const uint32_t operation = cursor_ / 2;
  if (!operations_[operation].required &&
      operations_[operation].call > operations_[first_end_ / 2].end) {
    back();
    return;
  }
  cursor_ = next_[cursor_];
  if (!allowed(operation)) return;
  const uint32_t next_state = transitions_.step(state_, operations_[operation].what);
  if (next_state == Transitions::kIllegal) return;
  if (options_.reductions && !useful(operation, next_state)) return;
  place(operation, next_state);
}

bool LinearSearch::allowed(uint32_t operation) const {
  if (!options_.reductions) return true;
  if (kinds_[operation] == OperationKind::kPure) return false;  // rule (1) has had its turn
  if (twins_[operation] != kNone && !is_placed(twins_[operation])) return false;  // rule (3)
  return !(idle_ && kinds_[operation] == OperationKind::kBlind);                  // rule (4)
}

// Rules (2) and (6).
bool LinearSearch::useful(uint32_t operation, uint32_t next_state) const {
  return operations_[operation].required || (next_state != state_ && is_wanted(next_state));
}

// Rule (5).
bool LinearSearch::can_grow_to_next_look() const {
  if (!options_.reductions || next_look_ == looks_.size()) return true;
  const LinearOperation& look = operations_[looks_[next_look_]];
  if (next_break_ < breaks_.size() && operations_[breaks_[next_break_]].call < look.end)
    return true;
  return transitions_.grows_to(state_, transitions_.observed(look.what));
}

// Rule (6).
bool LinearSearch::is_wanted(uint32_t state) const {
  const uint64_t limit =
      next_blind_ < blinds_.size() ? operations_[blinds_[next_blind_]].end : ~uint64_t{0};
  uint32_t looked_at = 0;
  for (uint32_t node = next_[required_head_]; node != required_tail_; node = next_[node]) {
    if (node % 2 == 1) continue;
    if (operations_[node / 2].call > limit) break;
    if (++looked_at > kFarEnough || accepts(node / 2, state)) return true;
  }
  for (const uint32_t operation : optional_observers_) {
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
  frames_.push_back({.operation = operation,
                     .state = state_,
                     .first_end = first_end_,
                     .next_look = next_look_,
                     .next_break = next_break_,
                     .next_blind = next_blind_,
                     .lifted = static_cast<uint32_t>(lifted_.size()),
                     .idle = idle_});
  lift(operation);
  state_ = next_state;
  const bool growing = kinds_[operation] == OperationKind::kGrowing;
  idle_ = !operations_[operation].required || (idle_ && growing);
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
  state_ = frame.state;
  first_end_ = frame.first_end;
  next_look_ = frame.next_look;
  next_break_ = frame.next_break;
  next_blind_ = frame.next_blind;
  idle_ = frame.idle;
  cursor_ = next_[call_node(frame.operation)];
  frames_.pop_back();
}

size_t LinearSearch::bytes() const {
  return seen_.bytes() + (second_hashes_.size() + exact_.size()) * sizeof(uint64_t) +
         transitions_.bytes();
}

}  // namespace seedbed
