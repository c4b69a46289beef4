#include "sim/check/counter_bounds.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/check/index_table.h"
#include "sim/check/text.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

// A sum of 64-bit amounts does not overflow it.
using Sum = __int128;

bool is_read(const Entry& entry) { return entry.operation.function == kRead; }
bool is_addition(const Entry& entry) {
  return entry.operation.function == kIncrement || entry.operation.function == kDecrement;
}

Sum amount_of(const Entry& entry) {
  const Sum amount = entry.operation.amount;
  return entry.operation.function == kDecrement ? -amount : amount;
}

// The operations on one counter, in the order of their invocations.
using Counter = std::vector<const Entry*>;

std::vector<Counter> split(const History& history) {
  std::vector<Counter> counters;
  IndexTable numbers;
  for (const Entry& entry : history.entries()) {
    if (!is_read(entry) && !is_addition(entry)) continue;
    const std::string& key = entry.operation.key;
    const auto [number, fresh] =
        numbers.find_or_insert(hash_bytes(key), static_cast<uint32_t>(counters.size()),
                               [&](uint32_t i) { return counters[i][0]->operation.key == key; });
    if (fresh) counters.emplace_back();
    counters[number].push_back(&entry);
  }
  return counters;
}

struct Bounds {
  Sum low = 0;
  Sum high = 0;
  bool contain(Sum value) const { return low <= value && value <= high; }
  std::string to_text() const {
    return low == high ? fmt::format("{}", low) : fmt::format("{} to {}", low, high);
  }
  void add_surely(Sum amount) {
    low += amount;
    high += amount;
  }
  void add_perhaps(Sum amount) { (amount < 0 ? low : high) += amount; }
};

struct Finding {
  std::string message;
  std::vector<Fact> facts;
  EventIndex event{};
};

std::string subject_of(const Entry& read) {
  return fmt::format("{} by {} returned {} at {}", to_string(read.operation),
                     client_name(read.client), read.response.number, seconds(read.returned_at));
}

// The read, and the additions nearest to it.
std::vector<Fact> facts_about(const Counter& counter, const Entry& read) {
  constexpr size_t kMostFacts = 12;
  std::vector<Fact> facts;
  for (size_t i = counter.size(); i-- > 0 && facts.size() < kMostFacts;) {
    const Entry& entry = *counter[i];
    if (&entry != &read && (!is_addition(entry) || entry.invoked > read.returned)) continue;
    const bool returned = entry.returned != kNoEvent;
    facts.push_back(
        {returned ? entry.returned : entry.invoked, returned ? entry.returned_at : entry.invoked_at,
         entry.client,
         fmt::format("{} by {} {}", to_string(entry.operation), client_name(entry.client),
                     returned ? describe(entry.operation, entry.response)
                              : std::string("began and never returned"))});
  }
  std::sort(facts.begin(), facts.end(),
            [](const Fact& a, const Fact& b) { return a.event < b.event; });
  return facts;
}

// Sweeps over one counter's events, and finds the first read (by its return) that is out of bounds.
class ReadSweep {
 public:
  explicit ReadSweep(const Counter& counter) : counter_(counter), at_invocation_(counter.size()) {
    for (size_t i = 0; i < counter.size(); ++i) {
      if (counter[i]->outcome() == Outcome::kFail) continue;
      moments_.push_back({counter[i]->invoked, i, false});
      if (counter[i]->ok()) moments_.push_back({counter[i]->returned, i, true});
    }
    std::sort(moments_.begin(), moments_.end(),
              [](const Moment& a, const Moment& b) { return a.event < b.event; });
  }

  std::optional<Finding> run(uint64_t* reads) {
    for (const Moment& moment : moments_) {
      const Entry& entry = *counter_[moment.entry];
      const Sum amount = is_addition(entry) ? amount_of(entry) : 0;
      if (is_addition(entry)) {
        (moment.end ? ended_ : begun_).add_perhaps(amount);
      } else if (!moment.end) {
        at_invocation_[moment.entry] = ended_;
      } else {
        ++*reads;
        const Bounds& before = at_invocation_[moment.entry];
        // Surely: what had ended. Perhaps: what had begun by now, and had not ended then.
        const Bounds bounds{.low = before.high + begun_.low, .high = before.low + begun_.high};
        if (!bounds.contain(entry.response.number)) return found(entry, bounds);
      }
    }
    return std::nullopt;
  }

 private:
  struct Moment {
    EventIndex event{};
    size_t entry = 0;
    bool end = false;
  };

  Finding found(const Entry& read, const Bounds& bounds) const {
    return {subject_of(read) +
                fmt::format(", but what had been added before it began and might be added before "
                            "it returned allows only {}",
                            bounds.to_text()),
            facts_about(counter_, read), read.returned};
  }

  const Counter& counter_;
  std::vector<Moment> moments_;
  // low: the sum of the negative amounts, high: of the positive ones.
  Bounds begun_, ended_;
  std::vector<Bounds> at_invocation_;
};

}  // namespace

void CounterReadBounds::judge(const History& history) {
  std::optional<Finding> first;
  for (const Counter& counter : split(history)) {
    uint64_t reads = 0;
    std::optional<Finding> finding = ReadSweep(counter).run(&reads);
    evaluated(reads);
    if (finding && (!first || finding->event < first->event)) first = std::move(finding);
  }
  if (!first) return;
  conclude(CheckStatus::kViolation, std::move(first->message), std::move(first->facts),
           first->event);
}

void CounterFinalBounds::on_event(const TraceEvent& event) {
  if (event.kind == EventKind::kHeal) {
    healed_ = true;
    healed_at_ = event.time;
    return;
  }
  builder_.on_event(event);
}

void CounterFinalBounds::finish() {
  if (!healed_) {
    conclude(CheckStatus::kInconclusive, "the run ended before its faults were healed");
    return;
  }
  const History history = builder_.take();
  for (const Counter& counter : split(history)) {
    Bounds bounds;
    Time quiet_at = healed_at_;
    bool subtracts = false;
    for (const Entry* entry : counter) {
      if (!is_addition(*entry)) continue;
      quiet_at = std::max({quiet_at, entry->invoked_at, entry->returned_at});
      subtracts |= amount_of(*entry) < 0;
      if (entry->ok()) bounds.add_surely(amount_of(*entry));
      if (entry->outcome() == Outcome::kInfo) bounds.add_perhaps(amount_of(*entry));
    }
    for (const Entry* read : counter) {
      if (!is_read(*read) || !read->ok() || read->invoked_at <= quiet_at + options_.settle)
        continue;
      evaluated();
      const Sum value = read->response.number;
      if (bounds.contain(value)) continue;
      const char* what = value < bounds.low ? "an addition is lost" : "one was counted twice";
      if (subtracts) what = "some are lost or counted twice";
      conclude(CheckStatus::kViolation,
               fmt::format("{}, after all additions, but those acknowledged and those unknown sum "
                           "to {}: {}",
                           subject_of(*read), bounds.to_text(), what),
               facts_about(counter, *read), read->returned);
    }
  }
}

}  // namespace seedbed
