// A configuration: how far each process is, which operations of unknown outcome have been placed,
// and the state of each object. Depth first, never one twice; the records are exact.
//
// (1) The next operation of a process that is pure and legal now is placed at once: in an order
//     that goes on from here it can be moved to the front, for what its process did before is
//     placed, and it changes nothing.
// (2) An unknown operation that changes nothing is not placed.
// (3) Of two unknown operations that are the same and may both come now, the first is placed.
//
// Of what can come, the earliest by invocation is tried first: systems are mostly nearly
// linearizable, and orders nearly those of time.
#include "sim/check/sequential.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "sim/check/index_table.h"
#include "sim/check/linear_key.h"
#include "sim/check/linearizability.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

constexpr uint32_t kNone = ~0u;

struct Deed {
  uint64_t id;
  uint32_t what;
  uint32_t object;
  uint32_t process;
  uint32_t turn;  // by invocation
  bool known;
  uint32_t number;        // in its row, or of those unknown
  uint32_t after;         // how many of its process's known operations come before it
  uint32_t twin = kNone;  // unknown: the one before it that is the same
};

class Sequence {
 public:
  Sequence(const Model& model, std::string_view initial, const SequentialOptions& options)
      : transitions_(model, initial), options_(options) {}

  void add(const Exchange& exchange, const Entry& entry, uint32_t object, bool known) {
    const uint32_t process = process_of(entry.client);
    const auto before = static_cast<uint32_t>(rows_[process].size());
    const auto number = known ? before : static_cast<uint32_t>(unknown_.size());
    Deed deed{.id = entry.id,
              .what = transitions_.classify(exchange),
              .object = object,
              .process = process,
              .turn = turns_++,
              .known = known,
              .number = number,
              .after = before};
    objects_ = std::max(objects_, object + 1);
    if (known) {
      rows_[process].push_back(deed);
      ++left_;
      return;
    }
    for (uint32_t i = 0; i < unknown_.size(); ++i) {
      if (unknown_[i].what == deed.what && unknown_[i].object == object) deed.twin = i;
    }
    unknown_.push_back(deed);
  }

  // True if this order, of ids, explains everything: each process's own in their order, and every
  // step legal.
  bool is_explained_by(const std::vector<uint64_t>& order) {
    std::vector<const Deed*> deeds(turns_, nullptr);
    IndexTable numbers;
    const auto number_of = [&](uint64_t id, uint32_t fresh) {
      return numbers.find_or_insert(scramble(id), fresh, [&](uint32_t i) {
        return deeds[i] != nullptr && deeds[i]->id == id;
      });
    };
    const auto note = [&](const Deed& deed) {
      deeds[deed.turn] = &deed;
      number_of(deed.id, deed.turn);
    };
    for (const std::vector<Deed>& row : rows_) std::for_each(row.begin(), row.end(), note);
    std::for_each(unknown_.begin(), unknown_.end(), note);
    begin();
    for (const uint64_t id : order) {
      const auto [turn, missing] = number_of(id, 0);
      if (missing || !place_if_next(deeds[turn])) return false;
    }
    return left_ == 0;
  }

  SequentialOutcome run() {
    begin();
    frames_.push_back({});
    enter();
    while (!frames_.empty() && left_ > 0) {
      if (++outcome_.steps > options_.max_steps || bytes() > options_.max_memory) break;
      try_next();
    }
    outcome_.algorithm = "search";
    outcome_.bytes = bytes();
    outcome_.status = left_ == 0        ? CheckStatus::kPass
                      : frames_.empty() ? CheckStatus::kViolation
                                        : CheckStatus::kInconclusive;
    if (outcome_.status == CheckStatus::kPass) {
      for (const Placed& placed : placed_) outcome_.order.push_back(placed.deed->id);
    } else if (outcome_.status == CheckStatus::kInconclusive) {
      outcome_.why = fmt::format("no verdict after {} steps of the search", outcome_.steps);
    }
    return std::move(outcome_);
  }

 private:
  struct Placed {
    const Deed* deed;
    uint32_t place;  // in now_
    uint32_t state;  // of its object, before
  };
  struct Frame {
    size_t placed = 0;      // when it was entered
    size_t candidates = 0;  // where its own begin
  };

  void begin() {
    // How far processes are, whether an unknown operation is placed, states.
    now_.assign(rows_.size() + unknown_.size() + objects_, 0);
    for (uint32_t i = 0; i < objects_; ++i) state(i) = Transitions::kInitial;
    placed_.clear();
    left_ = 0;
    for (const std::vector<Deed>& row : rows_) left_ += row.size();
  }

  // False if it cannot come now, or is not legal.
  bool place_if_next(const Deed* deed) {
    if (deed->known ? now_[deed->process] != deed->number : !may_come(deed->number)) return false;
    const size_t place_of_it = deed->known ? deed->process : rows_.size() + deed->number;
    const uint32_t next = transitions_.step(state(deed->object), deed->what);
    if (next == Transitions::kIllegal) return false;
    place(deed, static_cast<uint32_t>(place_of_it), next);
    return true;
  }

