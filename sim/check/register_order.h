// RegisterOrder: what transactions that write registers and read them tell of their order, if every
// value is written only once in the run.
//
//   RegisterOrder order(history);
//   if (const auto anomaly = order.find_anomaly()) ...
//   DependencyGraph graph(history.size());
//   order.add_reads(&graph);
//   while (!graph.find_circle() && order.deduce(&graph)) {}
//
// A read names the transaction that wrote what it found (wr). A register, other than a list, does
// not show what it held before. But of another transaction that wrote it is known: it came before
// the one that was read (ww), or after the reader (rw). Where one of these would close a circle,
// the other is true; and what is true then may decide more (the pruning of PolySI: Huang et al.,
// VLDB 2023). In this way, who reads a register and overwrites it is told to come right behind the
// one it read from; and real time is told, if it is in the graph. What stays undecided, is left so.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "sim/check/dependency_graph.h"
#include "sim/history/history.h"

namespace seedbed {

// What is wrong with what was read, whatever the order.
struct RegisterAnomaly {
  std::string sentence;  // begins with its name, as in Elle: "G1a (aborted read): ..."
  std::vector<const Entry*> shown_by;
};

class RegisterOrder {
 public:
  // The history must outlive it. Keys to which something was appended are no registers.
  explicit RegisterOrder(const History& history);

  // Reads that contradict the transaction they are in (internal), of values that nobody wrote
  // (thin-air-read), of transactions that failed (G1a), of values that the same transaction
  // overwrote (G1b); and two transactions that overwrote what both had read (lost-update).
  std::optional<RegisterAnomaly> find_anomaly() const;
  // Adds who read from whom, and who found a register before anybody wrote it.
  void add_reads(DependencyGraph* graph);
  // Adds what follows from the graph, in which there is no circle. False: nothing more follows.
  // If there is anything to decide, takes memory with the square of the graph's nodes.
  bool deduce(DependencyGraph* graph);

 private:
  struct Write {
    uint32_t transaction = 0;
    bool last = true;  // of this transaction, to this register
  };
  struct Read {
    uint32_t transaction = 0;
    ValueId found = kNoValue;  // kNoValue: nothing
  };
  struct Register {
    std::map<ValueId, Write> writes;
    std::vector<Read> reads;  // that come before any write of their own transactions
  };

  void look_at(uint32_t transaction);
  const Entry& entry(uint32_t transaction) const { return history_.entries()[transaction]; }
  std::string text(ValueId value) const { return std::string(history_.text(value)); }
  // Whether it is known that it happened.
  bool happened(uint32_t transaction) const {
    return entry(transaction).ok() || observed_.contains(transaction);
  }
  std::optional<RegisterAnomaly> wrong_read(ValueId key, const Register& held,
                                            const Read& read) const;
  std::optional<RegisterAnomaly> lost_update(ValueId key, const Register& held) const;
  bool overwrites(const Register& held, uint32_t transaction) const;
  bool leaves_open(const Register& held) const;
  bool add(uint32_t from, const DependencyEdge& edge, DependencyGraph* graph);
  bool deduce(ValueId key, const Register& held, const Reachability& before,
              DependencyGraph* graph);

  const History& history_;
  std::map<ValueId, Register> registers_;
  std::set<uint32_t> observed_;  // transactions from which somebody read
  std::optional<RegisterAnomaly> internal_;
  std::set<std::tuple<uint32_t, uint32_t, Dependency, ValueId>> added_;
};

}  // namespace seedbed
