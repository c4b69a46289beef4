// The suspect is the operation whose return ends the failing prefix: just before it, all was well.
// First the plain contradictions are tried: each is a proof on its own, of two or three operations.
// If none fits, the proof is a core: roles are relaxed (a required write becomes optional, a
// required observation absent) for as long as the rest stays illegal. Relaxing can only add orders,
// so whatever is still required when nothing more can be relaxed contradicts itself. When the
// budget ends, the core is merely larger than it need be.
#include "sim/check/linear_explain.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/check/text.h"
#include "sim/core/check.h"

namespace seedbed {
namespace {

constexpr size_t kMostFacts = 16;
constexpr size_t kMostNamed = 3;
constexpr uint64_t kSlice = 4096;
constexpr uint64_t kStepsAfterMethod = 200'000;
constexpr uint64_t kMostSteps = 1'000'000;  // counterexamples (counterexample.h) are made with more

constexpr uint64_t kMostLooks = 50'000'000;  // at who overwrote a value; anybody may, in counters
constexpr uint64_t kBytesPerStep = 64;       // large states cost more than the steps between them

void spend(uint64_t* budget, uint64_t steps) { *budget -= std::min(*budget, steps); }

// Takes its steps from `budget`; without a verdict in time, false. To begin costs, too.
bool is_illegal(LinearKey& key, const std::vector<Role>& roles, uint64_t* budget,
                const SearchOptions& options = {}) {
  if (*budget == 0) return false;
  spend(budget, roles.size());
  if (options.methods) {
    const MethodStatus status = key.decide(roles).status;
    if (status != MethodStatus::kUndecided) return status == MethodStatus::kIllegal;
  }
  const size_t bytes = key.bytes();
  LinearSearch search = key.search(roles, options);
  spend(budget, roles.size());
  SearchStatus status = SearchStatus::kUnfinished;
  for (uint64_t spent = 0; status == SearchStatus::kUnfinished && spent < *budget;) {
    status = search.run(std::min(*budget - spent, kSlice));
    spent = search.steps() + (key.bytes() - bytes) / kBytesPerStep;
  }
  spend(budget, search.steps() + (key.bytes() - bytes) / kBytesPerStep);
  return status == SearchStatus::kIllegal;
}

class Explainer {
 public:
  Explainer(LinearKey& key, EventIndex last, uint64_t max_steps)
      : key_(key),
        model_(key.model()),
        budget_(std::min(max_steps, kMostSteps)),
        roles_(key.roles_at(last)) {
    for (size_t i = 0; i < entries().size(); ++i) {
      if (entries()[i]->returned == last) suspect_ = i;
    }
    shown_.push_back(suspect_);
  }

  Explanation explain() {
    std::string message = sentence();
    return {std::move(message), facts()};
  }

 private:
  const std::vector<const Entry*>& entries() const { return key_.entries(); }
  const Entry& suspect() const { return *entries()[suspect_]; }
  std::string asked(const Entry& entry) const {
    return key_.history() == nullptr ? to_string(entry.operation)
                                     : to_string(*key_.history(), entry);
  }
  std::string told(const Entry& entry) const {
    return key_.history() == nullptr ? describe(entry.operation, entry.response)
                                     : describe(*key_.history(), entry);
  }
  bool needed(size_t i) const { return roles_[i] == Role::kRequired; }

  Role relaxed(size_t i) const { return is_pure(i) ? Role::kAbsent : Role::kOptional; }

  // Relaxes in chunks, at first large ones, the oldest operations first.
  void relax() {
    for (size_t chunk = std::max<size_t>(entries().size() / 2, 1);; chunk /= 2) {
      for (size_t begin = 0; begin < entries().size(); begin += chunk) {
        if (budget_ == 0) return;
        relax(begin, std::min(begin + chunk, entries().size()));
      }
      if (chunk == 1) break;
    }
  }

