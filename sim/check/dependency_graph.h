// DependencyGraph: which transaction came before which, and why (Adya, Liskov, O'Neil: "Generalized
// Isolation Level Definitions", ICDE 2000). A circle in it contradicts every order.
//
//   DependencyGraph graph(history.size());
//   graph.add(0, {.to = 1, .kind = Dependency::kRead, .key = x});
//   if (const auto circle = graph.find_circle()) ... circle->name ...
//
// Nodes are transactions, by their place in the history, and behind them moments of time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/history/values.h"

namespace seedbed {

// Why one came before the other.
enum class Dependency : uint8_t {
  kWrite,   // ww: the other wrote behind it
  kRead,    // wr: the other found what it had written
  kForced,  // ww, too: otherwise somebody would have found what was old
  kAnti,    // rw: it did not find what the other wrote
  kTime,    // rt: it had returned before the other began
};
std::string_view to_string(Dependency kind);  // "ww"

struct DependencyEdge {
  uint32_t to = 0;
  Dependency kind = Dependency::kWrite;
  ValueId key = kNoValue;  // of what was written and read
};

// Transactions of which each came before the next, and the last before the first.
struct DependencyCircle {
  struct Step {
    uint32_t transaction = 0;
    DependencyEdge why;  // it came before the next; moments between them are left out
  };
  std::vector<Step> steps;
  // As in Elle: "G0", "G1c", "G-single" or "G2", with "-realtime" behind it if time had to tell.
  std::string_view name;
};

// A table of who comes before whom, directly or not.
class Reachability {
 public:
  explicit Reachability(size_t nodes) : words_((nodes + 63) / 64), bits_(nodes * words_) {}
  bool operator()(uint32_t from, uint32_t to) const {
    return (bits_[from * words_ + to / 64] >> (to % 64) & 1) != 0;
  }
  void add(uint32_t from, uint32_t to) { bits_[from * words_ + to / 64] |= uint64_t{1} << to % 64; }
  // Whatever comes after `to` comes after `from`.
  void add_all(uint32_t from, uint32_t to);

 private:
  size_t words_;
  std::vector<uint64_t> bits_;
};

class DependencyGraph {
 public:
  explicit DependencyGraph(size_t transactions)
      : transactions_(transactions), next_(transactions) {}

  size_t transactions() const { return transactions_; }
  uint32_t add_moment();
  // Nothing, if it leads to where it begins.
  void add(uint32_t from, const DependencyEdge& edge) {
    if (from != edge.to) next_[from].push_back(edge);
  }

  // The gravest of the circles, in the order of their names, and of those with the name, one of the
  // shortest through one of its transactions. In time linear in the graph if there is none.
  std::optional<DependencyCircle> find_circle() const;
  // There must be no circle. Takes memory with the square of the nodes.
  Reachability reachability() const;

 private:
  // Which edges a search may take: all up to that kind, and those of time.
  using Path = std::vector<uint32_t>;
  bool allowed(const DependencyEdge& edge, Dependency up_to) const;
  // From which nothing leads back, so that circles lie among the others; empty: there are none.
  std::vector<bool> tangled(Dependency up_to) const;
  std::vector<uint32_t> in_order(Dependency up_to) const;
  Path shortest(uint32_t from, uint32_t to, Dependency up_to, const std::vector<bool>& among) const;
  std::optional<DependencyCircle> any_circle(Dependency up_to) const;
  std::optional<DependencyCircle> circle_with_one_anti(const std::vector<bool>& among) const;
  // The path leads back to where it begins.
  DependencyCircle circle_of(const Path& path, Dependency up_to) const;

  size_t transactions_;
  std::vector<std::vector<DependencyEdge>> next_;
};

}  // namespace seedbed
