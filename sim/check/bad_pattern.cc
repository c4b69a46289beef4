#include "sim/check/bad_pattern.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include "sim/check/linear_key.h"

namespace seedbed {
namespace {

constexpr size_t kMostOfEach = 8;
constexpr uint64_t kMostComparisons = 4'000'000;

// A value, from its put to its take.
struct Stay {
  std::string_view text;
  size_t puts = 0, takes = 0;
  EventIndex put_call{}, put_end{};
  EventIndex take_call = kLastEvent, take_end = kLastEvent;

  bool taken() const { return takes > 0; }
  bool simple() const { return puts == 1 && takes <= 1; }
};

// Numbers come before texts.
bool leaves_before(std::string_view a, std::string_view b) {
  int64_t x = 0, y = 0;
  const auto end_a = std::from_chars(a.data(), a.data() + a.size(), x);
  const auto end_b = std::from_chars(b.data(), b.data() + b.size(), y);
  const bool a_is = end_a.ec == std::errc() && end_a.ptr == a.data() + a.size();
  const bool b_is = end_b.ec == std::errc() && end_b.ptr == b.data() + b.size();
  if (a_is != b_is) return a_is;
  return a_is && x != y ? x < y : a < b;
}

class Patterns {
 public:
  using Elements = std::set<std::string>;

  Patterns(const Model& model, const std::vector<PatternPiece>& pieces) : model_(model) {
    std::map<std::string_view, size_t> numbers;
    for (const PatternPiece& piece : pieces) {
      if (piece.found_empty) empties_.push_back(&piece);
      if (!piece.touch->puts && !piece.touch->takes) continue;
      const std::string_view text = piece.touch->gives.front();
      const auto [place, fresh] = numbers.emplace(text, stays_.size());
      if (fresh) stays_.push_back({.text = text});
      add(piece, &stays_[place->second]);
    }
    std::sort(stays_.begin(), stays_.end(),
              [](const Stay& a, const Stay& b) { return a.put_call < b.put_call; });
  }

  std::vector<Elements> find() {
    singles();
    for (const bool stuck : {false, true}) {
      const size_t before = found_.size();
      if (model_.name == "queue") inversions(stuck);
      if (model_.name == "stack") pops(stuck);
      if (model_.name == "priority-queue") larger_ones(stuck);
      if (found_.size() > before) break;
    }
    covers();
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Elements& a, const Elements& b) { return a.size() < b.size(); });
    return std::move(found_);
  }

 private:
  static void add(const PatternPiece& piece, Stay* stay) {
    if (piece.touch->puts) {
      ++stay->puts;
      stay->put_call = piece.call;
      stay->put_end = piece.end;
    } else {
      ++stay->takes;
      stay->take_call = piece.call;
      stay->take_end = piece.end;
    }
  }

  void pair(const Stay& a, const Stay& b) {
    found_.push_back({std::string(a.text), std::string(b.text)});
  }

  // Taken more often than put, or before it was put.
  void singles() {
    for (const Stay& stay : stays_) {
      if (found_.size() == kMostOfEach) return;
      const bool early = stay.taken() && stay.take_end < stay.put_call;
      if (stay.takes > stay.puts || early) found_.push_back({std::string(stay.text)});
    }
  }

  // Put before another one that was taken before it. `stuck`: also if it was never taken.
  void inversions(bool stuck) {
    std::vector<const Stay*> by_end;
    for (const Stay& stay : stays_) {
      if (stay.simple() && (stay.taken() || stuck)) by_end.push_back(&stay);
    }
    std::sort(by_end.begin(), by_end.end(),
              [](const Stay* a, const Stay* b) { return a->put_end < b->put_end; });
    size_t next = 0, count = 0;
    const Stay* last = nullptr;
    for (const Stay& stay : stays_) {
      for (; next < by_end.size() && by_end[next]->put_end < stay.put_call; ++next) {
        if (last == nullptr || by_end[next]->take_call > last->take_call) last = by_end[next];
      }
      if (!stay.simple() || !stay.taken() || last == nullptr) continue;
      if (!(stay.take_end < last->take_call)) continue;
      pair(*last, stay);
      if (++count == kMostOfEach) return;
    }
  }

