// A part of the history is described by the operations that are chosen: these happened, as they
// were answered. Whatever else may not be left out because a chosen one needs it is kept as well,
// but merely may have happened. So every part that is tried is one that proves the whole wrong, if
// it cannot be explained.
#include "sim/check/counterexample.h"

#include <algorithm>
#include <map>
#include <set>

#include "sim/check/contradiction.h"
#include "sim/check/leave_out.h"
#include "sim/check/linear_explain.h"
#include "sim/check/linear_key.h"
#include "sim/core/check.h"

namespace seedbed {
namespace {

constexpr uint64_t kMostWork = 100'000'000;
constexpr size_t kMostPairs = 4000;

class Minimiser {
 public:
  Minimiser(LinearKey& key, EventIndex last, uint64_t max_steps)
      : key_(key), budget_(max_steps), roles_(key.roles_at(last)), touches_(roles_.size()) {
    for (size_t i = 0; i < roles_.size(); ++i) {
      if (roles_[i] == Role::kAbsent) continue;
      ++present_;
      if (roles_[i] == Role::kRequired) chosen_.push_back(i);
      touches_[i] = touch_of(key.model(), key.initial(), exchange_in(i, roles_[i]));
      for (const std::string& value : touches_[i].gives) givers_[value].push_back(i);
    }
    find_suspect();
    // What only looked is left out first: then fewer others need to be there.
    std::stable_partition(chosen_.begin(), chosen_.end(), [&](size_t i) { return is_pure(i); });
  }

  // The roles of the smallest part that was found.
  std::vector<Role> run() {
    std::vector<Role> best = with_forced(chosen_);
    start_with_part(&best);
    start_with_values(&best);
    for (size_t parts = 2; chosen_.size() > 1;) {
      parts = std::min(parts, chosen_.size());
      if (drop_one_of(parts, &best)) {
        parts = std::max<size_t>(parts - 1, 2);
      } else if (parts == chosen_.size()) {
        break;
      } else {
        parts *= 2;
      }
    }
    return best;
  }

  bool finished() const { return budget_ > 0; }
  size_t suspect() const { return suspect_; }
  size_t present() const { return present_; }

 private:
  Exchange exchange_in(size_t i, Role role) const {
    return role == Role::kRequired ? key_.exchange(i) : key_.question(i);
  }

  bool is_pure(size_t i) const {
    return key_.model().kind(exchange_in(i, roles_[i])) == OperationKind::kPure;
  }

  void find_suspect() {
    CHECK(!chosen_.empty());
    suspect_ = chosen_.front();
    for (const size_t i : chosen_) {
      if (key_.entries()[i]->returned > key_.entries()[suspect_]->returned) suspect_ = i;
    }
  }

  // A fault in a part of the object (an element of a set) needs no other part.
  void start_with_part(std::vector<Role>* best) {
    const Model& model = key_.model();
    if (model.part == nullptr) return;
    const std::optional<std::string_view> part = model.part(key_.exchange(suspect_));
    if (!part) return;
    std::vector<size_t> same;
    for (const size_t i : chosen_) {
      if (model.part(key_.exchange(i)) == part) same.push_back(i);
    }
    try_it(std::move(same), best);
  }

  bool names(size_t i, const std::string& value) const {
    const Touch& touch = touches_[i];
    return std::find(touch.gives.begin(), touch.gives.end(), value) != touch.gives.end() ||
           std::find(touch.needs.begin(), touch.needs.end(), value) != touch.needs.end();
  }

  bool try_values(const std::set<size_t>& some, std::vector<Role>* best) {
    std::vector<size_t> chosen;
    for (const size_t i : chosen_) {
      if (some.contains(i)) chosen.push_back(i);
    }
    return try_it(std::move(chosen), best);
  }