  void relax(size_t begin, size_t end) {
    std::vector<Role> trial = roles_;
    bool changed = false;
    for (size_t i = begin; i < end; ++i) {
      if (!needed(i) || i == suspect_) continue;
      trial[i] = relaxed(i);
      changed = true;
    }
    if (changed && is_illegal(key_, trial, &budget_)) roles_ = std::move(trial);
  }

  std::string sentence() {
    const Entry& entry = suspect();
    const std::string subject =
        fmt::format("{} by {} {} at {}", asked(entry), client_name(entry.client), told(entry),
                    seconds(entry.returned_at));
    const std::optional<std::string> seen = observed(suspect_);
    if (seen && model_.deed != nullptr) {
      std::string reason = never_written(*seen);
      if (reason.empty()) reason = overwritten(*seen);
      if (reason.empty()) reason = taken_twice(*seen);
      if (reason.empty()) reason = missing(*seen);
      if (!reason.empty()) return subject + ", but " + reason;
    }
    relax();
    return subject + ", but " + unexplained();
  }

  bool is_pure(size_t i) const { return model_.kind(key_.exchange(i)) == OperationKind::kPure; }
  std::optional<std::string> observed(size_t i) const { return model_.observed(key_.exchange(i)); }

  // True if the operation, should it happen, may leave that state behind.
  bool may_write(size_t i, const std::string& state) const {
    return !is_pure(i) && model_.may_leave(entries()[i]->operation, state);
  }

  // True if at some time while it ran, after its effect if it has one, the state was another.
  bool shows_another(size_t i, const std::string& state) const {
    if (!key_.was_answered(i)) return false;
    if (!is_pure(i)) return !model_.may_leave(entries()[i]->operation, state);
    const std::optional<std::string> seen = observed(i);
    return seen && *seen != state;
  }

  // All that could have brought the state about before the suspect returned.
  std::vector<size_t> writers_of(const std::string& state) const {
    std::vector<size_t> writers;
    for (size_t i = 0; i < entries().size(); ++i) {
      const Entry& entry = *entries()[i];
      if (i == suspect_ || entry.invoked > suspect().returned) continue;
      if (entry.outcome() != Outcome::kFail && may_write(i, state)) writers.push_back(i);
    }
    return writers;
  }

  std::string never_written(const std::string& seen) {
    if (seen == key_.initial() || !writers_of(seen).empty()) return "";
    const std::string deed = model_.deed(seen, suspect().operation);
    for (size_t i = 0; i < entries().size(); ++i) {
      const Entry& entry = *entries()[i];
      if (entry.invoked < suspect().returned || !may_write(i, seen)) continue;
      shown_.push_back(i);
      return fmt::format("nothing {} before {} by {} began at {}", deed, asked(entry),
                         client_name(entry.client), seconds(entry.invoked_at));
    }
    return fmt::format("nothing ever {}", deed) + failed_writer(seen);
  }

  std::string failed_writer(const std::string& seen) {
    for (size_t i = 0; i < entries().size(); ++i) {
      const Entry& entry = *entries()[i];
      if (entry.outcome() != Outcome::kFail || !may_write(i, seen)) continue;
      shown_.push_back(i);
      return fmt::format(": {} by {} {} at {}", asked(entry), client_name(entry.client),
                         told(entry), seconds(entry.returned_at));
    }
    return "";
  }

  // True if every way to bring `seen` about must have happened before `other` did. A single unknown
  // way is spent once somebody saw its effect: that witness is added to `proof`.
  bool all_spent_before(const Entry& other, const std::string& seen,
                        const std::vector<size_t>& writers, std::vector<size_t>* proof) const {
    proof->clear();
    const bool single = writers.size() + (seen == key_.initial() ? 1 : 0) == 1;
    for (const size_t i : writers) {
      const Entry& writer = *entries()[i];
      if (writer.ok() && precedes(writer, other)) continue;
      if (!single || !find_witness(other, seen, proof)) return false;
    }
    proof->insert(proof->end(), writers.begin(), writers.end());
    return true;
  }

