// The search against brute force: thousands of small random histories, about half of them
// linearizable.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/check/linear_key.h"
#include "sim/check/linearizability.h"
#include "tests/check/toy.h"

namespace seedbed {
namespace {

// How the operations of a history are mixed.
enum class Mix { kRegister, kCas, kAppend, kAll, kCounter };

Operation random_operation(Dice& dice, Mix mix) {
  const std::string value(1, static_cast<char>('a' + dice.below(3)));
  if (mix == Mix::kCounter) {
    if (dice.one_in(2)) return Operation::read("x");
    const auto amount = static_cast<int64_t>(1 + dice.below(2));
    return dice.one_in(3) ? Operation::decrement("x", amount) : Operation::increment("x", amount);
  }
  const uint64_t choice = dice.below(10);
  if (choice < 4) return Operation::get("x");
  if (mix == Mix::kAppend) return Operation::append("x", value);
  if (mix == Mix::kAll && choice == 4) return Operation::append("x", value);
  if (mix != Mix::kRegister && choice < 7) {
    if (dice.one_in(4)) return Operation::cas("x", std::nullopt, value);
    return Operation::cas("x", std::string(1, static_cast<char>('a' + dice.below(3))), value);
  }
  return choice == 9 ? Operation::erase("x") : Operation::put("x", value);
}

// What the operation answers if it happens now; sometimes a lie.
Response answer(Dice& dice, const Operation& operation, std::string* state) {
  Response response = Response::done();
  if (operation.function == kGet) {
    response = state->empty() ? Response::absent() : Response::found(state->substr(1));
    if (dice.one_in(8)) response = dice.one_in(2) ? Response::absent() : Response::found("a");
  } else if (operation.function == kRead) {
    response = Response::number_is(std::stoll(*state) + (dice.one_in(8) ? 1 : 0));
  } else if (operation.function == kCas) {
    std::string next;
    const bool happens = key_value_model().step(*state, {operation, &response}, &next);
    if (happens == dice.one_in(10)) response = Response::mismatch();
  }
  const bool counter = key_value_model().knows(operation) == false;
  const Model& model = counter ? counter_model() : key_value_model();
  std::string next;
  if (model.step(*state, operation, &next)) *state = next;
  return response;
}

// Operations take effect at a random moment while they run, unless a lie is told.
std::vector<Entry> random_entries(uint64_t seed, Mix mix, size_t most) {
  Dice dice(seed);
  const size_t count = 2 + dice.below(most - 1);
  const uint64_t clients = 2 + dice.below(3);
  std::string state = mix == Mix::kCounter ? "0" : "";
  std::vector<Entry> entries;
  struct Running {
    size_t entry;
    bool happened;
    Response response;
  };
  std::vector<Running> running;
  uint64_t event = 0;
  while (entries.size() < count || !running.empty()) {
    const bool may_begin = entries.size() < count && running.size() < clients;
    if (may_begin && (running.empty() || dice.one_in(2))) {
      running.push_back({entries.size(), false, Response::info("running")});
      Entry& entry = entries.emplace_back();
      entry.id = entries.size();
      entry.operation = random_operation(dice, mix);
      entry.invoked = EventIndex{++event};
      continue;
    }
    const size_t i = dice.below(running.size());
    Running& one = running[i];
    Entry& entry = entries[one.entry];
    if (!one.happened) {
      one.happened = true;
      const bool never = dice.one_in(12);
      if (!never) one.response = answer(dice, entry.operation, &state);
      if (dice.one_in(6)) one.response = Response::info("timeout");
      if (dice.one_in(16)) one.response = Response::fail("refused");
      if (dice.one_in(2)) continue;
    }
    entry.response = one.response;
    if (entry.outcome() != Outcome::kInfo || dice.one_in(2)) entry.returned = EventIndex{++event};
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return entries;
}

// Tries every order of every choice of operations.
class BruteForce {
 public:
  BruteForce(const Model& model, const std::vector<Entry>& entries)
      : model_(model), entries_(entries), placed_(entries.size()) {}

  bool linearizable() { return extend(model_.initial); }

 private:
  bool extend(const std::string& state) {
    bool complete = true;
    for (size_t i = 0; i < entries_.size(); ++i) complete &= placed_[i] || !entries_[i].ok();
    if (complete) return true;
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (placed_[i] || entries_[i].outcome() == Outcome::kFail || must_wait(i)) continue;
      const Response* response = entries_[i].ok() ? &entries_[i].response : nullptr;
      std::string next;
      if (!model_.step(state, {entries_[i].operation, response}, &next)) continue;
      placed_[i] = true;
      const bool found = extend(next);
      placed_[i] = false;
      if (found) return true;
    }
    return false;
  }
  bool must_wait(size_t i) const {
    for (size_t j = 0; j < entries_.size(); ++j) {
      if (!placed_[j] && entries_[j].ok() && entries_[j].returned < entries_[i].invoked)
        return true;
    }
    return false;
  }

  const Model& model_;
  const std::vector<Entry>& entries_;
  std::vector<bool> placed_;
};

bool search(LinearKey& key, const SearchOptions& options) {
  LinearSearch search = key.search(key.roles_at(kLastEvent), options);
  const SearchStatus status = search.run(10'000'000);
  EXPECT_NE(status, SearchStatus::kUnfinished);
  return status == SearchStatus::kLinearizable;
}

class LinearFuzz : public testing::TestWithParam<Mix> {
 protected:
  static const Model& model() {
    return GetParam() == Mix::kCounter ? counter_model() : key_value_model();
  }
  // Calls body(entries, linearizable) for many histories.
  template <class Body>
  void for_each_history(size_t count, size_t most, Body body) {
    size_t good = 0;
    for (uint64_t seed = 1; seed <= count; ++seed) {
      const std::vector<Entry> entries =
          random_entries(mix(seed, static_cast<uint64_t>(GetParam())), GetParam(), most);
      const bool linearizable = BruteForce(model(), entries).linearizable();
      good += linearizable ? 1 : 0;
      body(entries, linearizable);
      if (HasFailure()) FAIL() << "seed " << seed;
    }
    EXPECT_GT(good, count / 8);
    EXPECT_LT(good, count - count / 20);
  }
  static LinearKey key_of(const std::vector<Entry>& entries) {
    std::vector<const Entry*> pointers;
    for (const Entry& entry : entries) pointers.push_back(&entry);
    return LinearKey(model(), pointers);
  }
};

TEST_P(LinearFuzz, AgreesWithBruteForce) {
  for_each_history(20'000, 8, [](const std::vector<Entry>& entries, bool linearizable) {
    for (const LinearStrategy strategy : {LinearStrategy::kSweep, LinearStrategy::kDepthFirst}) {
      const CheckOutcome result =
          check_linearizable(History(entries), model(), {.strategy = strategy});
      EXPECT_EQ(result.status, linearizable ? CheckStatus::kPass : CheckStatus::kViolation);
    }
  });
}

TEST_P(LinearFuzz, GivesTheSameVerdictWithAndWithoutItsReductions) {
  for_each_history(10'000, 8, [](const std::vector<Entry>& entries, bool linearizable) {
    LinearKey key = key_of(entries);
    EXPECT_EQ(search(key, {.reductions = true}), linearizable);
    EXPECT_EQ(search(key, {.reductions = false}), linearizable);
    EXPECT_EQ(search(key, {.exact = true, .reductions = true}), linearizable);
    EXPECT_EQ(search(key, {.exact = true, .reductions = false}), linearizable);
  });
}

