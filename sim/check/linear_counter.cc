// Counters by bounds. What a read found lies between
//   what was surely added before it (ok, and ended before its call), and every negative amount that
//   may have been added before it (called by its end), and
//   the same with the positive amounts.
// Necessary, not sufficient: a read beyond them is illegal, otherwise nothing is said.
#include <algorithm>
#include <charconv>
#include <utility>

#include "sim/check/linear_method.h"

namespace seedbed {
namespace {

constexpr int64_t kLargest = int64_t{1} << 40;  // sums of a million such amounts do not wrap

struct Sums {
  int64_t positive = 0;
  int64_t negative = 0;
  void add(int64_t amount) { (amount > 0 ? positive : negative) += amount; }
};

// Amounts by time; sums of all before a moment.
class Additions {
 public:
  void add(int64_t at, int64_t amount) { amounts_.emplace_back(at, amount); }
  void sort() {
    std::sort(amounts_.begin(), amounts_.end());
    sums_.resize(amounts_.size() + 1);
    for (size_t i = 0; i < amounts_.size(); ++i) {
      sums_[i + 1] = sums_[i];
      sums_[i + 1].add(amounts_[i].second);
    }
  }
  Sums before(int64_t at) const {
    const auto end = std::lower_bound(amounts_.begin(), amounts_.end(),
                                      std::pair(at, std::numeric_limits<int64_t>::min()));
    return sums_[static_cast<size_t>(end - amounts_.begin())];
  }

 private:
  std::vector<std::pair<int64_t, int64_t>> amounts_;
  std::vector<Sums> sums_;
};

int64_t found_by(const Response& response) {
  if (!response.output) return response.number;
  int64_t value = 0;
  const std::string& text = *response.output;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

MethodResult decide(const LinearProblem& problem) {
  if (problem.pieces.size() > (1 << 20)) return {};
  int64_t initial = 0;
  std::from_chars(problem.initial.data(), problem.initial.data() + problem.initial.size(), initial);
  Additions sure, possible;
  for (const LinearPiece& piece : problem.pieces) {
    if (piece.exchange.is(kRead)) continue;
    const int64_t asked = piece.exchange.operation().amount;
    if (asked > kLargest || asked < -kLargest) return {};
    const int64_t amount = piece.exchange.is(kDecrement) ? -asked : asked;
    possible.add(piece.call, amount);
    if (piece.required) sure.add(piece.end, amount);
  }
  if (initial > kLargest || initial < -kLargest) return {};
  sure.sort();
  possible.sort();
  for (const LinearPiece& piece : problem.pieces) {
    if (!piece.exchange.is(kRead) || !piece.required) continue;
    const Sums before = sure.before(piece.call);
    const bool forgets = problem.has(LinearDefect::kForgetsRunning);
    const Sums begun = forgets ? before : possible.before(piece.end + 1);
    const int64_t found = found_by(*piece.exchange.response());
    if (found < initial + before.positive + begun.negative ||
        found > initial + begun.positive + before.negative) {
      return {.status = MethodStatus::kIllegal};
    }
  }
  return {};
}

}  // namespace

const LinearMethod& counter_method() {
  static const LinearMethod method{.name = "bounds", .decide = decide};
  return method;
}

}  // namespace seedbed
