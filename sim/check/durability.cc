#include "sim/check/durability.h"

#include <fmt/core.h>

#include <utility>

#include "sim/check/text.h"
#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed {

DurableLedger::Line& DurableLedger::line(uint64_t key) {
  // scramble is a bijection: equal hashes are equal keys.
  const auto [number, fresh] = numbers_.find_or_insert(
      scramble(key), static_cast<uint32_t>(lines_.size()), [](uint32_t) { return true; });
  if (fresh) lines_.push_back({.key = key});
  return lines_[number];
}

void DurableLedger::set_holders(uint64_t key, uint32_t replica, bool holds) {
  Line& entry = line(key);
  const uint64_t bit = uint64_t{1} << replica;
  const uint64_t holders = holds ? entry.holders | bit : entry.holders & ~bit;
  if (entry.acknowledged) {
    missing_ += is_enough(holders) ? 0 : 1;
    missing_ -= is_enough(entry.holders) ? 0 : 1;
  }
  entry.holders = holders;
}

void DurableLedger::acknowledge(uint64_t key) {
  Line& entry = line(key);
  if (!entry.acknowledged && !is_enough(entry.holders)) ++missing_;
  entry.acknowledged = true;
}

std::optional<uint64_t> DurabilityChecker::key_by_number(const Entry& entry) {
  const std::string& function = entry.operation.function;
  if (function == kGet || function == kRead || entry.response.is_mismatch()) return std::nullopt;
  return entry.id;
}

DurabilityChecker::DurabilityChecker(std::string name, DurabilityOptions options,
                                     const MakeReader& make_reader, KeyOf key_of)
    : Checker(std::move(name)),
      options_(std::move(options)),
      key_of_(std::move(key_of)),
      ledger_(options_.required) {
  CHECK(options_.replicas.size() <= 64);
  CHECK(options_.required >= 1 && options_.required <= options_.replicas.size());
  for (const NodeId node : options_.replicas) {
    Replica& replica = replicas_.emplace_back();
    replica.node = node;
    replica.reader = make_reader(node);
  }
}

DurabilityChecker::Replica* DurabilityChecker::find(NodeId node) {
  for (Replica& replica : replicas_) {
    if (replica.node == node) return &replica;
  }
  return nullptr;
}

void DurabilityChecker::on_event(const TraceEvent& event) {
  last_ = {.index = event.index, .time = event.time, .kind = event.kind, .node = event.node};
  if (event.kind == EventKind::kInvoke) {
    builder_.on_event(event);
    return;
  }
  if (event.kind == EventKind::kReturn) {
    acknowledge(event);
    return;
  }
  Replica* replica = find(event.node);
  if (replica == nullptr) return;
  replica->image.apply(event);
  if (event.kind != EventKind::kDurable) {
    const bool crash = event.kind == EventKind::kCrash;
    look(event, fmt::format("when {} {}", server_name(event.node), crash ? "crashed" : "started"));
  }
}

void DurabilityChecker::acknowledge(const TraceEvent& event) {
  builder_.on_event(event);
  const Entry& entry = builder_.last_returned();
  if (!entry.ok()) return;
  const std::optional<uint64_t> key = key_of_(entry);
  if (!key) return;
  evaluated();
  acknowledged_.push_back({*key, static_cast<uint32_t>(&entry - builder_.entries().data())});
  ledger_.acknowledge(*key);
  if (!options_.at_acknowledgement || violated()) return;
  read_disks();
  if (!ledger_.stands(*key)) report(acknowledged_.back(), event, "at that moment");
}

void DurabilityChecker::read_disks() {
  for (uint32_t i = 0; i < replicas_.size(); ++i) {
    Replica& replica = replicas_[i];
    if (!replica.image.changed()) continue;
    DurableSet set(&ledger_, i);
    replica.reader->read(replica.image, set);
    replica.image.settle();
  }
}

void DurabilityChecker::look(const TraceEvent& at, const std::string& occasion) {
  if (violated()) return;
  read_disks();
  if (ledger_.missing() == 0) return;
  for (const Acknowledged& operation : acknowledged_) {
    if (ledger_.stands(operation.key)) continue;
    report(operation, at, occasion);
    return;
  }
}

void DurabilityChecker::finish() { look(last_, "at the end"); }

void DurabilityChecker::report(const Acknowledged& lost, const TraceEvent& at,
                               const std::string& occasion) {
  const Entry& entry = builder_.entries()[lost.entry];
  const uint64_t holders = ledger_.holders(lost.key);
  std::string where;
  for (uint32_t i = 0; i < replicas_.size(); ++i) {
    if (((holders >> i) & 1) == 0) continue;
    where += (where.empty() ? " (" : ", ") + server_name(replicas_[i].node);
  }
  if (!where.empty()) where += ')';
  const std::string what =
      fmt::format("{} by {}", to_string(entry.operation), client_name(entry.client));
  const std::string count =
      fmt::format("{} of {} disks{}", std::popcount(holders), replicas_.size(), where);
  std::vector<Fact> facts = {{entry.invoked, entry.invoked_at, entry.client, what + " began"},
                             {entry.returned, entry.returned_at, entry.client,
                              what + ' ' + describe(entry.operation, entry.response)},
                             fact(at, fmt::format("{} it stood on {}", occasion, count))};
  violate(at,
          fmt::format("{} was acknowledged at {}, but {} ({}) it stood on {}, and {} {} needed",
                      what, seconds(entry.returned_at), occasion, seconds(at.time), count,
                      options_.required, options_.required == 1 ? "is" : "are"),
          std::move(facts));
}

}  // namespace seedbed
