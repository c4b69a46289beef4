#include "sim/check/progress.h"

#include <fmt/format.h>

#include "sim/check/text.h"
#include "sim/history/operation.h"

namespace seedbed {
namespace {

constexpr size_t kFactsPerClient = 6;

std::string seconds(Duration duration) {
  return fmt::format("{}.{:03} s", duration.count() / 1'000'000'000,
                     duration.count() / 1'000'000 % 1000);
}

}  // namespace

ProgressChecker::ProgressChecker(std::string name, std::vector<NodeId> clients, Duration bound)
    : Checker(std::move(name)), bound_(bound) {
  for (const NodeId client : clients) clients_.emplace(client, Waiting());
}

void ProgressChecker::on_event(const TraceEvent& event) {
  if (event.kind == EventKind::kHeal) {
    healed_ = true;
    healed_at_ = event.time;
  }
  if (!healed_) return;
  const auto client = clients_.find(event.node);
  if (client == clients_.end()) return;
  Waiting& waiting = client->second;
  if (event.kind == EventKind::kInvoke) {
    waiting.invocations[event.id] = event.time;
    if (waiting.facts.size() < kFactsPerClient) {
      waiting.facts.push_back(fact(event, fmt::format("asked for {}", with_article(event.name))));
    }
  } else if (event.kind == EventKind::kReturn && waiting.invocations.erase(event.id) != 0) {
    const Outcome outcome = outcome_from(event.value);
    if (outcome == Outcome::kOk) {
      evaluated();
      waiting.served = waiting.served || event.time <= healed_at_ + bound_;
    }
    if (waiting.facts.size() < kFactsPerClient) {
      waiting.facts.push_back(
          fact(event, fmt::format("the {} ended {}", event.name, to_string(outcome))));
    }
  }
}

void ProgressChecker::finish() {
  if (!healed_) return;
  for (auto& [client, waiting] : clients_) {
    if (waiting.served || waiting.facts.empty()) continue;
    conclude(CheckStatus::kLiveness,
             fmt::format("c{} got no operation done within {} after the faults were over",
                         number(client), seconds(bound_)),
             waiting.facts, waiting.facts.back().event);
    return;
  }
}

}  // namespace seedbed