TEST_P(LinearFuzz, GivesTheSameVerdictForLongerHistoriesToo) {
  size_t good = 0;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    const std::vector<Entry> entries =
        random_entries(mix(seed, 77 + static_cast<uint64_t>(GetParam())), GetParam(), 20);
    LinearKey key = key_of(entries);
    const bool linearizable = search(key, {.exact = true, .reductions = false});
    good += linearizable ? 1 : 0;
    ASSERT_EQ(search(key, {}), linearizable) << seed;
  }
  EXPECT_GT(good, 300u);
}

TEST_P(LinearFuzz, NeitherPassesNorAccusesWronglyWhenHashesCollide) {
  size_t misled = 0;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    const std::vector<Entry> entries =
        random_entries(mix(seed, 99 + static_cast<uint64_t>(GetParam())), GetParam(), 20);
    LinearKey key = key_of(entries);
    const bool linearizable = search(key, {.exact = true, .reductions = false});
    const bool found = search(key, {.hash_mask = 1});
    ASSERT_TRUE(linearizable || !found) << seed;
    misled += found != linearizable ? 1 : 0;
    ASSERT_EQ(search(key, {.exact = true, .hash_mask = 1}), linearizable) << seed;
    const CheckOutcome outcome = check_linearizable(
        History(entries), model(), {.strategy = LinearStrategy::kDepthFirst, .hash_mask = 1});
    ASSERT_EQ(outcome.status, linearizable ? CheckStatus::kPass : CheckStatus::kViolation) << seed;
    ASSERT_EQ(check_linearizable(History(entries), model(), {}).status, outcome.status) << seed;
  }
  EXPECT_GT(misled, 10u);  // otherwise the test would say nothing
}

TEST_P(LinearFuzz, BlamesTheFirstReturnThatLeavesNoOrder) {
  for_each_history(1000, 7, [](const std::vector<Entry>& entries, bool linearizable) {
    if (linearizable) return;
    const CheckOutcome result = check_linearizable(History(entries), model());
    auto known_at = [&](uint64_t last) {
      std::vector<Entry> prefix;
      for (Entry entry : entries) {
        if (number(entry.invoked) > last) continue;
        if (number(entry.returned) > last && entry.ok()) {
          entry.returned = kNoEvent;
          entry.response = Response::info("running");
        }
        prefix.push_back(entry);
      }
      return prefix;
    };
    EXPECT_FALSE(BruteForce(model(), known_at(number(result.at))).linearizable());
    EXPECT_TRUE(BruteForce(model(), known_at(number(result.at) - 1)).linearizable());
    EXPECT_NE(result.message.find(" at "), std::string::npos);
    EXPECT_FALSE(result.facts.empty());
  });
}

TEST_P(LinearFuzz, ShowsFactsThatContradictEachOther) {
  for_each_history(4000, 8, [](const std::vector<Entry>& entries, bool linearizable) {
    if (linearizable) return;
    const CheckOutcome result = check_linearizable(History(entries), model());
    std::vector<Entry> rest;
    for (Entry entry : entries) {
      const bool shown = std::any_of(result.facts.begin(), result.facts.end(),
                                     [&](const Fact& fact) { return fact.event == entry.invoked; });
      if (!shown && entry.ok()) {
        // Nothing is known of it but that it began.
        if (model().kind({entry.operation, &entry.response}) == OperationKind::kPure) continue;
        entry.response = Response::info("not shown");
        entry.returned = kNoEvent;
      }
      rest.push_back(entry);
    }
    EXPECT_FALSE(BruteForce(model(), rest).linearizable()) << result.message;
  });
}

INSTANTIATE_TEST_SUITE_P(Mixes, LinearFuzz,
                         testing::Values(Mix::kRegister, Mix::kCas, Mix::kAppend, Mix::kAll,
                                         Mix::kCounter));

}  // namespace
}  // namespace seedbed