  bool find_witness(const Entry& other, const std::string& seen, std::vector<size_t>* proof) const {
    for (size_t i = 0; i < entries().size(); ++i) {
      const Entry& entry = *entries()[i];
      if (i == suspect_ || !entry.ok() || !precedes(entry, other)) continue;
      if (observed(i) != seen) continue;
      proof->push_back(i);
      return true;
    }
    return false;
  }

  // "put(x,"5") by c6 had completed at 1.100s"
  std::string had(size_t i) {
    const Entry& entry = *entries()[i];
    shown_.push_back(i);
    return fmt::format("{} by {} had {} at {}", asked(entry), client_name(entry.client),
                       told(entry), seconds(entry.returned_at));
  }

  // Something else was there before the suspect began, and what the suspect saw did not come back.
  std::string overwritten(const std::string& seen) {
    const std::vector<size_t> writers = writers_of(seen);
    std::vector<size_t> proof;
    uint64_t looks = 0;
    for (const size_t i : latest_first()) {
      looks += writers.size();
      if (looks > kMostLooks) break;
      if (!precedes(*entries()[i], suspect()) || !shows_another(i, seen)) continue;
      if (!all_spent_before(*entries()[i], seen, writers, &proof)) continue;
      const std::string sentence = had(i);
      shown_.insert(shown_.end(), proof.begin(), proof.end());
      return fmt::format("{} and nothing {} after it", sentence,
                         model_.deed(seen, suspect().operation));
    }
    return "";
  }

  // All operations, those that returned last before the others.
  std::vector<size_t> latest_first() const {
    std::vector<size_t> order(entries().size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [this](size_t a, size_t b) {
      return std::pair(entries()[a]->returned, a) > std::pair(entries()[b]->returned, b);
    });
    return order;
  }

  // Two operations replaced the same thing, which was brought about once.
  std::string taken_twice(const std::string& seen) {
    if (!replaces(suspect_, seen)) return "";
    const std::vector<size_t> writers = writers_of(seen);
    if (writers.size() + (seen == key_.initial() ? 1 : 0) != 1) return "";
    for (size_t i = 0; i < entries().size(); ++i) {
      const Entry& entry = *entries()[i];
      if (i == suspect_ || entry.returned > suspect().returned || !replaces(i, seen)) continue;
      shown_.insert(shown_.end(), writers.begin(), writers.end());
      return fmt::format("{}, replacing the same, and nothing {} again", had(i),
                         model_.deed(seen, suspect().operation));
    }
    return "";
  }

  bool replaces(size_t i, const std::string& seen) const {
    return !is_pure(i) && shows_another(i, seen) && observed(i) == seen;
  }

  // An operation had completed before the suspect began, and the suspect does not show it.
  std::string missing(const std::string& seen) {
    for (size_t i = 0; i < entries().size(); ++i) {
      // Something else may have taken away what is missing.
      const OperationKind kind = model_.kind(key_.question(i));
      const bool harmless = kind == OperationKind::kPure || kind == OperationKind::kGrowing;
      if (!harmless && roles_[i] != Role::kAbsent) return "";
    }
    for (size_t i = entries().size(); i-- > 0;) {
      const Entry& entry = *entries()[i];
      if (!entry.ok() || !precedes(entry, suspect()) || !model_.misses(seen, entry.operation)) {
        continue;
      }
      return had(i) + " and is missing from it";
    }
    return "";
  }

  std::string unexplained() {
    const std::string& key = suspect().operation.key;
    std::string text =
        fmt::format("no order of the operations{} allows that", key.empty() ? "" : " on " + key);
    std::string separator = ": ";
    for (size_t i = entries().size(); i-- > 0;) {
      if (!needed(i) || i == suspect_) continue;
      const std::string one = had(i);
      if (shown_.size() > kMostNamed + 1) continue;
      text += separator + one;
      separator = ", ";
    }
    return text;
  }

