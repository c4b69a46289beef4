// Stays: the values that were put into a queue, stack or priority queue, each with the operation
// that put it and the one that took it. What the methods of these three have in common.
//
//   Stays stays;
//   if (!stays.collect(problem)) return {};           // a value was put twice: nothing is said
//   if (stays.contradictory()) return illegal;        // (1), whatever the order of leaving
//   for (const Stay& stay : stays.values()) ...
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/check/index_table.h"
#include "sim/check/linear_method.h"

namespace seedbed {

inline constexpr uint32_t kNoPiece = ~0u;

// A value is put at a moment of [put_call, put_end] and taken, not before, at one of [take_call,
// take_end]; so it surely is there after put_end and before take_call. put_end is not behind
// take_end, for a put must have happened when the take ends.
struct Stay {
  std::string_view text;
  uint32_t put = kNoPiece, take = kNoPiece;  // positions in the problem
  int64_t put_call = 0, put_end = 0;
  int64_t take_call = kNoEnd, take_end = kNoEnd;

  bool taken() const { return take != kNoPiece; }
  bool surely_there() const { return put_end < take_call; }
};

class Stays {
 public:
  // Takes the problem apart, which must outlive this. False if values are not unique.
  bool collect(const LinearProblem& problem);

  // (1) Nothing is taken that was not put, nothing twice, and nothing before it was put. True if
  // that is broken, so that there is no order.
  bool contradictory() const { return contradictory_; }

  // Puts of unknown outcome are left out unless their value was taken: without such a value, and
  // without the take of unknown outcome that took it, every order stays an order.
  std::vector<Stay>& values() { return values_; }
  const std::vector<Stay>& values() const { return values_; }

  // Takes that found nothing, and those of unknown outcome, by their calls.
  const std::vector<uint32_t>& empties() const { return empties_; }
  const std::vector<uint32_t>& unknown_takes() const { return unknown_takes_; }

 private:
  Stay& stay_of(std::string_view text);
  bool collect(const LinearProblem& problem, uint32_t i);

  IndexTable numbers_;
  std::vector<Stay> values_;
  std::vector<uint32_t> empties_, unknown_takes_;
  bool contradictory_ = false;
};

// Operations with the moments at which they happen. At one moment values leave first; then comes
// what passes in that moment; then values enter that stay.
class Moments {
 public:
  enum class Phase : uint8_t { kLeave, kPass, kEnter };

  // Of one moment and phase, lower ranks come first, and of one rank what was added first.
  void add(int64_t at, Phase phase, int64_t rank, uint32_t piece) {
    moments_.emplace_back(at, phase, rank, moments_.size(), piece);
  }
  MethodResult order();

 private:
  std::vector<std::tuple<int64_t, Phase, int64_t, size_t, uint32_t>> moments_;
};

// True if takes that were called at these moments can happen at or before those deadlines, each of
// them once. `calls` are sorted.
bool enough_takes(const std::vector<int64_t>& calls, std::vector<int64_t> deadlines);

// Ways that a method may have to try. The present way is the options that were chosen one after the
// other; the next one takes the last choice that had more options to its next.
//
//   do {
//     ways.restart();
//     if (attempt(&ways)) return found;   // calls ways.option() and ways.more()
//   } while (ways.next());
class Ways {
 public:
  explicit Ways(size_t most) : most_(most) {}

  void restart() { at_ = 0; }
  // The number of the option to take at the next choice of this way.
  size_t option() {
    if (at_ == chosen_.size()) chosen_.push_back({});
    return chosen_[at_++].option;
  }
  // The last choice has more options.
  void more() { chosen_[at_ - 1].more = true; }

  // False if there is no other way, or if enough were tried: given_up() then.
  bool next() {
    chosen_.resize(at_);
    while (!chosen_.empty() && !chosen_.back().more) chosen_.pop_back();
    if (chosen_.empty()) return false;
    given_up_ = ++tried_ >= most_;
    chosen_.back() = {.option = chosen_.back().option + 1};
    return !given_up_;
  }
  bool given_up() const { return given_up_; }

 private:
  struct Choice {
    size_t option = 0;
    bool more = false;
  };
  std::vector<Choice> chosen_;
  size_t at_ = 0, tried_ = 0, most_;
  bool given_up_ = false;
};

}  // namespace seedbed
