#include "sim/check/convergence.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "sim/check/text.h"
#include "sim/core/limits.h"
#include "sim/history/operation.h"

namespace seedbed {

void ConvergenceChecker::on_event(const TraceEvent& event) {
  switch (event.kind) {
    case EventKind::kHeal:
      healed_ = true;
      for (Replica& replica : replicas_) replica.reported = false;
      break;
    case EventKind::kStart:
    case EventKind::kCrash:
      if (Replica* replica = find(event.node)) {
        replica->up = event.kind == EventKind::kStart;
        replica->reported = false;
      }
      break;
    case EventKind::kOutside:
      outside_.push_back(event.node);  // it may not have reported anything yet
      break;
    case EventKind::kProbe:
      // Before the heal it matters only that a node reports, not what.
      if (!healed_ && find(event.node) != nullptr) break;
      if (std::optional<std::string> digest = digest_of_(event)) report(event, std::move(*digest));
      break;
    case EventKind::kEnd:
      cut_off_ = event.value != static_cast<uint64_t>(RunEnd::kCompleted);
      break;
    default: break;
  }
}

ConvergenceChecker::Replica* ConvergenceChecker::find(NodeId node) {
  for (Replica& replica : replicas_) {
    if (replica.node == node) return &replica;
  }
  return nullptr;
}

void ConvergenceChecker::report(const TraceEvent& event, std::string digest) {
  Replica* replica = find(event.node);
  if (replica == nullptr) {
    replica = &replicas_.emplace_back();
    replica->node = event.node;
  }
  replica->reported = true;
  replica->digest = std::move(digest);
  replica->event = event.index;
  replica->time = event.time;
}

void ConvergenceChecker::finish() {
  if (!healed_) {
    conclude(CheckStatus::kInconclusive, "the run ended before its faults were healed");
    return;
  }
  if (cut_off_) {
    conclude(CheckStatus::kInconclusive, "the run was cut off before the replicas could agree");
    return;
  }
  std::vector<const Replica*> live;
  for (const Replica& replica : replicas_) {
    const bool outside =
        std::find(outside_.begin(), outside_.end(), replica.node) != outside_.end();
    if (!replica.up || outside || !takes_part(replica.node)) continue;
    if (!replica.reported) {
      conclude(CheckStatus::kInconclusive,
               fmt::format("{} is up but has not reported its state since it was started and the "
                           "faults were healed",
                           server_name(replica.node)));
      return;
    }
    live.push_back(&replica);
  }
  if (live.size() < 2) {
    conclude(
        CheckStatus::kInconclusive,
        fmt::format("{} replicas are up and report their state; comparing needs two", live.size()));
    return;
  }
  evaluated(live.size());
  compare(live);
}

// Names the first two that differ, in the order of their ids.
void ConvergenceChecker::compare(const std::vector<const Replica*>& live) {
  std::vector<const Replica*> sorted = live;
  std::sort(sorted.begin(), sorted.end(),
            [](const Replica* a, const Replica* b) { return number(a->node) < number(b->node); });
  const Replica& first = *sorted.front();
  const auto other = std::find_if(sorted.begin(), sorted.end(), [&](const Replica* replica) {
    return replica->digest != first.digest;
  });
  if (other == sorted.end()) return;
  std::vector<Fact> facts;
  for (const Replica* replica : sorted) {
    facts.push_back({replica->event, replica->time, replica->node,
                     fmt::format("{} last reported the state {}", server_name(replica->node),
                                 in_quotes(replica->digest))});
  }
  std::sort(facts.begin(), facts.end(),
            [](const Fact& a, const Fact& b) { return a.event < b.event; });
  const EventIndex last = facts.back().event;
  conclude(CheckStatus::kViolation,
           fmt::format("the replicas did not converge: {} ended with the state {} (at {}), {} with "
                       "{} (at {})",
                       server_name(first.node), in_quotes(first.digest), seconds(first.time),
                       server_name((*other)->node), in_quotes((*other)->digest),
                       seconds((*other)->time)),
           std::move(facts), last);
}

}  // namespace seedbed
