#include "sim/check/linearizability.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "sim/check/index_table.h"
#include "sim/check/linear_explain.h"
#include "sim/check/linear_key.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

constexpr uint64_t kFirstTurn = 1024;
constexpr uint64_t kSlice = 65536;

struct Key {
  std::vector<const Entry*> entries;
  bool known = false;    // some operation is of the model
  bool foreign = false;  // some is not
  std::unique_ptr<LinearKey> linear;
  std::unique_ptr<LinearSearch> search;
};

std::vector<Key> split(const History& history, const Model& model) {
  std::vector<Key> keys;
  IndexTable numbers;
  for (const Entry& entry : history.entries()) {
    const std::string& name = entry.operation.key;
    const auto [number, fresh] = numbers.find_or_insert(
        hash_bytes(name), static_cast<uint32_t>(keys.size()),
        [&](uint32_t i) { return keys[i].entries.front()->operation.key == name; });
    if (fresh) keys.emplace_back();
    Key& key = keys[number];
    key.entries.push_back(&entry);
    (model.knows(entry.operation) ? key.known : key.foreign) = true;
  }
  return keys;
}

class Judge {
 public:
  Judge(const History& history, const Model& model, const LinearizabilityOptions& options)
      : model_(model), options_(options), keys_(split(history, model)) {}

  LinearizabilityResult run() {
    result_.status = CheckStatus::kPass;
    std::vector<size_t> open;
    for (size_t i = 0; i < keys_.size(); ++i) {
      if (admit(keys_[i])) open.push_back(i);
    }
    for (uint64_t turn = kFirstTurn; !open.empty(); turn *= 2) {
      std::vector<size_t> unfinished;
      for (const size_t i : open) {
        if (!take_turn(keys_[i], turn)) unfinished.push_back(i);
        if (result_.status == CheckStatus::kViolation) return std::move(result_);
      }
      open = std::move(unfinished);
    }
    return std::move(result_);
  }

 private:
  const std::string& name(const Key& key) const { return key.entries.front()->operation.key; }

  // Counts the key's operations. False if there is nothing to search.
  bool admit(const Key& key) {
    if (!key.known) return false;
    if (key.foreign) {
      give_up(fmt::format("{} sees operations that the model {} does not know", name(key),
                          model_.name));
      return false;
    }
    for (const Entry* entry : key.entries) result_.operations += entry->ok() ? 1 : 0;
    return true;
  }

  // True if the key needs no further turn.
  bool take_turn(Key& key, uint64_t turn) {
    if (!key.search) {
      key.linear = std::make_unique<LinearKey>(model_, key.entries);
      key.search = begin(*key.linear, kLastEvent, {.hash_mask = options_.hash_mask});
    }
    const uint64_t left = options_.max_steps - std::min(options_.max_steps, result_.steps);
    const uint64_t before = key.search->steps();
    const SearchStatus status = advance(*key.search, std::min(turn, left));
    result_.steps += key.search->steps() - before;
    if (status == SearchStatus::kUnfinished) {
      if (left > turn && key.search->bytes() < options_.max_memory) return false;
      give_up(key, key.search->steps());
    } else if (status == SearchStatus::kIllegal) {
      convict(key);
    }
    key.search.reset();
    key.linear.reset();
    return true;
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

  // The search by hashes found no order. Before anybody is accused, an exact search must agree:
  // about the shortest prefix that fails, which is quick; otherwise about everything.
  void convict(Key& key) {
    EventIndex last =
        shortest_failing_prefix(*key.linear, EventIndex{key.search->furthest()}, options_.max_steps,
                                {.hash_mask = options_.hash_mask});
    SearchStatus status = confirm(key, last);
    if (status == SearchStatus::kLinearizable) {
      last = last_return(key);
      status = confirm(key, last);
    }
    if (status == SearchStatus::kUnfinished) give_up(key, options_.max_steps);
    if (status != SearchStatus::kIllegal) return;
    Explanation explanation = explain_violation(*key.linear, last, options_.max_steps);
    result_.status = CheckStatus::kViolation;
    result_.message = std::move(explanation.message);
    result_.facts = std::move(explanation.facts);
    result_.at = last;
  }

  static EventIndex last_return(const Key& key) {
    EventIndex last = kNoEvent;
    for (const Entry* entry : key.entries) {
      if (entry->ok()) last = std::max(last, entry->returned);
    }
    return last;
  }

  SearchStatus confirm(Key& key, EventIndex last) const {
    return advance(*begin(*key.linear, last, {.exact = true, .hash_mask = options_.hash_mask}),
                   options_.max_steps);
  }

  void give_up(const Key& key, uint64_t steps) {
    give_up(fmt::format("no verdict about {} after {} steps of the search", name(key), steps));
  }

  void give_up(std::string why) {
    if (result_.status != CheckStatus::kPass) return;
    result_.status = CheckStatus::kInconclusive;
    result_.message = std::move(why);
  }

  const Model& model_;
  LinearizabilityOptions options_;
  std::vector<Key> keys_;
  LinearizabilityResult result_;
};

}  // namespace

LinearizabilityResult check_linearizable(const History& history, const Model& model,
                                         const LinearizabilityOptions& options) {
  return Judge(history, model, options).run();
}

void LinearizabilityChecker::finish() {
  LinearizabilityResult result = check_linearizable(builder_.take(), model_, options_);
  evaluated(result.operations);
  if (result.status == CheckStatus::kPass) return;
  conclude(result.status, std::move(result.message), std::move(result.facts), result.at);
}

}  // namespace seedbed