  uint32_t process_of(NodeId client) {
    const auto [index, fresh] =
        numbers_.find_or_insert(scramble(number(client)), static_cast<uint32_t>(clients_.size()),
                                [&](uint32_t i) { return clients_[i] == client; });
    if (fresh) {
      clients_.push_back(client);
      rows_.emplace_back();
    }
    return index;
  }

  uint32_t& state(uint32_t object) { return now_[rows_.size() + unknown_.size() + object]; }
  size_t bytes() const {
    return (records_.size() + candidates_.size()) * sizeof(uint32_t) + seen_.bytes() +
           transitions_.bytes() + placed_.size() * sizeof(Placed) + frames_.size() * sizeof(Frame);
  }

  // The candidate's deed, and where now_ notes it; nullptr: it cannot come now.
  std::pair<const Deed*, uint32_t> candidate(uint32_t i) const {
    if (i < rows_.size()) {
      const uint32_t next = now_[i];
      return {next < rows_[i].size() ? &rows_[i][next] : nullptr, i};
    }
    const uint32_t number = i - static_cast<uint32_t>(rows_.size());
    const Deed& deed = unknown_[number];
    if (!may_come(number)) return {nullptr, i};
    return {deed.twin != kNone && may_come(deed.twin) ? nullptr : &deed, i};  // rule (3)
  }
  bool may_come(uint32_t number) const {
    const Deed& deed = unknown_[number];
    return now_[rows_.size() + number] == 0 && now_[deed.process] >= deed.after;
  }

  void place(const Deed* deed, uint32_t place, uint32_t next_state) {
    placed_.push_back({deed, place, state(deed->object)});
    ++now_[place];
    state(deed->object) = next_state;
    if (place < rows_.size()) --left_;
  }

  void take_back() {
    const Placed& placed = placed_.back();
    --now_[placed.place];
    state(placed.deed->object) = placed.state;
    if (placed.place < rows_.size()) ++left_;
    placed_.pop_back();
  }

  // Rule (1), until nothing is left that it places.
  void place_pure() {
    for (bool again = true; again;) {
      again = false;
      for (uint32_t i = 0; i < rows_.size(); ++i) again = place_pure(i) || again;
    }
  }
  bool place_pure(uint32_t process) {
    bool any = false;
    while (now_[process] < rows_[process].size()) {
      const Deed& deed = rows_[process][now_[process]];
      if (transitions_.kind(deed.what) != OperationKind::kPure) break;
      if (transitions_.step(state(deed.object), deed.what) == Transitions::kIllegal) break;
      place(&deed, process, state(deed.object));
      any = true;
    }
    return any;
  }

  // In a new configuration; leaves it if it was seen.
  void enter() {
    place_pure();
    frames_.back().candidates = candidates_.size();
    if (left_ > 0 && seen_before()) {
      leave();
    } else {
      list_candidates();
    }
  }

  void leave() {
    while (placed_.size() > frames_.back().placed) take_back();
    candidates_.resize(frames_.back().candidates);
    frames_.pop_back();
  }

  // What can come now; the last of them is tried first.
  void list_candidates() {
    for (uint32_t i = 0; i < rows_.size() + unknown_.size(); ++i) {
      if (candidate(i).first != nullptr) candidates_.push_back(i);
    }
    const auto first = candidates_.begin() + static_cast<ptrdiff_t>(frames_.back().candidates);
    std::sort(first, candidates_.end(), [&](uint32_t a, uint32_t b) {
      return candidate(a).first->turn > candidate(b).first->turn;
    });
  }

  bool seen_before() {
    uint64_t hash = 0;
    for (const uint32_t word : now_) hash = mix(hash, word);
    const size_t width = now_.size();
    const auto [number, fresh] =
        seen_.find_or_insert(hash, static_cast<uint32_t>(records_.size() / width), [&](uint32_t i) {
          return std::equal(now_.begin(), now_.end(),
                            records_.begin() + static_cast<std::ptrdiff_t>(i * width));
        });
    if (fresh) records_.insert(records_.end(), now_.begin(), now_.end());
    return !fresh;
  }

  void try_next() {
    if (candidates_.size() == frames_.back().candidates) {
      leave();
      return;
    }
    const auto [deed, place_of_it] = candidate(candidates_.back());
    candidates_.pop_back();
    const uint32_t next = transitions_.step(state(deed->object), deed->what);
    if (next == Transitions::kIllegal) return;
    const bool known = place_of_it < rows_.size();
    if (!known && next == state(deed->object)) return;  // rule (2)
    frames_.push_back({.placed = placed_.size()});
    place(deed, place_of_it, next);
    enter();
  }

  Transitions transitions_;
  SequentialOptions options_;
  SequentialOutcome outcome_;
  IndexTable numbers_;
  std::vector<NodeId> clients_;
  std::vector<std::vector<Deed>> rows_;  // of each process, what is known to have happened
  std::vector<Deed> unknown_;
  uint32_t objects_ = 1;
  uint64_t left_ = 0;
  uint32_t turns_ = 0;

