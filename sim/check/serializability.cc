#include "sim/check/serializability.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

namespace seedbed {
namespace {

using Node = uint32_t;

// Transactions, by their place in the history, and behind them moments of time.
class Graph {
 public:
  explicit Graph(size_t nodes) : next_(nodes) {}
  Node add_node() {
    next_.emplace_back();
    return static_cast<Node>(next_.size() - 1);
  }
  void add_edge(Node from, Node to) {
    if (from != to) next_[from].push_back(to);
  }
  // Some nodes that lie on a circle, or between circles; empty if there is no circle.
  std::vector<bool> tangled() const;
  // A shortest way from a node back to itself.
  std::vector<Node> circle_through(Node node, const std::vector<bool>& among) const;

 private:
  std::vector<std::vector<Node>> next_;
};

// What is left when whatever nothing leads to is taken away, again and again (Kahn 1962).
std::vector<bool> Graph::tangled() const {
  std::vector<uint32_t> before(next_.size());
  for (const auto& targets : next_) {
    for (const Node target : targets) ++before[target];
  }
  std::vector<Node> ready;
  for (Node node = 0; node < next_.size(); ++node) {
    if (before[node] == 0) ready.push_back(node);
  }
  std::vector<bool> left(next_.size(), true);
  size_t count = next_.size();
  while (!ready.empty()) {
    const Node node = ready.back();
    ready.pop_back();
    left[node] = false;
    --count;
    for (const Node target : next_[node]) {
      if (--before[target] == 0) ready.push_back(target);
    }
  }
  if (count == 0) left.clear();
  return left;
}

std::vector<Node> Graph::circle_through(Node node, const std::vector<bool>& among) const {
  std::map<Node, Node> came_from;
  std::deque<Node> queue{node};
  while (!queue.empty()) {
    const Node one = queue.front();
    queue.pop_front();
    for (const Node target : next_[one]) {
      if (!among[target] || !came_from.try_emplace(target, one).second) continue;
      queue.push_back(target);
    }
    if (came_from.contains(node)) break;
  }
  std::vector<Node> circle;
  if (!came_from.contains(node)) return circle;
  for (Node at = came_from.at(node); at != node; at = came_from.at(at)) circle.push_back(at);
  circle.push_back(node);
  std::reverse(circle.begin(), circle.end());
  return circle;
}

struct Read {
  Node reader = 0;
  std::vector<ValueId> found;  // before what the transaction itself appended
};
struct List {
  std::vector<Read> reads;
  std::vector<std::pair<ValueId, Node>> appends;
};

class Inference {
 public:
  explicit Inference(const History& history)
      : history_(history), graph_(history.entries().size()) {}

  std::optional<Circle> run() {
    for (const auto& [key, list] : lists()) add_orders(list);
    add_time();
    const std::vector<bool> tangled = graph_.tangled();
    for (Node node = 0; node < tangled.size() && node < history_.entries().size(); ++node) {
      if (!tangled[node]) continue;
      Circle circle;
      for (const Node member : graph_.circle_through(node, tangled)) {
        if (member < history_.entries().size()) {
          circle.entries.push_back(&history_.entries()[member]);
        }
      }
      if (!circle.entries.empty()) return circle;
    }
    return std::nullopt;
  }

 private:
  std::map<ValueId, List> lists() const;
  void add_orders(const List& list);
  void add_reads(const List& list, const std::vector<Node>& order);
  void add_time();

