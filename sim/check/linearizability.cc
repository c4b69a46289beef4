#include "sim/check/linearizability.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "sim/check/index_table.h"
#include "sim/check/linear_explain.h"
#include "sim/check/linear_key.h"
#include "sim/check/sweep_run.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

constexpr uint64_t kFirstTurn = 1024;
constexpr uint64_t kSlice = 65536;
// Operations at the same time, for a sweep to be tried first. A sweep takes half the memory of a
// search or less, but looks at every state that could be: with 4 at the same time it is up to 1.7
// times as slow, with 8 up to 5.6 times (results/linearizability.md).
constexpr size_t kNarrow = 2;

// The operations on a key, or on a part of one, which is judged alone.
struct Task {
  size_t key = 0;
  std::vector<const Entry*> entries;
  std::vector<uint32_t> objects;  // if keys are judged together
  std::unique_ptr<LinearKey> linear;
  std::unique_ptr<SweepRun> sweep;
  std::unique_ptr<LinearSearch> search;
};

// An operation of an order, at a moment at which it may have happened.
using Moment = std::tuple<EventIndex, size_t, size_t, uint64_t>;  // also: task, position, id

struct Key {
  std::vector<const Entry*> entries;
  bool known = false;    // some operation is of the model
  bool foreign = false;  // some is not
  size_t tasks = 0;      // that are not done
  std::vector<Moment> moments;
};

class Judge {
 public:
  Judge(const History& history, const Model& model, const LinearizabilityOptions& options)
      : history_(history), model_(model), options_(options) {
    if (options.defect == LinearDefect::kMixesKeys) options_.keys_apart = true;
  }

  CheckOutcome run() {
    result_.status = CheckStatus::kPass;
    if (!can_begin()) return std::move(result_);
    split();
    for (size_t i = 0; i < keys_.size(); ++i) {
      if (admit(i)) add_tasks(i);
    }
    std::vector<size_t> open(tasks_.size());
    for (size_t i = 0; i < open.size(); ++i) open[i] = i;
    for (uint64_t turn = kFirstTurn; !open.empty(); turn *= 2) {
      std::vector<size_t> unfinished;
      for (const size_t i : open) {
        if (!take_turn(i, turn)) unfinished.push_back(i);
        if (result_.status == CheckStatus::kViolation) return std::move(result_);
      }
      open = std::move(unfinished);
    }
    return std::move(result_);
  }

 private:
  const std::string& name(size_t key) const { return result_.keys[key].key; }

  bool can_begin() {
    if (history_.order() == Order::kSessions) {
      give_up("the history knows no order of time, which linearizability is about");
      return false;
    }
    if (!options_.initial && !initial_state(model_, &history_)) {
      give_up(fmt::format("an object of the model {} cannot hold {} at first", model_.name,
                          in_quotes(*history_.convention().initial)));
      return false;
    }
    return true;
  }

  bool mixes_keys() const { return !model_.by_key || options_.defect == LinearDefect::kMixesKeys; }

  void split() {
    static const std::string kAll;
    IndexTable numbers;
    for (const Entry& entry : history_.entries()) {
      const std::string& key_name = mixes_keys() ? kAll : entry.operation.key;
      const auto [number, fresh] =
          numbers.find_or_insert(hash_bytes(key_name), static_cast<uint32_t>(keys_.size()),
                                 [&](uint32_t i) { return result_.keys[i].key == key_name; });
      if (fresh) {
        keys_.emplace_back();
        result_.keys.emplace_back().key = key_name;
      }
      Key& key = keys_[number];
      key.entries.push_back(&entry);
      const Exchange exchange(&history_, entry, entry.ok() ? &entry.response : nullptr);
      (model_.knows(exchange) ? key.known : key.foreign) = true;
    }
  }

