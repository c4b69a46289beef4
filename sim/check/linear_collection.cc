// Lists and sets that only grow, judged by what reads of the whole found.
//
// Let every element that was found have been added by one operation. Of two lists that were read,
// one is a prefix of the other, since lists only grow: the longest one tells the order in which its
// elements were appended, and between which two of these appends each read stands. What no read
// found was appended after all reads; if its outcome is unknown, it is left out. So each operation
// has a level, which holds in every order, and the levels decide (linear_levels.h).
//
// Of two sets that were read, one is contained in the other. Those read, from the smallest to the
// largest, are the levels of the reads; an element was added between the last of them without it
// and the first with it.
#include <algorithm>
#include <utility>

#include "sim/check/index_table.h"
#include "sim/check/linear_levels.h"
#include "sim/check/linear_method.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

constexpr uint32_t kNone = ~0u;
constexpr MethodResult illegal() { return {.status = MethodStatus::kIllegal, .order = {}}; }

// Elements that were found, in the order in which they are shown to this.
class Elements {
 public:
  // The element's place, and whether it is new.
  std::pair<uint32_t, bool> add(std::string_view text, uint64_t level) {
    const auto [place, fresh] = find_or_insert(text, static_cast<uint32_t>(texts_.size()));
    if (fresh) {
      texts_.push_back(text);
      levels_.push_back(level);
      added_.push_back(0);
      marks_.push_back(kNone);
    }
    return {place, fresh};
  }
  // kNone: it was not found.
  uint32_t find(std::string_view text) {
    const uint32_t place = find_or_insert(text, static_cast<uint32_t>(texts_.size())).first;
    return place < texts_.size() ? place : kNone;
  }
  size_t size() const { return texts_.size(); }

  // False if the piece has marked it already.
  bool mark(uint32_t place, uint32_t piece) { return std::exchange(marks_[place], piece) != piece; }

  // An operation added the element.
  void count(uint32_t place) { ++added_[place]; }
  uint64_t level(uint32_t place) const { return levels_[place]; }
  bool all_added() const {
    return std::none_of(added_.begin(), added_.end(), [](uint32_t n) { return n == 0; });
  }
  bool added_once() const {
    return std::all_of(added_.begin(), added_.end(), [](uint32_t n) { return n == 1; });
  }

 private:
  std::pair<uint32_t, bool> find_or_insert(std::string_view text, uint32_t place) {
    // Texts that are asked for, and were never found, stay in the table as strangers.
    return table_.find_or_insert(hash_bytes(text), place, [&](uint32_t i) {
      return i < texts_.size() && texts_[i] == text;
    });
  }

  std::vector<std::string_view> texts_;
  std::vector<uint64_t> levels_;
  std::vector<uint32_t> added_;
  std::vector<uint32_t> marks_;
  IndexTable table_;
};

// The pieces that read, those that found least first.
std::vector<uint32_t> reads_by_size(const LinearProblem& problem) {
  std::vector<uint32_t> reads;
  for (uint32_t i = 0; i < problem.pieces.size(); ++i) {
    if (problem.pieces[i].exchange.is(kRead)) reads.push_back(i);
  }
  std::stable_sort(reads.begin(), reads.end(), [&](uint32_t a, uint32_t b) {
    return problem.pieces[a].exchange.elements().size() <
           problem.pieces[b].exchange.elements().size();
  });
  return reads;
}

// Gives the pieces that add their levels; those of elements that were found have the element's.
MethodResult finish(const LinearProblem& problem, Elements* elements, uint64_t last,
                    Levels* levels) {
  for (uint32_t i = 0; i < problem.pieces.size(); ++i) {
    const Exchange& exchange = problem.pieces[i].exchange;
    if (exchange.is(kRead)) continue;
    const uint32_t place = elements->find(exchange.operation().argument);
    if (place != kNone) {
      elements->count(place);
      levels->add(elements->level(place), i);
    } else if (problem.pieces[i].required) {
      levels->add(last, i);
    }
  }
  if (!elements->all_added()) return illegal();  // found, and never added
  if (!elements->added_once()) return {};
  return levels->decide(problem);
}

MethodResult decide_list(const LinearProblem& problem) {
  const std::vector<uint32_t> reads = reads_by_size(problem);
  if (reads.empty()) {
    Elements none;
    Levels levels;
    return finish(problem, &none, 0, &levels);
  }
  const std::span<const ValueId> longest = problem.pieces[reads.back()].exchange.elements();
  Elements elements;
  bool twice = false;
  for (const ValueId element : longest) {
    const std::string_view text = problem.pieces[reads.back()].exchange.text(element);
    twice = !elements.add(text, 2 * elements.size() + 1).second || twice;
  }
  Levels levels;
  for (const uint32_t read : reads) {
    const std::span<const ValueId> found = problem.pieces[read].exchange.elements();
    const bool prefix = std::equal(found.begin(), found.end(), longest.begin());
    if (!prefix && !problem.has(LinearDefect::kForgetsPrefixes)) return illegal();
    levels.add(2 * found.size(), read);
  }
  if (twice) return {};  // the same may have been appended twice
  return finish(problem, &elements, 2 * longest.size() + 1, &levels);
}

MethodResult decide_set(const LinearProblem& problem) {
  for (const LinearPiece& piece : problem.pieces) {
    if (!piece.exchange.is(kRead) && !piece.exchange.is(kAdd)) return {};
  }
  const std::vector<uint32_t> reads = reads_by_size(problem);
  Elements elements;
  Levels levels;
  uint64_t level = 0;
  for (const uint32_t read : reads) {
    const Exchange& exchange = problem.pieces[read].exchange;
    const size_t size = exchange.elements().size();
    if (size > elements.size()) level += 2;
    for (const ValueId element : exchange.elements()) {
      const uint32_t place = elements.add(exchange.text(element), level - 1).first;
      if (!elements.mark(place, read)) return illegal();  // it was found twice
    }
    // It has all that smaller ones have if and only if the sizes agree.
    if (size != elements.size()) return illegal();
    levels.add(level, read);
  }
  return finish(problem, &elements, level + 1, &levels);
}

}  // namespace

const LinearMethod& list_method() {
  static const LinearMethod method{.name = "known-order", .decide = decide_list};
  return method;
}

const LinearMethod& set_method() {
  static const LinearMethod method{.name = "known-order", .decide = decide_set};
  return method;
}

}  // namespace seedbed
