#include "sim/check/register_order.h"

#include <fmt/core.h>

#include <algorithm>

namespace seedbed {

RegisterOrder::RegisterOrder(const History& history) : history_(history) {
  std::set<ValueId> lists;
  for (uint32_t i = 0; i < history.size(); ++i) {
    look_at(i);
    for (const Step& step : history.steps(entry(i))) {
      const bool list = step.kind == StepKind::kAppend || step.found == Found::kCollection;
      if (list) lists.insert(step.key);
    }
  }
  for (const ValueId key : lists) registers_.erase(key);
  for (const auto& [key, held] : registers_) {
    for (const Read& read : held.reads) {
      const auto by = held.writes.find(read.found);
      if (by != held.writes.end()) observed_.insert(by->second.transaction);
    }
  }
}

void RegisterOrder::look_at(uint32_t transaction) {
  const Entry& entry = history_.entries()[transaction];
  std::map<ValueId, ValueId> known;  // what registers hold, as the transaction sees it
  std::map<ValueId, Write*> written;
  for (const Step& step : history_.steps(entry)) {
    Register& held = registers_[step.key];
    if (step.kind == StepKind::kWrite) {
      const auto before = written.find(step.key);
      if (before != written.end()) before->second->last = false;
      Write& write = held.writes[step.value];
      write = {.transaction = transaction};
      written[step.key] = &write;
      known[step.key] = step.value;
      continue;
    }
    if (step.kind != StepKind::kRead || !entry.ok()) continue;
    const ValueId found = step.found == Found::kValue ? step.value : kNoValue;
    const auto [expected, first] = known.try_emplace(step.key, found);
    if (first) held.reads.push_back({.transaction = transaction, .found = found});
    if (expected->second == found || internal_) continue;
    internal_ = RegisterAnomaly{
        fmt::format("internal: a transaction did not find in {} what it had written or found there",
                    text(step.key)),
        {&entry}};
  }
}

std::optional<RegisterAnomaly> RegisterOrder::find_anomaly() const {
  if (internal_) return internal_;
  for (const auto& [key, held] : registers_) {
    for (const Read& read : held.reads) {
      if (auto wrong = wrong_read(key, held, read)) return wrong;
    }
  }
  for (const auto& [key, held] : registers_) {
    if (auto lost = lost_update(key, held)) return lost;
  }
  return std::nullopt;
}

std::optional<RegisterAnomaly> RegisterOrder::wrong_read(ValueId key, const Register& held,
                                                         const Read& read) const {
  if (read.found == kNoValue) return std::nullopt;
  const Entry* reader = &entry(read.transaction);
  const auto by = held.writes.find(read.found);
  if (by == held.writes.end()) {
    return RegisterAnomaly{
        fmt::format("thin-air-read: {} held {}, which nobody wrote", text(key), text(read.found)),
        {reader}};
  }
  const Entry* writer = &entry(by->second.transaction);
  if (writer->outcome() == Outcome::kFail) {
    return RegisterAnomaly{fmt::format("G1a (aborted read): {} held {}, whose transaction failed",
                                       text(key), text(read.found)),
                           {writer, reader}};
  }
  if (by->second.last || writer == reader) return std::nullopt;
  return RegisterAnomaly{
      fmt::format("G1b (intermediate read): {} held {}, which the same transaction overwrote",
                  text(key), text(read.found)),
      {writer, reader}};
}

bool RegisterOrder::overwrites(const Register& held, uint32_t transaction) const {
  for (const auto& [value, write] : held.writes) {
    if (write.transaction == transaction) return true;
  }
  return false;
}

std::optional<RegisterAnomaly> RegisterOrder::lost_update(ValueId key, const Register& held) const {
  std::map<ValueId, const Entry*> overwritten_by;
  for (const Read& read : held.reads) {
    if (!overwrites(held, read.transaction)) continue;
    const Entry* one = &entry(read.transaction);
    const auto [other, first] = overwritten_by.try_emplace(read.found, one);
    if (first) continue;
    const std::string found = read.found == kNoValue ? "nothing" : text(read.found);
    return RegisterAnomaly{
        fmt::format("lost-update: two transactions found {} in {}, and overwrote it", found,
                    text(key)),
        {other->second, one}};
  }
  return std::nullopt;
}

bool RegisterOrder::add(uint32_t from, const DependencyEdge& edge, DependencyGraph* graph) {
  if (from == edge.to || !added_.insert({from, edge.to, edge.kind, edge.key}).second) return false;
  graph->add(from, edge);
  return true;
}

void RegisterOrder::add_reads(DependencyGraph* graph) {
  for (const auto& [key, held] : registers_) {
    for (const Read& read : held.reads) {
      const auto by = held.writes.find(read.found);
      if (by != held.writes.end()) {
        add(by->second.transaction, {read.transaction, Dependency::kRead, key}, graph);
      }
      if (read.found != kNoValue) continue;
      for (const auto& [value, write] : held.writes) {
        if (!happened(write.transaction)) continue;
        add(read.transaction, {write.transaction, Dependency::kAnti, key}, graph);
      }
    }
  }
}

// Whether two transactions wrote a register, of which one was read: which came first?
bool RegisterOrder::leaves_open(const Register& held) const {
  if (held.writes.size() < 2) return false;
  for (const Read& read : held.reads) {
    if (held.writes.contains(read.found)) return true;
  }
  return false;
}

bool RegisterOrder::deduce(DependencyGraph* graph) {
  const bool open = std::any_of(registers_.begin(), registers_.end(),
                                [&](const auto& held) { return leaves_open(held.second); });
  if (!open) return false;
  const Reachability before = graph->reachability();
  bool more = false;
  for (const auto& [key, held] : registers_) more = deduce(key, held, before, graph) || more;
  return more;
}

// Of who wrote what was read, who read it, and who wrote something else.
bool RegisterOrder::deduce(ValueId key, const Register& held, const Reachability& before,
                           DependencyGraph* graph) {
  bool more = false;
  for (const Read& read : held.reads) {
    const auto by = held.writes.find(read.found);
    if (by == held.writes.end()) continue;
    const uint32_t writer = by->second.transaction;
    for (const auto& [value, write] : held.writes) {
      const uint32_t other = write.transaction;
      if (other == writer || other == read.transaction || !happened(other)) continue;
      if (before(writer, other)) {
        more = add(read.transaction, {other, Dependency::kAnti, key}, graph) || more;
      } else if (before(other, read.transaction)) {
        more = add(other, {writer, Dependency::kForced, key}, graph) || more;
      }
    }
  }
  return more;
}

}  // namespace seedbed