  std::vector<uint32_t> now_;
  std::vector<Placed> placed_;
  std::vector<Frame> frames_;
  std::vector<uint32_t> candidates_;  // of all frames: processes, then unknown operations
  std::vector<uint32_t> records_;
  IndexTable seen_;
};

// The operations of all keys, each at the earliest moment that the order of its key allows; that of
// one that ended before another began is earlier.
std::vector<uint64_t> merged(const CheckOutcome& outcome, const History& history) {
  using Moment = std::tuple<EventIndex, size_t, size_t, uint64_t>;  // also: key, position, id
  IndexTable numbers;
  const std::vector<Entry>& entries = history.entries();
  const auto number_of = [&](uint64_t id, uint32_t fresh) {
    return numbers
        .find_or_insert(scramble(id), fresh, [&](uint32_t i) { return entries[i].id == id; })
        .first;
  };
  for (uint32_t i = 0; i < entries.size(); ++i) number_of(entries[i].id, i);
  std::vector<Moment> moments;
  for (size_t key = 0; key < outcome.keys.size(); ++key) {
    const std::vector<uint64_t>& order = outcome.keys[key].order;
    EventIndex moment{};
    for (size_t i = 0; i < order.size(); ++i) {
      moment = std::max(moment, entries[number_of(order[i], 0)].invoked);
      moments.emplace_back(moment, key, i, order[i]);
    }
  }
  std::sort(moments.begin(), moments.end());
  std::vector<uint64_t> ids;
  for (const Moment& moment : moments) ids.push_back(std::get<3>(moment));
  return ids;
}

class Judge {
 public:
  Judge(const History& history, const Model& model) : history_(history), model_(model) {
    for (const Entry& entry : history.entries()) entries_.push_back(&entry);
  }

  SequentialOutcome run(const std::vector<Role>* roles, const SequentialOptions& options) {
    const std::optional<std::string> initial = initial_state(model_, &history_);
    if (!initial) {
      return {.why = fmt::format("an object of the model {} cannot hold {} at first", model_.name,
                                 in_quotes(*history_.convention().initial))};
    }
    const LinearKey key(model_, entries_, &history_);
    Sequence sequence(model_, *initial, options);
    uint64_t operations = 0;
    for (size_t i = 0; i < entries_.size(); ++i) {
      const Role role = roles == nullptr ? Role::kRequired : (*roles)[i];
      if (role == Role::kAbsent) continue;
      if (!model_.knows(key.exchange(i))) {
        return {.why = fmt::format("the model {} does not know {}", model_.name,
                                   to_string(history_, *entries_[i]))};
      }
      operations += add(key, i, role, &sequence) ? 1 : 0;
    }
    SequentialOutcome outcome;
    if (options.real_time_first && roles == nullptr) outcome = in_real_time(options, &sequence);
    if (outcome.status != CheckStatus::kPass) outcome = sequence.run();
    outcome.operations = operations;
    return outcome;
  }

 private:
  // True if it is known to have happened.
  bool add(const LinearKey& key, size_t i, Role role, Sequence* sequence) {
    const Entry& entry = *entries_[i];
    const bool known = key.was_answered(i) && role == Role::kRequired;
    if (entry.outcome() == Outcome::kFail && !key.was_answered(i)) return false;
    if (!known && model_.kind(key.question(i)) == OperationKind::kPure) return false;
    const std::string_view name = model_.by_key ? std::string_view(entry.operation.key) : "";
    const auto [object, fresh] =
        numbers_.find_or_insert(hash_bytes(name), static_cast<uint32_t>(keys_.size()),
                                [&](uint32_t k) { return keys_[k] == name; });
    if (fresh) keys_.push_back(name);
    sequence->add(known ? key.exchange(i) : key.question(i), entry, object, known);
    return known;
  }

  // An order that respects time as well, if there is one.
  SequentialOutcome in_real_time(const SequentialOptions& options, Sequence* sequence) const {
    const CheckOutcome linear = check_linearizable(
        history_, model_, {.max_steps = options.max_steps, .max_memory = options.max_memory});
    if (linear.status != CheckStatus::kPass) return {};
    SequentialOutcome outcome{.steps = linear.steps, .bytes = linear.bytes};
    outcome.order = merged(linear, history_);
    if (!sequence->is_explained_by(outcome.order)) return {};
    outcome.status = CheckStatus::kPass;
    outcome.algorithm = "linearizable";
    return outcome;
  }

  const History& history_;
  const Model& model_;
  std::vector<const Entry*> entries_;
  IndexTable numbers_;
  std::vector<std::string_view> keys_;
};

}  // namespace

SequentialOutcome check_sequential(const History& history, const Model& model,
                                   const SequentialOptions& options) {
  return Judge(history, model).run(nullptr, options);
}

SequentialOutcome check_sequential_part(const History& history, const Model& model,
                                        const std::vector<Role>& roles,
                                        const SequentialOptions& options) {
  return Judge(history, model).run(&roles, options);
}

}  // namespace seedbed