  // Most contradictions are about the value that the suspect saw, and perhaps one other.
  void start_with_values(std::vector<Role>* best) {
    const Touch& touch = touches_[suspect_];
    if (touch.needs_any || touch.needs.size() > 1 || chosen_.size() < 8) return;
    std::map<std::string, std::vector<size_t>> by_value;
    std::set<size_t> own{suspect_};
    for (const size_t i : chosen_) {
      if (!touch.needs.empty() && names(i, touch.needs.front())) own.insert(i);
      for (const std::string& value : touches_[i].needs) by_value[value].push_back(i);
      for (const std::string& value : touches_[i].gives) by_value[value].push_back(i);
    }
    if (try_values(own, best)) return;
    std::vector<std::pair<size_t, const std::vector<size_t>*>> latest;
    for (const auto& [value, pieces] : by_value) {
      latest.emplace_back(*std::max_element(pieces.begin(), pieces.end()), &pieces);
    }
    std::sort(latest.rbegin(), latest.rend(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (size_t k = 0; k < std::min(latest.size(), kMostPairs) && budget_ > 0; ++k) {
      std::set<size_t> both = own;
      both.insert(latest[k].second->begin(), latest[k].second->end());
      if (try_values(both, best)) return;
    }
  }

  // Tries to do without one of so many parts.
  bool drop_one_of(size_t parts, std::vector<Role>* best) {
    const size_t size = chosen_.size();
    for (size_t part = 0; part < parts && budget_ > 0; ++part) {
      const size_t begin = size * part / parts, end = size * (part + 1) / parts;
      std::vector<size_t> rest(chosen_.begin(), chosen_.begin() + static_cast<ptrdiff_t>(begin));
      rest.insert(rest.end(), chosen_.begin() + static_cast<ptrdiff_t>(end), chosen_.end());
      if (try_it(std::move(rest), best)) return true;
    }
    return false;
  }

  bool try_it(std::vector<size_t> chosen, std::vector<Role>* best) {
    std::vector<Role> trial = with_forced(chosen);
    if (!is_illegal(trial)) return false;
    *best = std::move(trial);
    chosen_ = std::move(chosen);
    return true;
  }

  bool is_illegal(const std::vector<Role>& roles) {
    budget_ -= std::min<uint64_t>(budget_, roles.size() / 8 + 1);
    const MethodStatus status = key_.decide(roles).status;
    if (status != MethodStatus::kUndecided) return status == MethodStatus::kIllegal;
    // Each step may remember a state, which may hold all elements: large parts get few steps.
    const auto present = static_cast<uint64_t>(
        std::count_if(roles.begin(), roles.end(), [](Role role) { return role != Role::kAbsent; }));
    LinearSearch search = key_.search(roles, {.exact = true});
    const uint64_t steps = std::min(budget_, kMostWork / (present * present + 1) + 4 * present);
    const SearchStatus found = search.run(steps);
    budget_ -= std::min(budget_, search.steps() * (present / 64 + 1));
    return found == SearchStatus::kIllegal;
  }

  // Those that were chosen, and what must be kept for their sake.
  std::vector<Role> with_forced(const std::vector<size_t>& chosen) const {
    std::vector<Role> roles(roles_.size(), Role::kAbsent);
    std::vector<size_t> open = chosen;
    std::set<std::string_view> needed;
    bool needs_any = false;
    for (const size_t i : chosen) roles[i] = Role::kRequired;
    const auto keep = [&](size_t i) {
      if (roles[i] != Role::kAbsent) return;
      roles[i] = Role::kOptional;
      open.push_back(i);
    };
    for (size_t i = 0; i < roles.size(); ++i) {
      if (roles_[i] != Role::kAbsent && touches_[i].gives_any && !is_pure(i)) keep(i);
    }
    while (!open.empty()) {
      const size_t one = open.back();
      open.pop_back();
      const Touch touch = touch_of(key_.model(), key_.initial(), exchange_in(one, roles[one]));
      for (const std::string& value : touch.needs) {
        const auto givers = givers_.find(value);
        if (givers == givers_.end() || !needed.insert(givers->first).second) continue;
        for (const size_t i : givers->second) keep(i);
      }
      if (!touch.needs_any || needs_any) continue;
      needs_any = true;
      for (size_t i = 0; i < roles.size(); ++i) {
        if (roles_[i] != Role::kAbsent && !is_pure(i)) keep(i);
      }
    }
    return roles;
  }

  LinearKey& key_;
  uint64_t budget_;
  std::vector<Role> roles_;  // in the whole prefix
  std::vector<Touch> touches_;
  std::map<std::string, std::vector<size_t>> givers_;
  std::vector<size_t> chosen_;
  size_t suspect_ = 0;
  size_t present_ = 0;
};

const KeyOutcome& violated_key(const CheckOutcome& outcome) {
  for (const KeyOutcome& key : outcome.keys) {
    if (key.status == CheckStatus::kViolation) return key;
  }
  CHECK(false);
  return outcome.keys.front();
}

}  // namespace

const Entry& entry_of(const History& history, uint64_t id) {
  const auto& entries = history.entries();
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& one) { return one.id == id; });
  CHECK(found != entries.end());
  return *found;
}

Counterexample counterexample(const History& history, const Model& model,
                              const CheckOutcome& outcome, const CounterexampleOptions& options) {
  const KeyOutcome& violated = violated_key(outcome);
  Counterexample example{.key = violated.key, .last = violated.illegal_at};
  const std::set<uint64_t> ids(violated.entries.begin(), violated.entries.end());
  std::vector<const Entry*> entries;
  for (const Entry& entry : history.entries()) {
    if (ids.contains(entry.id) && entry.invoked <= example.last) entries.push_back(&entry);
  }
  LinearKey key(model, entries, &history);
  Minimiser minimiser(key, example.last, options.max_steps);
  const std::vector<Role> roles = minimiser.run();
  example.minimal = minimiser.finished();
  example.of = minimiser.present();
  example.suspect = entries[minimiser.suspect()]->id;
  for (size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] == Role::kAbsent) continue;
    const bool required = roles[i] == Role::kRequired;
    example.kept.push_back({.id = entries[i]->id,
                            .required = required,
                            .invoked = entries[i]->invoked,
                            .returned = required ? entries[i]->returned : kNoEvent});
  }
  describe_contradiction(history, model, outcome, &example);
  find_legal_answers(history, model, entries, options, &example);
  return example;
}

}  // namespace seedbed
