#include "sim/check/sequential_example.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "sim/check/delta_debugging.h"
#include "sim/check/leave_out.h"

namespace seedbed {
namespace {

using Positions = std::vector<size_t>;

// What each operation needs of the others on its key, and gives to them.
class Needs {
 public:
  Needs(const History& history, const Model& model)
      : history_(history), model_(model), initial_(first_state(model, history).value_or("")) {
    for (size_t i = 0; i < history.size(); ++i) {
      if (entry(i).outcome() == Outcome::kFail && answer(i) == nullptr) continue;
      if (is_pure(i)) continue;
      const Touch touch = touch_of(model_, initial_, exchange_of(i, true));
      Key& key = keys_[key_of(i)];
      key.changing.push_back(i);
      // One that names nothing may have given anything.
      if (touch.gives_any || touch.gives.empty()) key.gives_any.push_back(i);
      for (const std::string& value : touch.gives) key.givers[value].push_back(i);
    }
  }

  // The operations that are known to have happened.
  Positions known() const {
    Positions known;
    for (size_t i = 0; i < history_.size(); ++i) {
      if (answer(i) != nullptr) known.push_back(i);
    }
    return known;
  }
  uint64_t present() const {
    return static_cast<uint64_t>(
        std::count_if(history_.entries().begin(), history_.entries().end(),
                      [](const Entry& one) { return one.outcome() != Outcome::kFail; }));
  }
  bool is_pure(size_t i) const { return model_.kind(exchange_of(i, true)) == OperationKind::kPure; }
  std::string_view key_of(size_t i) const {
    return model_.by_key ? std::string_view(entry(i).operation.key) : "";
  }

  std::vector<Role> part(const Positions& chosen) const {
    std::vector<Role> roles(history_.size(), Role::kAbsent);
    Positions open;
    std::set<std::pair<std::string_view, std::string>> needed;
    std::set<std::string_view> needs_any, seen;
    const auto keep = [&](const Positions& some) {
      for (const size_t i : some) {
        if (roles[i] != Role::kAbsent) continue;
        roles[i] = Role::kOptional;
        open.push_back(i);
      }
    };
    for (const size_t i : chosen) {
      roles[i] = Role::kRequired;
      open.push_back(i);
    }
    while (!open.empty()) {
      const size_t one = open.back();
      open.pop_back();
      const std::string_view name = key_of(one);
      const auto found = keys_.find(name);
      if (found == keys_.end()) continue;  // nothing changes it
      const Key& key = found->second;
      if (seen.insert(name).second) keep(key.gives_any);
      const Touch touch =
          touch_of(model_, initial_, exchange_of(one, roles[one] == Role::kRequired));
      for (const std::string& value : touch.needs) {
        const auto givers = key.givers.find(value);
        if (givers == key.givers.end() || !needed.insert({name, value}).second) continue;
        keep(givers->second);
      }
      if (touch.needs_any && needs_any.insert(name).second) keep(key.changing);
    }
    return roles;
  }

 private:
  struct Key {
    Positions changing, gives_any;
    std::map<std::string, Positions> givers;
  };

  const Entry& entry(size_t i) const { return history_.entries()[i]; }
  const Response* answer(size_t i) const { return answer_of(history_, entry(i)); }
  // With the answer, if there is one and it counts.
  Exchange exchange_of(size_t i, bool counts) const {
    return {&history_, entry(i), counts ? answer(i) : nullptr};
  }

  const History& history_;
  const Model& model_;
  std::string initial_;
  std::map<std::string_view, Key> keys_;
};

class SequentialMinimiser {
 public:
  SequentialMinimiser(const History& history, const Model& model, uint64_t max_steps)
      : history_(history), model_(model), needs_(history, model), budget_(max_steps) {
    chosen_ = needs_.known();
    // What only looked is left out first: then fewer others need to be there.
    std::stable_partition(chosen_.begin(), chosen_.end(),
                          [&](size_t i) { return needs_.is_pure(i); });
    best_ = needs_.part(chosen_);
  }

  // The roles of the smallest part that was found.
  const std::vector<Role>& run() {
    start_with_key();
    leave_out_parts([&] { return chosen_.size(); },
                    [&](size_t begin, size_t end) {
                      if (begin == 0) doubtful_ = false;  // of this round
                      return budget_ > 0 && try_it(without(chosen_, begin, end));
                    });
    return best_;
  }

  bool is_minimal() const { return budget_ > 0 && !doubtful_; }
  uint64_t present() const { return needs_.present(); }

 private:
  // Most contradictions need a single key.
  void start_with_key() {
    std::map<std::string_view, Positions> keys;
    for (const size_t i : chosen_) keys[needs_.key_of(i)].push_back(i);
    for (auto& [key, positions] : keys) {
      if (keys.size() > 1 && budget_ > 0 && try_it(std::move(positions))) return;
    }
  }

  bool try_it(Positions chosen) {
    std::vector<Role> roles = needs_.part(chosen);
    budget_ -= std::min<uint64_t>(budget_, roles.size() / 8 + 1);
    const SequentialOutcome outcome =
        check_sequential_part(history_, model_, roles, {.max_steps = budget_});
    budget_ -= std::min(budget_, outcome.steps);
    doubtful_ = doubtful_ || outcome.status == CheckStatus::kInconclusive;
    if (outcome.status != CheckStatus::kViolation) return false;
    best_ = std::move(roles);
    chosen_ = std::move(chosen);
    return true;
  }

  const History& history_;
  const Model& model_;
  Needs needs_;
  uint64_t budget_;
  bool doubtful_ = false;  // some search ended without a verdict
  Positions chosen_;
  std::vector<Role> best_;
};

// "c1", "c1 and c2", "the 5 processes".
std::string names_of(const std::set<uint32_t>& processes) {
  if (processes.size() > 4) return fmt::format("the {} processes", processes.size());
  std::string text;
  size_t left = processes.size();
  for (const uint32_t process : processes) {
    if (!text.empty()) text += left == 1 ? " and " : ", ";
    text += fmt::format("c{}", process);
    --left;
  }
  return text;
}

std::string message_of(const History& history, const std::vector<Role>& roles) {
  std::set<uint32_t> processes;
  uint64_t happened = 0, perhaps = 0;
  const Entry* one = nullptr;
  for (size_t i = 0; i < roles.size(); ++i) {
    perhaps += roles[i] == Role::kOptional ? 1 : 0;
    if (roles[i] != Role::kRequired) continue;
    ++happened;
    one = &history.entries()[i];
    processes.insert(number(one->client));
  }
  if (happened == 1) {
    return fmt::format(
        "{} by c{} {}, and {} can have led to that", to_string(history, *one), number(one->client),
        describe(one->operation, one->response),
        perhaps == 0 ? "no operation of any process" : "no order of what the processes did");
  }
  return fmt::format(
      "no order of these {} operations keeps the order of {} and makes every answer right",
      happened, names_of(processes));
}

}  // namespace

SequentialExample sequential_example(const History& history, const Model& model,
                                     const SequentialExampleOptions& options) {
  SequentialMinimiser minimiser(history, model, options.max_steps);
  const std::vector<Role>& roles = minimiser.run();
  SequentialExample example{.of = minimiser.present(), .minimal = minimiser.is_minimal()};
  for (size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] == Role::kAbsent) continue;
    example.kept.push_back({history.entries()[i].id, roles[i] == Role::kRequired});
  }
  example.message = message_of(history, roles);
  return example;
}

std::vector<Role> sequential_part(const History& history, const Model& model,
                                  const std::vector<size_t>& chosen) {
  return Needs(history, model).part(chosen);
}

}  // namespace seedbed
