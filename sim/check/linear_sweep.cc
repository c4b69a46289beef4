// A row stands for a configuration: the state of the object, whether it is idle, and which of the
// operations that stay are placed. When an operation ends, it must be placed in every row: those
// that lack it are replaced by all that come from them by placing any of the others that run, in
// any order, and then it (work_ holds those still without it, next_ those with it).
//
// Of the rules of linear_search.cc hold here, for the same reasons: (1) pure operations are placed
// as soon as they are legal; (2) optional ones only if they change the state; (3) twins in the
// order of their calls; (4) nothing blind after an idle optional one; and (6), in this form: before
// an end of an operation that is not growing, an optional one is placed only if an observer that
// runs could follow, for the first that is not growing after it is an observer by (4), and placed
// before that end or the one that ends.
//
// (7) Of two configurations that differ only in that one has placed fewer optional operations, the
//     other is dropped: whatever can follow it can follow the one with fewer, which need never
//     place the rest. A completion with the fewest optional operations, of which (4) speaks, never
//     leads through the one that is dropped.
#include "sim/check/linear_sweep.h"

#include <algorithm>

#include "sim/core/check.h"

namespace seedbed {
namespace {

constexpr uint32_t kNoStep = ~0u;

const Operation& nobody_asked() {
  static const Operation operation{};
  return operation;
}

}  // namespace

LinearSweep::LinearSweep(const Model& model, std::string_view initial, const SweepOptions& options)
    : model_(model),
      options_(options),
      transitions_(std::make_unique<Transitions>(model, initial)) {
  rows_.reset(2);
  one_ = {pack({Transitions::kInitial, false}), 0};
  rows_.add(one_.data(), kNoStep);
}

uint32_t LinearSweep::free_slot() {
  if (free_.empty()) {
    const auto first = static_cast<uint32_t>(slots_.size());
    slots_.resize(first + 64, Slot{.exchange = Exchange(nobody_asked())});
    for (uint32_t i = 64; i > 0; --i) free_.push_back(first + i - 1);
    if (first > 0) widen();
  }
  const uint32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

void LinearSweep::widen() {
  next_.reset(rows_.width() + 1);
  for (size_t i = 0; i < rows_.size(); ++i) {
    one_.assign(rows_.row(i), rows_.row(i) + rows_.width());
    one_.push_back(0);
    next_.add(one_.data(), rows_.origin(i));
  }
  std::swap(rows_, next_);
}

SweptOperation LinearSweep::call(const Exchange& exchange, bool required, uint32_t name) {
  const uint32_t number = free_slot();
  const uint32_t what = transitions_->classify(exchange);
  slots_[number] = {.exchange = exchange,
                    .what = what,
                    .kind = transitions_->kind(what),
                    .required = required,
                    .name = name,
                    .call = ++calls_};
  active_.push_back(number);
  optional_ += required ? 0 : 1;
  CHECK(required || slots_[number].kind != OperationKind::kPure);
  if (slots_[number].kind != OperationKind::kPure) return {calls_, number};
  next_.reset(rows_.width());
  for (size_t i = 0; i < rows_.size(); ++i) {
    one_.assign(rows_.row(i), rows_.row(i) + rows_.width());
    const bool placed = place_pure(one_.data(), number);
    next_.add(one_.data(), placed ? note(rows_.origin(i), number) : rows_.origin(i));
  }
  std::swap(rows_, next_);
  return {calls_, number};
}

// Rule (1), for one operation.
bool LinearSweep::place_pure(uint64_t* row, uint32_t slot) {
  const Slot& one = slots_[slot];
  if (one.kind != OperationKind::kPure || has(row, slot)) return false;
  ++steps_;
  const uint32_t state = unpack(row).state;
  if (transitions_->step(state, one.what) != state) return false;
  put(row, slot);
  row[0] = pack({state, false});
  return true;
}

void LinearSweep::settle_pure(uint64_t* row, uint32_t* origin) {
  for (const uint32_t slot : active_) {
    if (place_pure(row, slot)) *origin = note(*origin, slot);
  }
}

uint32_t LinearSweep::note(uint32_t origin, uint32_t slot) {
  if (!options_.order) return kNoStep;
  trail_.push_back({origin, slots_[slot].name});
  return static_cast<uint32_t>(trail_.size() - 1);
}

void LinearSweep::end(SweptOperation operation) {
  const uint32_t ended = operation.slot;
  CHECK(stays(operation));
  if (status_ != SearchStatus::kLinearizable) return;
  next_.reset(rows_.width());
  work_.reset(rows_.width());
  for (size_t i = 0; i < rows_.size(); ++i) {
    one_.assign(rows_.row(i), rows_.row(i) + rows_.width());
    sort_in(one_.data(), rows_.origin(i), ended);
  }
  for (size_t i = 0; i < work_.size(); ++i) {
    expand(i, ended);
    if (work_.size() > 8 * options_.max_rows || bytes() > options_.max_bytes) {
      status_ = SearchStatus::kUnfinished;
      return;
    }
  }
  std::swap(rows_, next_);
  release(ended);
  if (optional_ > 0) {
    drop_dominated();
    free_what_all_have();
  }
  if (rows_.size() == 0) status_ = SearchStatus::kIllegal;
  if (rows_.size() > options_.max_rows) status_ = SearchStatus::kUnfinished;
  if (transitions_->bytes() > tidy_at_) tidy_up();
}

// What has placed the ended operation is done; the bit is free for another.
void LinearSweep::sort_in(const uint64_t* row, uint32_t origin, uint32_t ended) {
  if (!has(row, ended)) {
    work_.add(row, origin);
    return;
  }
  scratch_.assign(row, row + rows_.width());
  if (!is(LinearDefect::kLeavesBits)) take(scratch_.data(), ended);
  next_.add(scratch_.data(), origin);
}

void LinearSweep::expand(size_t number, uint32_t ended) {
  from_.assign(work_.row(number), work_.row(number) + work_.width());
  const uint32_t origin = work_.origin(number);
  const Configuration before = unpack(from_.data());
  for (const uint32_t slot : active_) {
    const Slot& one = slots_[slot];
    if (is(LinearDefect::kOnlyWhatEnded) && slot != ended) continue;
    if (!allowed(from_.data(), slot)) continue;
    ++steps_;
    const uint32_t state = transitions_->step(before.state, one.what);
    if (state == Transitions::kIllegal) continue;
    if (!one.required && !is_useful(from_.data(), slot, state, ended)) continue;
    one_ = from_;
    put(one_.data(), slot);
    const bool growing = one.kind == OperationKind::kGrowing;
    one_[0] = pack({state, !one.required || (before.idle && growing)});
    uint32_t step = note(origin, slot);
    settle_pure(one_.data(), &step);
    sort_in(one_.data(), step, ended);
  }
}

bool LinearSweep::allowed(const uint64_t* row, uint32_t slot) const {
  const Slot& one = slots_[slot];
  if (has(row, slot) || one.kind == OperationKind::kPure) return false;
  if (unpack(row).idle && one.kind == OperationKind::kBlind) return false;  // rule (4)
  if (one.required) return true;
  for (const uint32_t other : active_) {  // rule (3)
    if (other == slot) return true;
    if (!slots_[other].required && slots_[other].what == one.what && !has(row, other)) return false;
  }
  return true;
}

// Rules (2) and (6).
bool LinearSweep::is_useful(const uint64_t* row, uint32_t slot, uint32_t state,
                            uint32_t ended) const {
  if (state == unpack(row).state) return false;
  if (slots_[ended].kind == OperationKind::kGrowing) return true;
  return std::any_of(active_.begin(), active_.end(), [&](uint32_t other) {
    return other != slot && !has(row, other) && accepts(slots_[other], state);
  });
}

// True if it is an observer that may find that state, or one grown from it.
bool LinearSweep::accepts(const Slot& slot, uint32_t state) const {
  if (slot.kind == OperationKind::kBlind || slot.kind == OperationKind::kGrowing) return false;
  const uint32_t observed = transitions_->observed(slot.what);
  return observed == Transitions::kIllegal || transitions_->grows_to(state, observed);
}

// Rule (7). Rows are sorted so that those which may be compared stand together, and one that has
// placed fewer comes first.
void LinearSweep::drop_dominated() {
  const size_t count = rows_.size(), width = rows_.width();
  if (count < 2) return;
  std::vector<uint64_t> optional(width, 0);
  for (const uint32_t slot : active_) {
    if (!slots_[slot].required) put(optional.data(), slot);
  }
  std::vector<uint32_t> numbers(count);
  for (uint32_t i = 0; i < count; ++i) numbers[i] = i;
  const auto compare = [&](uint32_t a, uint32_t b) {  // less, equal, greater; optional ones apart
    for (size_t word = 0; word < width; ++word) {
      const uint64_t x = rows_.row(a)[word] & ~optional[word];
      const uint64_t y = rows_.row(b)[word] & ~optional[word];
      if (x != y) return x < y ? -1 : 1;
    }
    return 0;
  };
  const auto placed = [&](uint32_t i) {
    int bits = 0;
    for (size_t word = 1; word < width; ++word) {
      bits += __builtin_popcountll(rows_.row(i)[word] & optional[word]);
    }
    return is(LinearDefect::kPrefersMore) ? -bits : bits;
  };
  std::stable_sort(numbers.begin(), numbers.end(), [&](uint32_t a, uint32_t b) {
    const int order = compare(a, b);
    return order != 0 ? order < 0 : placed(a) < placed(b);
  });
  const auto within = [&](uint32_t a, uint32_t b) {
    for (size_t word = 1; word < width; ++word) {
      const uint64_t x = rows_.row(a)[word], y = rows_.row(b)[word];
      const bool inside = is(LinearDefect::kPrefersMore) ? (y & ~x) == 0 : (x & ~y) == 0;
      if (!inside) return false;
    }
    return true;
  };
  std::vector<uint32_t> kept;
  size_t group = 0;  // in kept: where those begin that may be compared with the present one
  for (const uint32_t i : numbers) {
    if (!kept.empty() && compare(kept.back(), i) != 0) group = kept.size();
    const bool dominated =
        std::any_of(kept.begin() + static_cast<std::ptrdiff_t>(group), kept.end(),
                    [&](uint32_t other) { return within(other, i); });
    if (!dominated) kept.push_back(i);
  }
  if (kept.size() == count) return;
  next_.reset(width);
  for (const uint32_t i : kept) next_.add(rows_.row(i), rows_.origin(i));
  std::swap(rows_, next_);
}

// An operation that is placed in every row needs no bit any more.
void LinearSweep::free_what_all_have() {
  if (rows_.size() == 0) return;
  std::vector<uint64_t> all(rows_.row(0), rows_.row(0) + rows_.width());
  for (size_t i = 1; i < rows_.size(); ++i) {
    for (size_t word = 1; word < all.size(); ++word) all[word] &= rows_.row(i)[word];
  }
  std::vector<uint32_t> gone;
  for (const uint32_t slot : active_) {
    if (!slots_[slot].required && has(all.data(), slot)) gone.push_back(slot);
  }
  for (const uint32_t slot : gone) {
    for (size_t i = 0; i < rows_.size(); ++i) take(rows_.row(i), slot);
    release(slot);
  }
}

void LinearSweep::release(uint32_t slot) {
  optional_ -= slots_[slot].required ? 0 : 1;
  slots_[slot].call = 0;
  free_.push_back(slot);
  active_.erase(std::find(active_.begin(), active_.end(), slot));
}

bool LinearSweep::is_settled() const {
  if (status_ != SearchStatus::kLinearizable || rows_.size() != 1) return false;
  const uint64_t* row = rows_.row(0);
  return std::all_of(row + 1, row + rows_.width(), [](uint64_t word) { return word == 0; });
}

const std::string& LinearSweep::state() const {
  CHECK(is_settled());
  return transitions_->state(unpack(rows_.row(0)).state);
}

void LinearSweep::tidy_up() {
  if (rows_.size() == 0) return;
  const Transitions& old = *transitions_;
  auto fresh = std::make_unique<Transitions>(model_, old.state(unpack(rows_.row(0)).state));
  for (size_t i = 0; i < rows_.size(); ++i) {
    Configuration one = unpack(rows_.row(i));
    one.state = fresh->intern(old.state(one.state));
    rows_.row(i)[0] = pack(one);
  }
  for (const uint32_t slot : active_) {
    slots_[slot].what = fresh->classify(slots_[slot].exchange);
  }
  transitions_ = std::move(fresh);
  tidy_at_ = std::max(size_t{1} << 20, 2 * transitions_->bytes());
}

std::vector<uint32_t> LinearSweep::order() const {
  CHECK(options_.order && status_ == SearchStatus::kLinearizable);
  std::vector<uint32_t> names;
  for (uint32_t i = rows_.origin(0); i != kNoStep; i = trail_[i].before) {
    names.push_back(trail_[i].name);
  }
  std::reverse(names.begin(), names.end());
  return names;
}

size_t LinearSweep::bytes() const {
  return transitions_->bytes() + rows_.bytes() + next_.bytes() + work_.bytes() +
         slots_.size() * sizeof(Slot) + trail_.size() * sizeof(Step);
}

}  // namespace seedbed
