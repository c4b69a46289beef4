#include "sim/check/dependency_graph.h"

#include <algorithm>
#include <deque>
#include <map>

#include "sim/core/check.h"

namespace seedbed {

std::string_view to_string(Dependency kind) {
  switch (kind) {
    case Dependency::kWrite:
    case Dependency::kForced: return "ww";
    case Dependency::kRead: return "wr";
    case Dependency::kAnti: return "rw";
    case Dependency::kTime: return "rt";
  }
  return "unknown";
}

void Reachability::add_all(uint32_t from, uint32_t to) {
  for (size_t i = 0; i < words_; ++i) bits_[from * words_ + i] |= bits_[to * words_ + i];
}

uint32_t DependencyGraph::add_moment() {
  next_.emplace_back();
  return static_cast<uint32_t>(next_.size() - 1);
}

bool DependencyGraph::allowed(const DependencyEdge& edge, Dependency up_to) const {
  return edge.kind <= up_to || edge.kind == Dependency::kTime;
}

// What nothing leads to is taken away, again and again (Kahn 1962): in that order.
std::vector<uint32_t> DependencyGraph::in_order(Dependency up_to) const {
  std::vector<uint32_t> before(next_.size());
  for (const auto& edges : next_) {
    for (const DependencyEdge& edge : edges) before[edge.to] += allowed(edge, up_to) ? 1 : 0;
  }
  std::vector<uint32_t> order;
  for (uint32_t node = 0; node < next_.size(); ++node) {
    if (before[node] == 0) order.push_back(node);
  }
  for (size_t i = 0; i < order.size(); ++i) {
    for (const DependencyEdge& edge : next_[order[i]]) {
      if (allowed(edge, up_to) && --before[edge.to] == 0) order.push_back(edge.to);
    }
  }
  return order;
}

std::vector<bool> DependencyGraph::tangled(Dependency up_to) const {
  const std::vector<uint32_t> order = in_order(up_to);
  if (order.size() == next_.size()) return {};
  std::vector<bool> left(next_.size(), true);
  for (const uint32_t node : order) left[node] = false;
  return left;
}

Reachability DependencyGraph::reachability() const {
  const std::vector<uint32_t> order = in_order(Dependency::kTime);
  CHECK(order.size() == next_.size());
  Reachability reached(next_.size());
  for (size_t i = order.size(); i > 0; --i) {
    const uint32_t node = order[i - 1];
    for (const DependencyEdge& edge : next_[node]) {
      reached.add(node, edge.to);
      reached.add_all(node, edge.to);
    }
  }
  return reached;
}

DependencyGraph::Path DependencyGraph::shortest(uint32_t from, uint32_t to, Dependency up_to,
                                                const std::vector<bool>& among) const {
  std::map<uint32_t, uint32_t> came_from;
  std::deque<uint32_t> queue{from};
  while (!queue.empty() && !came_from.contains(to)) {
    const uint32_t one = queue.front();
    queue.pop_front();
    for (const DependencyEdge& edge : next_[one]) {
      if (!allowed(edge, up_to) || !among[edge.to]) continue;
      if (came_from.try_emplace(edge.to, one).second) queue.push_back(edge.to);
    }
  }
  if (!came_from.contains(to)) return {};
  Path path{to};
  for (uint32_t at = came_from.at(to); at != from; at = came_from.at(at)) path.push_back(at);
  path.push_back(from);
  std::reverse(path.begin(), path.end());
  return path;
}

DependencyCircle DependencyGraph::circle_of(const Path& path, Dependency up_to) const {
  DependencyCircle circle;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    DependencyEdge why{.to = path[i + 1], .kind = Dependency::kTime};
    for (const DependencyEdge& edge : next_[path[i]]) {
      const bool sooner = edge.kind < why.kind && allowed(edge, up_to);
      if (edge.to == path[i + 1] && sooner) why = edge;
    }
    if (path[i] < transactions_) circle.steps.push_back({.transaction = path[i], .why = why});
  }
  return circle;
}

std::optional<DependencyCircle> DependencyGraph::any_circle(Dependency up_to) const {
  const std::vector<bool> among = tangled(up_to);
  for (uint32_t node = 0; node < transactions_ && !among.empty(); ++node) {
    const Path path = among[node] ? shortest(node, node, up_to, among) : Path();
    if (!path.empty()) return circle_of(path, up_to);
  }
  return std::nullopt;
}

std::optional<DependencyCircle> DependencyGraph::circle_with_one_anti(
    const std::vector<bool>& among) const {
  for (uint32_t node = 0; node < transactions_; ++node) {
    for (const DependencyEdge& edge : next_[node]) {
      if (!among[node] || edge.kind != Dependency::kAnti) continue;
      Path path = shortest(edge.to, node, Dependency::kForced, among);
      if (path.empty()) continue;
      path.insert(path.begin(), node);
      return circle_of(path, Dependency::kAnti);
    }
  }
  return std::nullopt;
}

std::optional<DependencyCircle> DependencyGraph::find_circle() const {
  const std::vector<bool> among = tangled(Dependency::kAnti);
  if (among.empty()) return std::nullopt;
  const bool time = next_.size() > transactions_;
  std::optional<DependencyCircle> circle = any_circle(Dependency::kWrite);
  if (circle) {
    circle->name = time ? "G0-realtime" : "G0";
  } else if ((circle = any_circle(Dependency::kRead))) {
    circle->name = time ? "G1c-realtime" : "G1c";
  } else if ((circle = any_circle(Dependency::kForced)) || (circle = circle_with_one_anti(among))) {
    circle->name = time ? "G-single-realtime" : "G-single";
  } else if ((circle = any_circle(Dependency::kAnti))) {
    circle->name = time ? "G2-realtime" : "G2";
  }
  CHECK(circle);
  return circle;
}

}  // namespace seedbed
