// A configuration: how far each process is, which operations of unknown outcome have been placed,
// and the state of each object. Depth first, never one twice; the records are exact.
//
// (1) The next operation of a process that is pure and legal now is placed at once: in an order
// that
//     goes on from here it can be moved to the front, for what its process did before is placed,
//     and it changes nothing.
// (2) An unknown operation that changes nothing is not placed.
// (3) Of two unknown operations that are the same and may both come now, the first is placed.
#include "sim/check/sequential.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "sim/check/index_table.h"
#include "sim/check/linear_key.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

constexpr uint32_t kNone = ~0u;

struct Deed {
  uint64_t id;
  uint32_t what;
  uint32_t object;
  uint32_t process;
  uint32_t after;         // how many of its process's known operations come before it
  uint32_t twin = kNone;  // unknown: the one before it that is the same
};

class Sequence {
 public:
  Sequence(const Model& model, std::string_view initial, const SequentialOptions& options)
      : transitions_(model, initial), options_(options) {}

  void add(const Exchange& exchange, const Entry& entry, uint32_t object, bool known) {
    const uint32_t process = process_of(entry.client);
    Deed deed{entry.id, transitions_.classify(exchange), object, process,
              static_cast<uint32_t>(rows_[process].size())};
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

  SequentialOutcome run() {
    // How far processes are, whether an unknown operation is placed, states.
    now_.assign(rows_.size() + unknown_.size() + objects_, 0);
    for (uint32_t i = 0; i < objects_; ++i) state(i) = Transitions::kInitial;
    frames_.push_back({});
    enter();
    while (!frames_.empty() && left_ > 0) {
      if (++outcome_.steps > options_.max_steps || bytes() > options_.max_memory) break;
      try_next();
    }
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
    size_t placed = 0;       // when it was entered
    uint32_t candidate = 0;  // the next to try: processes, then unknown operations
  };

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
    return records_.size() * sizeof(uint32_t) + seen_.bytes() + transitions_.bytes();
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
    if (left_ > 0 && seen_before()) leave();
  }

  void leave() {
    while (placed_.size() > frames_.back().placed) take_back();
    frames_.pop_back();
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
    Frame& frame = frames_.back();
    if (frame.candidate == rows_.size() + unknown_.size()) {
      leave();
      return;
    }
    const auto [deed, place_of_it] = candidate(frame.candidate++);
    if (deed == nullptr) return;
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

  std::vector<uint32_t> now_;
  std::vector<Placed> placed_;
  std::vector<Frame> frames_;
  std::vector<uint32_t> records_;
  IndexTable seen_;
};

}  // namespace

SequentialOutcome check_sequential(const History& history, const Model& model,
                                   const SequentialOptions& options) {
  std::vector<const Entry*> entries;
  for (const Entry& entry : history.entries()) entries.push_back(&entry);
  const LinearKey key(model, entries, &history);
  const std::optional<std::string> initial = initial_state(model, &history);
  if (!initial) return {.why = "the model's objects cannot hold what they should hold at first"};
  Sequence sequence(model, *initial, options);
  IndexTable numbers;
  std::vector<std::string_view> keys;
  uint64_t operations = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = *entries[i];
    if (!model.knows(key.exchange(i))) {
      return {.why = fmt::format("the model {} does not know {}", model.name,
                                 to_string(history, entry))};
    }
    const bool known = key.was_answered(i);
    if (entry.outcome() == Outcome::kFail && !known) continue;
    if (!known && model.kind(key.question(i)) == OperationKind::kPure) continue;
    const std::string_view name = model.by_key ? std::string_view(entry.operation.key) : "";
    const auto [object, fresh] =
        numbers.find_or_insert(hash_bytes(name), static_cast<uint32_t>(keys.size()),
                               [&](uint32_t k) { return keys[k] == name; });
    if (fresh) keys.push_back(name);
    sequence.add(known ? key.exchange(i) : key.question(i), entry, object, known);
    operations += known ? 1 : 0;
  }
  SequentialOutcome outcome = sequence.run();
  outcome.operations = operations;
  return outcome;
}

}  // namespace seedbed