  // Counts the key's operations. False if there is nothing to search.
  bool admit(size_t number) {
    const Key& key = keys_[number];
    if (!key.known) return false;
    if (key.foreign) {
      const std::string all = name(number).empty() ? "the history" : name(number);
      give_up(number,
              fmt::format("{} sees operations that the model {} does not know", all, model_.name));
      return false;
    }
    KeyOutcome& outcome = result_.keys[number];
    for (const Entry* entry : key.entries) {
      result_.operations += entry->ok() ? 1 : 0;
      outcome.entries.push_back(entry->id);
    }
    return true;
  }

  void add_tasks(size_t number) {
    Key& key = keys_[number];
    if (!options_.keys_apart) {
      if (tasks_.empty()) tasks_.emplace_back();
      Task& all = tasks_.front();
      all.entries.insert(all.entries.end(), key.entries.begin(), key.entries.end());
      all.objects.insert(all.objects.end(), key.entries.size(), static_cast<uint32_t>(number));
      sort_by_call(&all);
      return;
    }
    const size_t first = tasks_.size();
    if (!options_.methods || !add_parts(number)) {
      tasks_.push_back({.key = number, .entries = key.entries});
    }
    key.tasks = tasks_.size() - first;
    if (key.tasks == 0) result_.keys[number].status = CheckStatus::kPass;  // nothing was seen
  }

  static void sort_by_call(Task* task) {
    std::vector<std::pair<const Entry*, uint32_t>> both;
    for (size_t i = 0; i < task->entries.size(); ++i) {
      both.emplace_back(task->entries[i], task->objects[i]);
    }
    std::sort(both.begin(), both.end(),
              [](const auto& a, const auto& b) { return a.first->invoked < b.first->invoked; });
    for (size_t i = 0; i < both.size(); ++i) {
      task->entries[i] = both[i].first;
      task->objects[i] = both[i].second;
    }
  }

  // A task for each part, if every operation touches one part only: parts are objects on their own,
  // so locality holds for them too.
  bool add_parts(size_t number) {
    if (model_.part == nullptr) return false;
    const std::vector<const Entry*>& entries = keys_[number].entries;
    const size_t first = tasks_.size();
    std::vector<std::string_view> parts;
    IndexTable numbers;
    for (const Entry* entry : entries) {
      const Exchange exchange(&history_, *entry, entry->ok() ? &entry->response : nullptr);
      const std::optional<std::string_view> part = model_.part(exchange);
      if (!part) {
        if (model_.kind(exchange) == OperationKind::kPure && !entry->ok()) continue;
        tasks_.resize(first);
        return false;
      }
      const auto [place, fresh] =
          numbers.find_or_insert(hash_bytes(*part), static_cast<uint32_t>(parts.size()),
                                 [&](uint32_t i) { return parts[i] == *part; });
      if (fresh) {
        parts.push_back(*part);
        tasks_.push_back({.key = number});
      }
      tasks_[first + place].entries.push_back(entry);
    }
    return true;
  }

  // True if the task needs no further turn.
  bool take_turn(size_t number, uint64_t turn) {
    Task& task = tasks_[number];
    if (!task.linear) {
      task.linear = std::make_unique<LinearKey>(model_, task.entries, &history_, options_.defect);
      if (options_.initial) task.linear->set_initial(*options_.initial);
      if (!task.objects.empty()) task.linear->set_objects(task.objects);
      if (decided_by_method(number)) return true;
      try_sweep(&task);
    }
    const uint64_t left = options_.max_steps - std::min(options_.max_steps, result_.steps);
    if (task.sweep && !take_turn_of_sweep(number, std::min(turn, left))) return left <= turn;
    if (!task.linear) return true;
    if (!task.search) task.search = begin(*task.linear, kLastEvent, search_options(false));
    const uint64_t before = task.search->steps();
    const SearchStatus status = advance(*task.search, std::min(turn, left));
    count(task, task.search->steps() - before, task.search->bytes());
    if (status == SearchStatus::kUnfinished) {
      if (left > turn && task.search->bytes() < options_.max_memory) return false;
      give_up_search(task.key, task.search->steps());
    } else if (status == SearchStatus::kIllegal) {
      note_algorithm(task.key, "search");
      convict(task, EventIndex{task.search->furthest()});
    } else {
      note_algorithm(task.key, "search");
      acquit(number, task.search->order());
    }
    task.search.reset();
    task.linear.reset();
    return true;
  }

