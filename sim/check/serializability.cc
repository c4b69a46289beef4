#include "sim/check/serializability.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "sim/check/dependency_graph.h"
#include "sim/check/register_order.h"
#include "sim/check/transaction_fact.h"

namespace seedbed {
namespace {

using Node = uint32_t;

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
  Inference(const History& history, RegisterOrder& registers)
      : history_(history), registers_(registers), graph_(history.size()) {}

  // First of what was written and found alone; then time is asked as well.
  std::optional<DependencyCircle> run() {
    for (const auto& [key, list] : lists()) add_orders(key, list);
    registers_.add_reads(&graph_);
    if (auto circle = find_circle()) return circle;
    add_time();
    return find_circle();
  }

 private:
  std::optional<DependencyCircle> find_circle();
  std::map<ValueId, List> lists() const;
  void add_orders(ValueId key, const List& list);
  void add_reads(ValueId key, const List& list, const std::vector<Node>& order);
  void add_time();

  const History& history_;
  RegisterOrder& registers_;
  DependencyGraph graph_;
};

std::optional<DependencyCircle> Inference::find_circle() {
  for (;;) {
    if (auto circle = graph_.find_circle()) return circle;
    if (!registers_.deduce(&graph_)) return std::nullopt;
  }
}

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
      } else if (step.kind == StepKind::kRead && entry.ok()) {
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
void Inference::add_orders(ValueId key, const List& list) {
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
  for (size_t i = 1; i < order.size(); ++i) {
    graph_.add(order[i - 1], {order[i], Dependency::kWrite, key});
  }
  add_reads(key, list, order);
  // What was appended and never read comes behind all that was.
  for (const ValueId element : *longest) writers.erase(element);
  for (const auto& [element, writer] : writers) {
    if (!history_.entries()[writer].ok()) continue;
    if (!order.empty()) graph_.add(order.back(), {writer, Dependency::kWrite, key});
    for (const Read& read : list.reads) {
      if (read.found.size() != order.size()) continue;
      graph_.add(read.reader, {writer, Dependency::kAnti, key});
    }
  }
}

void Inference::add_reads(ValueId key, const List& list, const std::vector<Node>& order) {
  for (const Read& read : list.reads) {
    const size_t length = read.found.size();
    if (length > 0) graph_.add(order[length - 1], {read.reader, Dependency::kRead, key});
    if (length < order.size()) graph_.add(read.reader, {order[length], Dependency::kAnti, key});
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
  Node now = graph_.add_moment();
  for (const Point& point : points) {
    if (!point.returns) {
      graph_.add(now, {point.node, Dependency::kTime});
      continue;
    }
    const Node later = graph_.add_moment();
    graph_.add(now, {later, Dependency::kTime});
    graph_.add(point.node, {later, Dependency::kTime});
    now = later;
  }
}

// "overwrote x, which it had found": what ties a transaction to the next.
std::string reason(const History& history, const DependencyEdge& edge) {
  if (edge.kind == Dependency::kTime) return "and had returned before the next began";
  const std::string key(history.text(edge.key));
  switch (edge.kind) {
    case Dependency::kWrite:
    case Dependency::kForced: return fmt::format("and the next wrote {} behind it", key);
    case Dependency::kRead: return fmt::format("and the next found what it had written to {}", key);
    default: return fmt::format("and did not find what the next wrote to {}", key);
  }
}

}  // namespace

void SerializabilityChecker::judge(const History& history) {
  const std::vector<Entry>& entries = history.entries();
  evaluated(
      static_cast<uint64_t>(std::count_if(entries.begin(), entries.end(), [](const Entry& entry) {
        return entry.is_transaction() && entry.ok();
      })));
  RegisterOrder registers(history);
  if (const auto anomaly = registers.find_anomaly()) {
    std::vector<Fact> facts;
    for (const Entry* entry : anomaly->shown_by) facts.push_back(transaction_fact(history, *entry));
    return contradict(anomaly->sentence, std::move(facts));
  }
  const auto circle = Inference(history, registers).run();
  if (!circle) return;
  std::vector<Fact> facts;
  for (const auto& [transaction, why] : circle->steps) {
    facts.push_back(transaction_fact(history, entries[transaction]));
    facts.back().text += ", " + reason(history, why);
  }
  contradict(
      fmt::format("{}: of {} transactions each came before the next, and the last before the first",
                  circle->name, circle->steps.size()),
      std::move(facts));
}

void SerializabilityChecker::contradict(std::string sentence, std::vector<Fact> facts) {
  const auto last = std::max_element(
      facts.begin(), facts.end(), [](const Fact& a, const Fact& b) { return a.event < b.event; });
  const EventIndex at = last->event;
  conclude(CheckStatus::kViolation, std::move(sentence), std::move(facts), at);
}

}  // namespace seedbed
