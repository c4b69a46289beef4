#include "sim/check/linearizability_checker.h"

#include <algorithm>
#include <utility>

#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed {

void LinearizabilityChecker::on_event(const TraceEvent& event) {
  if (event.kind == EventKind::kInvoke) invoke(event);
  if (event.kind == EventKind::kReturn) complete(event);
  if (event.kind == EventKind::kCrash) lose(event.node);
}

LinearLive& LinearizabilityChecker::key_of(const Operation& operation) {
  const std::string name = model_.by_key ? operation.key : std::string();
  const auto [number, fresh] =
      numbers_.find_or_insert(hash_bytes(name), static_cast<uint32_t>(keys_.size()),
                              [&](uint32_t i) { return names_[i] == name; });
  if (fresh) {
    names_.push_back(name);
    keys_.push_back(std::make_unique<LinearLive>(model_, options_));
  }
  return *keys_[number];
}

void LinearizabilityChecker::invoke(const TraceEvent& event) {
  for (const Asked& other : asked_) {
    if (other.id == event.id) refuse(event, "comes while the same one is running");
  }
  Entry entry = entry_from(event);
  if (convicted_ != nullptr && &key_of(entry.operation) != convicted_) return;
  LinearLive& key = key_of(entry.operation);
  asked_.push_back({event.id, event.node, &key, key.invoke(std::move(entry))});
}

void LinearizabilityChecker::complete(const TraceEvent& event) {
  const auto same = [&](const Asked& asked) { return asked.id == event.id; };
  const auto found = std::find_if(asked_.begin(), asked_.end(), same);
  if (convicted_ != nullptr && found == asked_.end()) return;
  if (found == asked_.end()) refuse(event, "has no invocation before it");
  const Asked asked = *found;
  asked_.erase(found);
  asked.key->complete(asked.running, response_from(event), event.index, event.time);
  look_at(*asked.key);
}

// What a client had asked when it crashed is never answered.
void LinearizabilityChecker::lose(NodeId client) {
  std::vector<Asked> lost;
  for (const Asked& asked : asked_) {
    if (asked.client == client) lost.push_back(asked);
  }
  std::erase_if(asked_, [&](const Asked& asked) { return asked.client == client; });
  for (const Asked& asked : lost) {
    asked.key->lose(asked.running);
    look_at(*asked.key);
  }
}

// Of the key that is convicted, the run is followed to its end: what comes later may explain where
// an answer came from.
void LinearizabilityChecker::look_at(const LinearLive& key) {
  if (violated() || key.status() != LinearLive::Status::kIllegal) return;
  convicted_ = &key;
  announce_violation();
}

void LinearizabilityChecker::finish() {
  for (const Asked& asked : std::exchange(asked_, {})) {
    asked.key->lose(asked.running);
    look_at(*asked.key);
  }
  if (convicted_ != nullptr) {
    CheckOutcome outcome = convicted_->outcome(options_.max_steps);
    conclude(CheckStatus::kViolation, std::move(outcome.message), std::move(outcome.facts),
             outcome.at);
  } else {
    judge_the_rest();
  }
  for (const auto& key : keys_) evaluated(key->judged());
}

void LinearizabilityChecker::judge_the_rest() {
  uint64_t open = 0;
  for (const auto& key : keys_) open += key->status() == LinearLive::Status::kUndecided ? 1 : 0;
  CheckOutcome doubt;
  for (const auto& key : keys_) {
    if (key->status() != LinearLive::Status::kUndecided) continue;
    CheckOutcome outcome = key->outcome(options_.max_steps / open);
    if (outcome.status == CheckStatus::kPass) continue;
    if (outcome.status == CheckStatus::kViolation) {
      conclude(outcome.status, std::move(outcome.message), std::move(outcome.facts), outcome.at);
      return;
    }
    if (doubt.message.empty()) doubt = std::move(outcome);
  }
  if (doubt.message.empty()) return;
  conclude(doubt.status, std::move(doubt.message), std::move(doubt.facts), doubt.at);
}

size_t LinearizabilityChecker::bytes() const {
  size_t sum = numbers_.bytes();
  for (const auto& key : keys_) sum += key->bytes();
  return sum;
}

}  // namespace seedbed