  // Popped while one that came later lay on it.
  void pops(bool stuck) {
    uint64_t compared = 0;
    size_t count = 0;
    for (const Stay& low : stays_) {
      if (!low.simple() || !low.taken()) continue;
      const auto from =
          std::upper_bound(stays_.begin(), stays_.end(), low.put_end,
                           [](EventIndex end, const Stay& stay) { return end < stay.put_call; });
      for (auto high = from; high != stays_.end() && high->put_call < low.take_call; ++high) {
        if (++compared > kMostComparisons) return;
        const bool counts = high->simple() && (high->taken() || stuck);
        if (!counts || !(high->put_end < low.take_call && low.take_end < high->take_call)) continue;
        pair(low, *high);
        if (++count == kMostOfEach) return;
      }
    }
  }

  // Taken while a smaller one was there.
  void larger_ones(bool stuck) {
    std::vector<const Stay*> by_end, by_take, there;
    for (const Stay& stay : stays_) {
      if (stay.simple() && (stay.taken() || stuck)) by_end.push_back(&stay);
      if (stay.simple() && stay.taken()) by_take.push_back(&stay);
    }
    std::sort(by_end.begin(), by_end.end(),
              [](const Stay* a, const Stay* b) { return a->put_end < b->put_end; });
    std::sort(by_take.begin(), by_take.end(),
              [](const Stay* a, const Stay* b) { return a->take_call < b->take_call; });
    uint64_t compared = 0;
    size_t next = 0, count = 0;
    for (const Stay* large : by_take) {
      while (next < by_end.size() && by_end[next]->put_end < large->take_call) {
        there.push_back(by_end[next++]);
      }
      std::erase_if(there, [&](const Stay* one) { return one->take_call < large->take_call; });
      compared += there.size();
      for (const Stay* small : there) {
        if (!(large->take_end < small->take_call)) continue;
        if (!leaves_before(small->text, large->text)) continue;
        pair(*small, *large);
        if (++count == kMostOfEach) return;
      }
      if (compared > kMostComparisons) return;
    }
  }

  // Something was there all the while that a take found nothing.
  void covers() {
    std::vector<const Stay*> sure;
    for (const Stay& stay : stays_) {
      if (stay.simple() && stay.put_end < stay.take_call) sure.push_back(&stay);
    }
    std::sort(sure.begin(), sure.end(),
              [](const Stay* a, const Stay* b) { return a->put_end < b->put_end; });
    size_t next = 0, count = 0;
    EventIndex until{};
    for (const PatternPiece* empty : empties_) {  // in the order of calls
      while (next < sure.size() && sure[next]->put_end < std::max(empty->call, until)) {
        until = std::max(until, sure[next++]->take_call);
      }
      if (until <= empty->end) continue;
      found_.push_back(cover_of(*empty, sure));
      if (++count == kMostOfEach) return;
    }
  }

  // The fewest, each the longest of those that were there when the one before it left.
  static Elements cover_of(const PatternPiece& empty, const std::vector<const Stay*>& sure) {
    Elements cover;
    EventIndex until = empty.call;
    const Stay* longest = nullptr;
    for (const Stay* stay : sure) {
      if (!(stay->put_end < until) && !extend(&longest, &until, &cover)) break;
      if (empty.end < until) return cover;
      if (longest == nullptr || longest->take_call < stay->take_call) longest = stay;
    }
    extend(&longest, &until, &cover);
    return cover;
  }

  // False if the longest stay does not reach further.
  static bool extend(const Stay** longest, EventIndex* until, Elements* cover) {
    const bool further = *longest != nullptr && *until < (*longest)->take_call;
    if (further) {
      *until = (*longest)->take_call;
      cover->insert(std::string((*longest)->text));
    }
    *longest = nullptr;
    return further;
  }

  const Model& model_;
  std::vector<Stay> stays_;
  std::vector<const PatternPiece*> empties_;
  std::vector<Elements> found_;
};

}  // namespace

std::vector<std::set<std::string>> suspicious_elements(const Model& model,
                                                       const std::vector<PatternPiece>& pieces) {
  const bool has_patterns =
      model.name == "queue" || model.name == "stack" || model.name == "priority-queue";
  if (!has_patterns) return {};
  return Patterns(model, pieces).find();
}

}  // namespace seedbed
