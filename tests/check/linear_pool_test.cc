// Queues, stacks and priority queues by their methods alone, against all orders, the search and
// each other. SEEDBED_TRUTH=1000000 tries a million small histories of each.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <set>

#include "sim/check/linear_key.h"
#include "sim/check/linearizability.h"
#include "tests/check/toy.h"

namespace seedbed {
namespace {

uint64_t how_many(uint64_t usually) {
  const char* wanted = std::getenv("SEEDBED_TRUTH");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : usually;
}

struct PoolShape {
  std::string object;
  size_t operations = 7;
  uint64_t clients = 4;
  uint64_t lies = 6;      // one answer in so many; 0: none
  uint64_t unknown = 8;   // one operation in so many is never answered; 0: none
  uint64_t twice = 0;     // one value in so many was put before; 0: none
  uint64_t touching = 4;  // one event in so many happens at the moment of the last one; 0: none
  uint64_t takes = 50;    // of a hundred operations
};

// What is in the object, at one moment after the other.
class Contents {
 public:
  explicit Contents(const std::string& object) : object_(object) {}

  void put(const std::string& value) {
    row_.push_back(value);
    sorted_.emplace(std::stoll(value), value);
  }
  std::optional<std::string> take() {
    if (object_ == "priority-queue") {
      if (sorted_.empty()) return std::nullopt;
      std::string value = sorted_.begin()->second;
      sorted_.erase(sorted_.begin());
      return value;
    }
    if (row_.empty()) return std::nullopt;
    std::string value = object_ == "stack" ? row_.back() : row_.front();
    object_ == "stack" ? row_.pop_back() : row_.pop_front();
    return value;
  }

 private:
  std::string object_;
  std::deque<std::string> row_;
  std::multimap<int64_t, std::string> sorted_;
};

// Clients that are free ask for something; it happens at some moment before the answer.
class Pool {
 public:
  Pool(uint64_t seed, const PoolShape& shape)
      : dice_(seed), shape_(shape), contents_(shape.object) {
    toy_.object = shape.object;
    for (uint64_t i = 0; i < shape.operations; ++i) values_.push_back(std::to_string(i + 1));
    for (size_t i = values_.size(); i-- > 1;) std::swap(values_[i], values_[dice_.below(i + 1)]);
  }

  ToyHistory run() {
    while (entries_.size() < shape_.operations || !running_.empty()) {
      const bool may_begin =
          entries_.size() < shape_.operations && running_.size() < shape_.clients;
      if (may_begin && (running_.empty() || dice_.one_in(2))) {
        begin();
      } else {
        go_on(dice_.below(running_.size()));
      }
    }
    toy_.history = History(std::move(entries_));
    toy_.asked.resize(toy_.answers.size());
    return std::move(toy_);
  }

 private:
  struct Running {
    size_t entry;
    uint32_t client;
    bool happened = false;
  };

  static std::string function(const std::string& object, bool takes) {
    if (object == "queue") return takes ? "dequeue" : "enqueue";
    if (object == "stack") return takes ? "pop" : "push";
    return takes ? "delete-min" : "insert";
  }

  // Calls have moments of their own; and no operation begins and ends at one moment.
  EventIndex tick_after(uint64_t moment) {
    const bool touches = shape_.touching > 0 && dice_.one_in(shape_.touching);
    if (!touches || event_ <= moment) ++event_;
    return EventIndex{event_};
  }

  void begin() {
    const bool takes = dice_.below(100) < shape_.takes;
    Entry& entry = entries_.emplace_back();
    entry.id = entries_.size();
    entry.operation = {.function = function(shape_.object, takes), .key = "x"};
    if (!takes) {
      const bool twice = shape_.twice > 0 && dice_.one_in(shape_.twice);
      const size_t number = twice ? dice_.below(entries_.size()) : entries_.size() - 1;
      entry.operation.argument = values_[number];
    }
    entry.invoked = tick_after(last_call_);
    last_call_ = number(entry.invoked);
    const uint32_t client = free_.empty() ? ++clients_ : *free_.begin();
    free_.erase(client);
    entry.client = NodeId{client};
    entry.response = Response::info("running");
    toy_.answers.emplace_back();
    running_.push_back({entries_.size() - 1, client});
  }

  void go_on(size_t i) {
    Running& one = running_[i];
    if (!one.happened) {
      one.happened = true;
      happen(one.entry);
      if (dice_.one_in(2)) return;
    }
    Entry& entry = entries_[one.entry];
    if (entry.ok()) {
      entry.returned = tick_after(number(entry.invoked));
      free_.insert(one.client);
    }
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
  }

