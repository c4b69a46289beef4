#include "sim/check/linear_live.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/check/text.h"

namespace seedbed {
namespace {

constexpr size_t kManyTimes = 16;  // as many as should be kept: then they go, whatever they leave

SweepOptions sweep_options(const LinearizabilityOptions& options) {
  return {.max_bytes = options.max_memory, .defect = options.defect};
}

size_t bytes_of(const Entry& entry) {
  return entry.operation.key.size() + entry.operation.argument.size() +
         (entry.response.output ? entry.response.output->size() : 0) + 256;
}

}  // namespace

LinearLive::LinearLive(const Model& model, const LinearizabilityOptions& options)
    : model_(model),
      options_(options),
      sweep_(model, options.initial.value_or(model.initial), sweep_options(options)),
      initial_(options.initial.value_or(model.initial)),
      next_look_(options.kept / 2) {}

LinearLive::Running* LinearLive::invoke(Entry entry) {
  kept_.push_back({.entry = std::move(entry)});
  Running& running = kept_.back();
  running.self = std::prev(kept_.end());
  if (status_ == Status::kFine) events_.push_back({&running, false});
  return &running;
}

void LinearLive::complete(Running* running, Response response, EventIndex at, Time time) {
  Entry& entry = running->entry;
  entry.response = std::move(response);
  entry.returned = at;
  entry.returned_at = time;
  const Exchange exchange(entry.operation, entry.ok() ? &entry.response : nullptr);
  const bool known = model_.knows(exchange);
  judged_ += known && entry.ok() ? 1 : 0;
  if (known && entry.ok() && status_ == Status::kFine) events_.push_back({running, true});
  answered(running, known);
}

void LinearLive::lose(Running* running) {
  answered(running, model_.knows(Exchange(running->entry.operation)));
}

void LinearLive::answered(Running* running, bool known) {
  running->answered = true;
  (known ? known_ : foreign_) = true;
  bytes_ += bytes_of(running->entry);
  if (known_ && foreign_ && status_ == Status::kFine) status_ = Status::kUndecided;
  if (status_ == Status::kFine) advance();
  if (status_ != Status::kFine) events_.clear();
  if (bytes_ > options_.max_memory) drop_all();
}

void LinearLive::advance() {
  while (!events_.empty() && status_ == Status::kFine) {
    const Event event = events_.front();
    if (!event.running->answered) return;
    events_.pop_front();
    if (event.ends) {
      end(event.running);
    } else {
      begin(event.running);
    }
  }
}

void LinearLive::begin(Running* running) {
  const Entry& entry = running->entry;
  const bool pure = model_.kind(Exchange(entry.operation)) == OperationKind::kPure;
  running->judged = true;
  if (foreign_) {
    if (running != &kept_.front()) drop(running);
    return;
  }
  // What failed did not happen, and nobody saw what an unknown pure operation saw.
  if (!entry.ok() && (pure || entry.outcome() == Outcome::kFail)) return;
  const Exchange exchange(entry.operation, entry.ok() ? &entry.response : nullptr);
  running->swept = sweep_.call(exchange, entry.ok());
}

void LinearLive::end(Running* running) {
  sweep_.end(*running->swept);
  culprit_ = running;
  if (sweep_.status() == SearchStatus::kIllegal) status_ = Status::kIllegal;
  if (sweep_.status() == SearchStatus::kUnfinished) status_ = Status::kUndecided;
  if (status_ == Status::kFine && kept_.size() >= next_look_) forget();
}

void LinearLive::drop(Running* running) {
  bytes_ -= bytes_of(running->entry);
  kept_.erase(running->self);
}

// What was past at the last look goes; what is past now, if this is a good moment, goes next time.
void LinearLive::forget() {
  const bool settled = sweep_.is_settled();
  const bool too_many = kept_.size() >= kManyTimes * options_.kept;
  next_look_ = kept_.size() + 1;
  if (!settled && !too_many) return;
  sweep_.tidy_up();
  for (auto it = kept_.begin(); it != kept_.end();) {
    Running& running = *it++;
    if (running.past || (!settled && is_past(running))) drop(&running);
  }
  if (mark_) {
    initial_ = *mark_;
    ragged_ = false;
  }
  if (!settled) ragged_ = true;
  mark_.reset();
  if (settled) {
    for (Running& running : kept_) running.past = is_past(running);
    mark_ = sweep_.state();
  }
  next_look_ = kept_.size() + std::max<size_t>(options_.kept / 2, 1);
}

// True if nothing of it is left but its part in the state.
bool LinearLive::is_past(const Running& running) const {
  return running.judged && (!running.swept || !sweep_.stays(*running.swept));
}

CheckOutcome LinearLive::outcome(uint64_t max_steps) const {
  CheckOutcome outcome;
  if (!ragged_) {
    std::vector<Entry> entries;
    for (const Running& running : kept_) entries.push_back(running.entry);
    LinearizabilityOptions options = options_;
    options.orders = false;
    options.max_steps = max_steps;
    options.initial = initial_;
    outcome = check_linearizable(History(std::move(entries)), model_, options);
  }
  if (status_ == Status::kIllegal && outcome.status != CheckStatus::kViolation) return bare();
  if (ragged_) outcome.message = "more operations ran at the same time than memory was allowed for";
  return outcome;
}

// A violation of which no more is known than where it came to light.
CheckOutcome LinearLive::bare() const {
  const Entry& entry = culprit_->entry;
  CheckOutcome outcome;
  outcome.status = CheckStatus::kViolation;
  outcome.at = entry.returned;
  const std::string what =
      fmt::format("{} by {} {}", to_string(entry.operation), client_name(entry.client),
                  describe(entry.operation, entry.response));
  outcome.message = fmt::format("{} at {}, which no order of all operations explains", what,
                                seconds(entry.returned_at));
  outcome.facts.push_back({entry.returned, entry.returned_at, entry.client, what});
  return outcome;
}

// Memory is at its end: the verdict will be inconclusive, unless it is known.
void LinearLive::drop_all() {
  if (status_ != Status::kUndecided) return;
  ragged_ = true;
  for (auto it = kept_.begin(); it != kept_.end();) {
    Running& running = *it++;
    if (running.answered) drop(&running);
  }
}

size_t LinearLive::bytes() const { return bytes_ + sweep_.bytes(); }

}  // namespace seedbed
