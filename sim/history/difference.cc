#include <fmt/core.h>

#include <algorithm>

#include "sim/history/history.h"

namespace seedbed {
namespace {

// An invocation or a return.
struct Point {
  EventIndex at{};
  uint32_t entry = 0;
  bool is_return = false;
};

std::vector<Point> order_of(const History& history) {
  std::vector<Point> points;
  points.reserve(history.size() * 2);
  for (uint32_t i = 0; i < history.size(); ++i) {
    const Entry& entry = history.entries()[i];
    points.push_back({entry.invoked, i, false});
    if (entry.returned != kNoEvent) points.push_back({entry.returned, i, true});
  }
  std::sort(points.begin(), points.end(),
            [](const Point& a, const Point& b) { return a.at < b.at; });
  return points;
}

class Comparison {
 public:
  Comparison(const History& a, const History& b) : a_(a), b_(b) {}

  std::optional<std::string> run() const {
    if (a_.size() != b_.size()) {
      return fmt::format("{} operations, and {}", a_.size(), b_.size());
    }
    if (a_.order() != b_.order()) return "one knows the order of time, the other does not";
    if (!(a_.convention() == b_.convention())) return "their conventions differ";
    for (size_t i = 0; i < a_.size(); ++i) {
      if (same(a_.entries()[i], b_.entries()[i])) continue;
      return fmt::format("operation {}: {} by c{} {}, and {} by c{} {}", i + 1,
                         to_string(a_, a_.entries()[i]), number(a_.entries()[i].client),
                         to_string(a_.entries()[i].outcome()), to_string(b_, b_.entries()[i]),
                         number(b_.entries()[i].client), to_string(b_.entries()[i].outcome()));
    }
    return in_order_or_asides();
  }

 private:
  std::optional<std::string> in_order_or_asides() const {
    const std::vector<Point> first = order_of(a_), second = order_of(b_);
    for (size_t i = 0; i < first.size(); ++i) {
      if (first[i].entry == second[i].entry && first[i].is_return == second[i].is_return) continue;
      return fmt::format("the {}th event is of operation {}, and of {}", i + 1, first[i].entry + 1,
                         second[i].entry + 1);
    }
    const std::vector<Aside>& asides = a_.parts().asides;
    const std::vector<Aside>& others = b_.parts().asides;
    const auto same_aside = [](const Aside& x, const Aside& y) {
      return x.time == y.time && x.process == y.process && x.type == y.type &&
             x.function == y.function && x.value == y.value;
    };
    if (!std::equal(asides.begin(), asides.end(), others.begin(), others.end(), same_aside)) {
      return "what stands between the operations differs";
    }
    return std::nullopt;
  }

  bool same(const Entry& x, const Entry& y) const {
    return x.client == y.client && x.operation == y.operation && x.response == y.response &&
           x.invoked_at == y.invoked_at && x.returned_at == y.returned_at &&
           (x.returned == kNoEvent) == (y.returned == kNoEvent) &&
           x.found_collection == y.found_collection && same(x.node, y.node) &&
           same(a_.elements(x), b_.elements(y)) && same_steps(x, y);
  }

  bool same(ValueId x, ValueId y) const {
    if (x == kNoValue || y == kNoValue) return x == y;
    return a_.text(x) == b_.text(y);
  }

  bool same(std::span<const ValueId> x, std::span<const ValueId> y) const {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [this](ValueId one, ValueId other) { return same(one, other); });
  }

  bool same_steps(const Entry& x, const Entry& y) const {
    const std::span<const Step> first = a_.steps(x), second = b_.steps(y);
    return std::equal(first.begin(), first.end(), second.begin(), second.end(),
                      [this](const Step& one, const Step& other) {
                        return one.kind == other.kind && one.found == other.found &&
                               same(one.key, other.key) && same(one.value, other.value) &&
                               same(a_.elements(one), b_.elements(other));
                      });
  }

  const History& a_;
  const History& b_;
};

}  // namespace

std::optional<std::string> difference(const History& a, const History& b) {
  return Comparison(a, b).run();
}

}  // namespace seedbed