  const History& history_;
  Graph graph_;
};

std::map<ValueId, List> Inference::lists() const {
  std::map<ValueId, List> lists;
  for (Node node = 0; node < history_.entries().size(); ++node) {
    const Entry& entry = history_.entries()[node];
    std::map<ValueId, size_t> own;
    for (const Step& step : history_.steps(entry)) {
      List& list = lists[step.key];
      if (step.kind == StepKind::kAppend) {
        list.appends.emplace_back(step.value, node);
        ++own[step.key];
      } else if (entry.ok()) {
        const auto found = history_.elements(step);
        const size_t others = found.size() - std::min(found.size(), own[step.key]);
        list.reads.push_back(
            {node, {found.begin(), found.begin() + static_cast<ptrdiff_t>(others)}});
      }
    }
  }
  return lists;
}

// The writers of a list, in the order of their elements.
void Inference::add_orders(const List& list) {
  const std::vector<ValueId>* longest = nullptr;
  for (const Read& read : list.reads) {
    if (longest == nullptr || read.found.size() > longest->size()) longest = &read.found;
  }
  if (longest == nullptr) return;
  std::map<ValueId, Node> writers(list.appends.begin(), list.appends.end());
  std::vector<Node> order;
  for (const ValueId element : *longest) {
    const auto writer = writers.find(element);
    if (writer == writers.end()) return;
    order.push_back(writer->second);
  }
  for (const Read& read : list.reads) {
    if (!std::equal(read.found.begin(), read.found.end(), longest->begin())) return;
  }
  for (size_t i = 1; i < order.size(); ++i) graph_.add_edge(order[i - 1], order[i]);
  add_reads(list, order);
  // What was appended and never read comes behind all that was.
  for (const ValueId element : *longest) writers.erase(element);
  for (const auto& [element, writer] : writers) {
    if (!history_.entries()[writer].ok()) continue;
    if (!order.empty()) graph_.add_edge(order.back(), writer);
    for (const Read& read : list.reads) {
      if (read.found.size() == order.size()) graph_.add_edge(read.reader, writer);
    }
  }
}

void Inference::add_reads(const List& list, const std::vector<Node>& order) {
  for (const Read& read : list.reads) {
    const size_t length = read.found.size();
    if (length > 0) graph_.add_edge(order[length - 1], read.reader);
    if (length < order.size()) graph_.add_edge(read.reader, order[length]);
  }
}

// Moments stand between those who have returned and those who begin later.
void Inference::add_time() {
  struct Point {
    EventIndex at{};
    Node node = 0;
    bool returns = false;
  };
  std::vector<Point> points;
  for (Node node = 0; node < history_.entries().size(); ++node) {
    const Entry& entry = history_.entries()[node];
    points.push_back({entry.invoked, node, false});
    if (entry.ok()) points.push_back({entry.returned, node, true});
  }
  std::sort(points.begin(), points.end(),
            [](const Point& a, const Point& b) { return a.at < b.at; });
  Node now = graph_.add_node();
  for (const Point& point : points) {
    if (!point.returns) {
      graph_.add_edge(now, point.node);
      continue;
    }
    const Node later = graph_.add_node();
    graph_.add_edge(now, later);
    graph_.add_edge(point.node, later);
    now = later;
  }
}

}  // namespace

std::optional<Circle> find_circle(const History& history) { return Inference(history).run(); }

void SerializabilityChecker::judge(const History& history) {
  const std::vector<Entry>& entries = history.entries();
  evaluated(
      static_cast<uint64_t>(std::count_if(entries.begin(), entries.end(), [](const Entry& entry) {
        return entry.is_transaction() && entry.ok();
      })));
  const std::optional<Circle> circle = find_circle(history);
  if (!circle) return;
  std::vector<Fact> facts;
  for (const Entry* entry : circle->entries) {
    const bool returned = entry->returned != kNoEvent;
    facts.push_back({.event = returned ? entry->returned : entry->invoked,
                     .time = returned ? entry->returned_at : entry->invoked_at,
                     .node = entry->client,
                     .text = to_string(history, *entry) + ' ' +
                             (entry->ok() ? "ended ok" : describe(history, *entry))});
  }
  std::sort(facts.begin(), facts.end(),
            [](const Fact& a, const Fact& b) { return a.event < b.event; });
  const EventIndex at = facts.back().event;
  conclude(
      CheckStatus::kViolation,
      fmt::format("of {} transactions each came before the next, and the last before the first",
                  circle->entries.size()),
      std::move(facts), at);
}

}  // namespace seedbed