  void try_sweep(Task* task) const {
    if (options_.strategy == LinearStrategy::kDepthFirst || !task->objects.empty()) return;
    auto sweep = std::make_unique<SweepRun>(
        *task->linear, task->linear->roles_at(kLastEvent),
        SweepOptions{.max_bytes = options_.max_memory, .order = true, .defect = options_.defect});
    const bool narrow = sweep->widest() <= kNarrow;
    if (narrow || options_.strategy == LinearStrategy::kSweep) task->sweep = std::move(sweep);
  }

  // False if it is not done yet. The task is done if it has no linear key any more; else a search
  // must go on.
  bool take_turn_of_sweep(size_t number, uint64_t steps) {
    Task& task = tasks_[number];
    const uint64_t before = task.sweep->steps();
    const SweepRun::Status status = task.sweep->advance(steps);
    count(task, task.sweep->steps() - before, task.sweep->bytes());
    if (status == SweepRun::Status::kUnfinished) {
      if (result_.steps >= options_.max_steps) give_up_search(task.key, task.sweep->steps());
      return false;
    }
    const std::unique_ptr<SweepRun> sweep = std::move(task.sweep);
    if (status == SweepRun::Status::kTooWide) return true;
    note_algorithm(task.key, "sweep");
    if (status == SweepRun::Status::kIllegal) {
      convict(task, sweep->illegal_from(), true);
    } else {
      acquit(number, sweep->order());
    }
    task.linear.reset();
    return true;
  }

  bool decided_by_method(size_t number) {
    Task& task = tasks_[number];
    if (!options_.methods || model_.method == nullptr) return false;
    const MethodResult method = task.linear->decide(task.linear->roles_at(kLastEvent));
    if (method.status == MethodStatus::kUndecided) return false;
    note_algorithm(task.key, model_.method->name);
    count(task, 0, task.entries.size() * sizeof(LinearPiece));
    if (method.status == MethodStatus::kIllegal) {
      convict(task, EventIndex{0});
    } else {
      acquit(number, method.order);
    }
    task.linear.reset();
    return true;
  }

  SearchOptions search_options(bool exact) const {
    return {.exact = exact, .hash_mask = options_.hash_mask, .methods = options_.methods};
  }

  static std::unique_ptr<LinearSearch> begin(LinearKey& key, EventIndex last,
                                             const SearchOptions& options) {
    return std::make_unique<LinearSearch>(key.search(key.roles_at(last), options));
  }

  // Runs in slices, to notice in time that memory runs out.
  SearchStatus advance(LinearSearch& search, uint64_t steps) const {
    SearchStatus status = search.run(std::min(steps, kSlice));
    for (uint64_t done = kSlice; done < steps; done += kSlice) {
      if (status != SearchStatus::kUnfinished || search.bytes() >= options_.max_memory) break;
      status = search.run(std::min(steps - done, kSlice));
    }
    return status;
  }

  void count(const Task& task, uint64_t steps, size_t bytes) {
    KeyOutcome& outcome = result_.keys[task.key];
    outcome.steps += steps;
    outcome.bytes = std::max(outcome.bytes, bytes);
    result_.steps += steps;
    result_.bytes = std::max(result_.bytes, bytes);
  }

  static void note(std::string_view* algorithm, std::string_view name) {
    *algorithm = algorithm->empty() || *algorithm == name ? name : "several";
  }
  void note_algorithm(size_t key, std::string_view algorithm) {
    note(&result_.keys[key].algorithm, algorithm);
    note(&result_.algorithm, algorithm);
  }