  void happen(size_t i) {
    Entry& entry = entries_[i];
    const bool unknown = shape_.unknown > 0 && dice_.one_in(shape_.unknown);
    if (unknown && dice_.one_in(2)) return;
    ToyAnswer answer;
    const bool puts = !entry.operation.argument.empty();
    if (puts) contents_.put(entry.operation.argument);
    if (!puts) answer.output = contents_.take();
    if (unknown) return;
    if (!puts && shape_.lies > 0 && dice_.one_in(shape_.lies)) lie(&answer);
    entry.response = Response::done();
    entry.response.output = answer.output;
    toy_.answers[i] = answer;
  }

  void lie(ToyAnswer* answer) {
    const bool nothing = dice_.one_in(3);
    answer->output = nothing ? std::nullopt : std::optional(values_[dice_.below(entries_.size())]);
  }

  Dice dice_;
  const PoolShape& shape_;
  Contents contents_;
  ToyHistory toy_;
  std::vector<std::string> values_;
  std::vector<Entry> entries_;
  std::vector<Running> running_;
  std::set<uint32_t> free_;  // clients that ran something, and were answered
  uint32_t clients_ = 0;
  uint64_t event_ = 1, last_call_ = 0;
};

// What the method says of what was known just after an event. It fails the test if an order is
// none.
MethodStatus ask(const ToyHistory& toy, EventIndex last) {
  const Model& model = *find_model(toy.object);
  std::vector<const Entry*> entries;
  for (const Entry& entry : toy.history.entries()) entries.push_back(&entry);
  const LinearKey key(model, entries, &toy.history);
  std::vector<uint32_t> positions;
  const LinearProblem problem = key.problem(key.roles_at(last), &positions);
  const MethodResult result = model.method->decide(problem);
  if (result.status == MethodStatus::kLinearizable) {
    EXPECT_TRUE(is_linearization(model, problem, result.order));
  }
  return result.status;
}

class LinearPools : public testing::TestWithParam<const char*> {
 protected:
  static uint64_t seed_of(uint64_t i) { return mix(i, hash_bytes(GetParam())); }
  static uint64_t last_event(const ToyHistory& toy) {
    uint64_t last = 0;
    for (const Entry& entry : toy.history.entries()) {
      last = std::max(last, number(entry.invoked));
      if (entry.returned != kNoEvent) last = std::max(last, number(entry.returned));
    }
    return last;
  }
};

TEST_P(LinearPools, AreDecidedByTheMethodAsAllOrdersSayAtEachMoment) {
  uint64_t good = 0, bad = 0;
  for (uint64_t i = 1; i <= how_many(3000); ++i) {
    const PoolShape shape{.object = GetParam(),
                          .operations = 2 + i % 7,
                          .clients = 2 + i % 4,
                          .lies = i % 3 * 3,
                          .unknown = i % 4 * 2,
                          .takes = 35 + i % 5 * 8};
    const ToyHistory toy = Pool(seed_of(i), shape).run();
    for (uint64_t last = 1; last <= last_event(toy); ++last) {
      const bool truth = linearizable(toy, last);
      (truth ? good : bad) += 1;
      ASSERT_EQ(ask(toy, EventIndex{last}),
                truth ? MethodStatus::kLinearizable : MethodStatus::kIllegal)
          << i << " until " << last << '\n'
          << to_string(toy);
    }
  }
  EXPECT_GT(good, 1000u);
  EXPECT_GT(bad, 500u);
}

// Many takes of unknown outcome, and much for them to take.
TEST_P(LinearPools, AreDecidedByTheMethodWhereManyTakesAreUnknown) {
  uint64_t good = 0, bad = 0;
  for (uint64_t i = 1; i <= how_many(3000); ++i) {
    const PoolShape shape{.object = GetParam(),
                          .operations = 6 + i % 4,
                          .clients = 3 + i % 5,
                          .lies = 4 + i % 3,
                          .unknown = 2 + i % 2,
                          .takes = 50 + i % 3 * 5};
    const ToyHistory toy = Pool(seed_of(i + 1'000'000'000), shape).run();
    const bool truth = linearizable(toy);
    (truth ? good : bad) += 1;
    ASSERT_EQ(ask(toy, kLastEvent), truth ? MethodStatus::kLinearizable : MethodStatus::kIllegal)
        << i << '\n'
        << to_string(toy);
  }
  EXPECT_GT(good, how_many(3000) / 10);
  EXPECT_GT(bad, how_many(3000) / 10);
}

// Values that were put twice are no matter of the method, which may still be right by chance.
TEST_P(LinearPools, AreLeftToTheSearchWhereValuesAreNotUnique) {
  uint64_t decided = 0;
  for (uint64_t i = 1; i <= how_many(3000); ++i) {
    const PoolShape shape{.object = GetParam(), .operations = 6, .twice = 3};
    const ToyHistory toy = Pool(seed_of(i + 2'000'000'000), shape).run();
    const bool truth = linearizable(toy);
    const MethodStatus status = ask(toy, kLastEvent);
    ASSERT_TRUE(status == MethodStatus::kUndecided ||
                truth == (status == MethodStatus::kLinearizable))
        << to_string(toy);
    decided += status == MethodStatus::kUndecided ? 0 : 1;
    ASSERT_EQ(check_linearizable(toy.history, *find_model(GetParam())).status,
              truth ? CheckStatus::kPass : CheckStatus::kViolation);
  }
  EXPECT_GT(decided, 0u);
}

// Too long for all orders; but the search is another witness.
TEST_P(LinearPools, AreJudgedAsTheSearchJudgesLongerOnes) {
  uint64_t good = 0, bad = 0;
  for (uint64_t i = 1; i <= how_many(1000); ++i) {
    const PoolShape shape{.object = GetParam(),
                          .operations = 12 + i % 30,
                          .clients = 2 + i % 3,
                          .lies = 30,
                          .unknown = i % 3 * 10,
                          .takes = 45 + i % 10};
    const ToyHistory toy = Pool(seed_of(i + 3'000'000'000), shape).run();
    const Model& model = *find_model(GetParam());
    const CheckOutcome searched =
        check_linearizable(toy.history, model, {.max_steps = 200'000, .methods = false});
    if (searched.status == CheckStatus::kInconclusive) continue;
    const bool truth = searched.status == CheckStatus::kPass;
    (truth ? good : bad) += 1;
    ASSERT_EQ(ask(toy, kLastEvent), truth ? MethodStatus::kLinearizable : MethodStatus::kIllegal)
        << i << '\n'
        << to_string(toy);
  }
  EXPECT_GT(good, how_many(1000) / 5);
  EXPECT_GT(bad, how_many(1000) / 10);
}

TEST_P(LinearPools, OfManyOperationsAreAcceptedByTheMethod) {
  const Model& model = *find_model(GetParam());
  for (const uint64_t clients : {2, 5, 16}) {
    for (const uint64_t takes : {40, 50, 60}) {
      const PoolShape shape{.object = GetParam(),
                            .operations = 20'000,
                            .clients = clients,
                            .lies = 0,
                            .unknown = takes == 50 ? 0u : 200u,
                            .takes = takes};
      const ToyHistory toy = Pool(clients + takes, shape).run();
      const CheckOutcome outcome = check_linearizable(toy.history, model, {.orders = false});
      EXPECT_EQ(outcome.status, CheckStatus::kPass) << clients << ' ' << takes;
      EXPECT_EQ(outcome.algorithm, model.method->name) << clients << ' ' << takes;
    }
  }
}

// Two takes have each other's answer.
TEST_P(LinearPools, OfManyOperationsAreRefusedByTheMethodFromOneReturnOn) {
  const Model& model = *find_model(GetParam());
  size_t refused = 0;
  for (uint64_t i = 0; i < 4; ++i) {
    const PoolShape shape{.object = GetParam(),
                          .operations = 2'000,
                          .clients = i % 2 == 0 ? 4u : 16u,
                          .lies = 0,
                          .unknown = i % 3 * 100,
                          .takes = 48};
    HistoryParts parts = Pool(seed_of(i), shape).run().history.parts();
    std::vector<size_t> takes;
    for (size_t k = 0; k < parts.entries.size(); ++k) {
      if (parts.entries[k].response.output) takes.push_back(k);
    }
    const size_t one = takes[takes.size() / 2], other = takes[takes.size() / 2 + 20 + i];
    std::swap(parts.entries[one].response.output, parts.entries[other].response.output);
    ToyHistory toy{.object = GetParam(), .history = History(std::move(parts))};
    const CheckOutcome outcome = check_linearizable(toy.history, model);
    if (outcome.status == CheckStatus::kPass) continue;
    ++refused;
    ASSERT_EQ(outcome.status, CheckStatus::kViolation) << outcome.message;
    EXPECT_EQ(outcome.algorithm, model.method->name);
    EXPECT_EQ(ask(toy, outcome.at), MethodStatus::kIllegal);
    EXPECT_EQ(ask(toy, EventIndex{number(outcome.at) - 1}), MethodStatus::kLinearizable);
  }
  EXPECT_GT(refused, 2u);
}

INSTANTIATE_TEST_SUITE_P(Objects, LinearPools, testing::Values("queue", "stack", "priority-queue"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace seedbed