  // What the sentence mentions or stands on, the latest if it is too much.
  std::vector<Fact> facts() const {
    std::vector<Fact> facts;
    for (size_t i = entries().size(); i-- > 0 && facts.size() + 2 <= kMostFacts;) {
      if (std::find(shown_.begin(), shown_.end(), i) == shown_.end()) continue;
      const Entry& entry = *entries()[i];
      const std::string what = fmt::format("{} by {}", asked(entry), client_name(entry.client));
      facts.push_back({entry.invoked, entry.invoked_at, entry.client, what + " began"});
      if (entry.returned == kNoEvent) {
        facts.back().text += " and never returned";
      } else {
        facts.push_back(
            {entry.returned, entry.returned_at, entry.client, what + ' ' + told(entry)});
      }
    }
    std::sort(facts.begin(), facts.end(),
              [](const Fact& a, const Fact& b) { return a.event < b.event; });
    return facts;
  }

  LinearKey& key_;
  const Model& model_;
  uint64_t budget_;
  std::vector<Role> roles_;
  size_t suspect_ = 0;
  std::vector<size_t> shown_;  // among the facts
};

}  // namespace

namespace {

// The first prefix that the method calls illegal; the whole if it says nothing of it. `sure`: it
// calls the one before legal, or has nothing to do with the verdict.
size_t illegal_by_method(LinearKey& key, const std::vector<EventIndex>& returns, bool* sure) {
  const auto status = [&](size_t i) { return key.decide(key.roles_at(returns[i])).status; };
  size_t legal = 0, illegal = returns.size() - 1;
  if (key.model().method == nullptr || status(illegal) != MethodStatus::kIllegal) return illegal;
  while (legal < illegal) {
    const size_t middle = legal + (illegal - legal) / 2;
    if (status(middle) == MethodStatus::kIllegal) {
      illegal = middle;
    } else {
      legal = middle + 1;
    }
  }
  *sure = illegal == 0 || status(illegal - 1) == MethodStatus::kLinearizable;
  return illegal;
}

}  // namespace

EventIndex shortest_failing_prefix(LinearKey& key, EventIndex from, uint64_t max_steps,
                                   const SearchOptions& options) {
  std::vector<EventIndex> returns;
  for (size_t i = 0; i < key.entries().size(); ++i) {
    const EventIndex returned = key.entries()[i]->returned;
    if (key.was_answered(i) && returned != kNoEvent && returned >= from) {
      returns.push_back(returned);
    }
  }
  std::sort(returns.begin(), returns.end());
  CHECK(!returns.empty());
  size_t legal = 0, illegal = returns.size() - 1;  // legal: so many at the front are known to be
  if (options.methods) {
    bool sure = false;
    illegal = illegal_by_method(key, returns, &sure);
    uint64_t few = std::min(max_steps, kStepsAfterMethod);
    // Where the method decides nothing, the search may: one prefix shows whether it is worth while.
    const bool by_method =
        sure || key.decide(key.roles_at(returns[illegal])).status == MethodStatus::kIllegal;
    if (by_method && !sure && illegal > 0) {
      sure = !is_illegal(key, key.roles_at(returns[illegal - 1]), &few, options);
    }
    if (sure || illegal == 0) return returns[illegal];
  }
  while (legal < illegal) {
    // The lower bound is nearly always the answer: try it first.
    const size_t middle = legal == 0 ? 0 : legal + (illegal - legal) / 2;
    if (is_illegal(key, key.roles_at(returns[middle]), &max_steps, options)) {
      illegal = middle;
    } else {
      legal = middle + 1;
    }
  }
  return returns[illegal];
}

Explanation explain_violation(LinearKey& key, EventIndex last, uint64_t max_steps) {
  return Explainer(key, last, max_steps).explain();
}

}  // namespace seedbed