  // Found an order of the task's operations; that of a key is complete with its last task.
  void acquit(size_t number, const std::vector<uint32_t>& order) {
    const Task& task = tasks_[number];
    if (!task.objects.empty()) {
      acquit_all(task, order);
      return;
    }
    Key& key = keys_[task.key];
    KeyOutcome& outcome = result_.keys[task.key];
    if (options_.orders) keep_order(&key, number, order);
    if (--key.tasks > 0) return;
    outcome.status = CheckStatus::kPass;
    if (!std::is_sorted(key.moments.begin(), key.moments.end())) {
      std::sort(key.moments.begin(), key.moments.end());
    }
    for (const Moment& moment : key.moments) outcome.order.push_back(std::get<3>(moment));
    key.moments = {};
  }

  // Each operation at the earliest moment that the order allows. What precedes another has an
  // earlier one, so orders of parts can be merged by them.
  void keep_order(Key* key, size_t number, const std::vector<uint32_t>& order) const {
    EventIndex moment{};
    for (size_t i = 0; i < order.size(); ++i) {
      const Entry& entry = *tasks_[number].entries[order[i]];
      moment = std::max(moment, entry.invoked);
      key->moments.emplace_back(moment, number, i, entry.id);
    }
  }

  // Each key's own order.
  void acquit_all(const Task& task, const std::vector<uint32_t>& order) {
    for (const uint32_t i : order) {
      result_.keys[task.objects[i]].order.push_back(task.entries[i]->id);
    }
    for (const uint32_t key : task.objects) {
      result_.keys[key].status = CheckStatus::kPass;
      result_.keys[key].algorithm = "search";
    }
  }

  // The method, or the search by hashes, found no order. Before anybody is accused, an exact answer
  // must agree: about the shortest prefix that fails, which is quick; otherwise about everything.
  // `proven`: there is such an answer, about everything.
  void convict(Task& task, EventIndex from, bool proven = false) {
    EventIndex last =
        shortest_failing_prefix(*task.linear, from, options_.max_steps, search_options(false));
    SearchStatus status = confirm(task, last);
    if (status != SearchStatus::kIllegal && proven) {
      last = last_return(task);
      status = SearchStatus::kIllegal;
    } else if (status == SearchStatus::kLinearizable) {
      last = last_return(task);
      status = confirm(task, last);
    }
    if (status == SearchStatus::kUnfinished) give_up_search(task.key, options_.max_steps);
    if (status != SearchStatus::kIllegal) return;
    Explanation explanation = explain_violation(*task.linear, last, options_.max_steps);
    result_.status = CheckStatus::kViolation;
    result_.message = std::move(explanation.message);
    result_.facts = std::move(explanation.facts);
    result_.at = last;
    result_.keys[task.key].status = CheckStatus::kViolation;
    result_.keys[task.key].illegal_at = last;
  }

  static EventIndex last_return(const Task& task) {
    EventIndex last{};
    for (size_t i = 0; i < task.entries.size(); ++i) {
      const EventIndex returned = task.entries[i]->returned;
      if (task.linear->was_answered(i) && returned != kNoEvent) last = std::max(last, returned);
    }
    return last;
  }

  SearchStatus confirm(Task& task, EventIndex last) const {
    const std::vector<Role> roles = task.linear->roles_at(last);
    if (options_.methods && task.linear->decide(roles).status == MethodStatus::kIllegal) {
      return SearchStatus::kIllegal;
    }
    return advance(*begin(*task.linear, last, search_options(true)), options_.max_steps);
  }

  void give_up_search(size_t key, uint64_t steps) {
    give_up(key, fmt::format("no verdict about {} after {} steps of the search", name(key), steps));
  }

  void give_up(size_t key, const std::string& why) {
    result_.keys[key].why = why;
    give_up(why);
  }

  void give_up(const std::string& why) {
    if (result_.status != CheckStatus::kPass) return;
    result_.status = CheckStatus::kInconclusive;
    result_.message = why;
  }

  const History& history_;
  const Model& model_;
  LinearizabilityOptions options_;
  std::vector<Key> keys_;
  std::vector<Task> tasks_;
  CheckOutcome result_;
};

}  // namespace

CheckOutcome check_linearizable(const History& history, const Model& model,
                                const LinearizabilityOptions& options) {
  return Judge(history, model, options).run();
}

}  // namespace seedbed
