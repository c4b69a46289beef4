#include "sim/check/model.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/check/toy.h"

namespace seedbed {
namespace {

// The state after the operation, or "illegal".
std::string after(const Model& model, std::string_view state, const Operation& operation,
                  const Response* response = nullptr) {
  std::string next;
  return model.step(state, {operation, response}, &next) ? next : "illegal";
}

TEST(KeyValueModel, TellsAbsentFromEmpty) {
  const Model& model = key_value_model();
  const Response empty = Response::found(""), absent = Response::absent();
  EXPECT_EQ(after(model, "", Operation::get("x"), &absent), "");
  EXPECT_EQ(after(model, "", Operation::get("x"), &empty), "illegal");
  EXPECT_EQ(after(model, "=", Operation::get("x"), &empty), "=");
  EXPECT_EQ(after(model, "=", Operation::get("x"), &absent), "illegal");
}

TEST(KeyValueModel, AppendsToWhatIsThereOrCreatesIt) {
  EXPECT_EQ(after(key_value_model(), "", Operation::append("x", "a")), "=a");
  EXPECT_EQ(after(key_value_model(), "=a", Operation::append("x", "b")), "=ab");
  EXPECT_EQ(after(key_value_model(), "=a", Operation::erase("x")), "");
}

TEST(KeyValueModel, TakesAMismatchForAnAnswer) {
  const Model& model = key_value_model();
  const Response done = Response::done(), mismatch = Response::mismatch();
  const Operation cas = Operation::cas("x", "a", "b");
  EXPECT_EQ(after(model, "=a", cas, &done), "=b");
  EXPECT_EQ(after(model, "=a", cas, &mismatch), "illegal");
  EXPECT_EQ(after(model, "=c", cas, &done), "illegal");
  EXPECT_EQ(after(model, "=c", cas, &mismatch), "=c");
  EXPECT_EQ(after(model, "=a", cas), "=b");  // unknown: it does what it does
  EXPECT_EQ(after(model, "=c", cas), "=c");
  EXPECT_EQ(after(model, "", Operation::cas("x", std::nullopt, "b"), &done), "=b");
  EXPECT_EQ(after(model, "=", Operation::cas("x", std::nullopt, "b"), &done), "illegal");
}

TEST(CounterModel, AddsAndSubtracts) {
  const Response minus_one = Response::number_is(-1);
  EXPECT_EQ(after(counter_model(), "0", Operation::decrement("n", 1)), "-1");
  EXPECT_EQ(after(counter_model(), "-1", Operation::increment("n", 3)), "2");
  EXPECT_EQ(after(counter_model(), "-1", Operation::read("n"), &minus_one), "-1");
  EXPECT_EQ(after(counter_model(), "0", Operation::read("n"), &minus_one), "illegal");
}

// One history of many: only what they hold matters, not when it was.
History joined(const std::vector<ToyHistory>& toys) {
  HistoryParts parts{.format = "toy"};
  uint64_t event = 0;
  auto renamed = [&](const History& from, ValueId value) {
    return value == kNoValue ? value : parts.values.intern(from.text(value));
  };
  for (const ToyHistory& toy : toys) {
    for (Entry entry : toy.history.entries()) {
      const std::span<const Step> steps = toy.history.steps(entry);
      const std::span<const ValueId> elements = toy.history.elements(entry);
      entry.invoked = EventIndex{++event};
      entry.steps.first = static_cast<uint32_t>(parts.steps.size());
      entry.elements.first = static_cast<uint32_t>(parts.elements.size());
      for (Step step : steps) {
        step.key = renamed(toy.history, step.key);
        step.value = renamed(toy.history, step.value);
        parts.steps.push_back(step);
      }
      for (const ValueId one : elements) parts.elements.push_back(renamed(toy.history, one));
      parts.entries.push_back(std::move(entry));
    }
  }
  return History(std::move(parts));
}

void expect_promises(const Model& model, const Exchange& exchange,
                     const std::set<std::string>& states) {
  const OperationKind kind = model.kind(exchange);
  const std::optional<std::string> observed = model.observed(exchange);
  const std::string name = std::string(model.name) + ' ' + to_string(exchange.operation());
  std::optional<std::string> first;
  for (const std::string& state : states) {
    std::string next;
    if (!model.step(state, exchange, &next)) {
      EXPECT_NE(kind, OperationKind::kBlind) << name;
      EXPECT_NE(kind, OperationKind::kGrowing) << name;
      continue;
    }
    if (!first) first = next;
    EXPECT_TRUE(kind != OperationKind::kPure || next == state) << name;
    EXPECT_TRUE(kind != OperationKind::kBlind || next == *first) << name;
    EXPECT_TRUE(kind != OperationKind::kGrowing || model.grows_to(state, next)) << name;
    EXPECT_TRUE(kind == OperationKind::kPure || !observed || state == *observed || next == state)
        << name;
    EXPECT_TRUE(kind != OperationKind::kPure || !observed || state == *observed) << name;
  }
}

// Every promise of kind(), tried on all small states, operations and answers.
class ModelPromises : public testing::TestWithParam<const Model*> {
 protected:
  static std::vector<std::string> states() {
    if (GetParam() == &counter_model()) return {"-1", "0", "1", "2"};
    return {"", "=", "=a", "=ab", "=b", "=ba"};
  }
  static std::vector<Operation> operations() {
    if (GetParam() == &counter_model()) {
      return {Operation::read("x"), Operation::increment("x", 2), Operation::decrement("x", 1)};
    }
    return {Operation::get("x"),           Operation::put("x", "a"),
            Operation::put("x", ""),       Operation::append("x", "b"),
            Operation::append("x", ""),    Operation::cas("x", "a", "b"),
            Operation::cas("x", "a", "a"), Operation::cas("x", std::nullopt, "a"),
            Operation::erase("x")};
  }
  static std::vector<Response> responses(const Operation& operation) {
    if (operation.function == kRead) return {Response::number_is(0), Response::number_is(1)};
    if (operation.function == kCas) return {Response::done(), Response::mismatch()};
    if (operation.function != kGet) return {Response::done()};
    return {Response::absent(), Response::found(""), Response::found("a"), Response::found("ab")};
  }
  // Calls body(operation, response or nullptr, legal states, their successors).
  template <class Body>
  void for_each(Body body) {
    for (const Operation& operation : operations()) {
      std::vector<Response> known = responses(operation);
      std::vector<const Response*> answers = {nullptr};
      for (const Response& response : known) answers.push_back(&response);
      for (const Response* response : answers) {
        std::vector<std::pair<std::string, std::string>> steps;
        for (const std::string& state : states()) {
          std::string next;
          if (GetParam()->step(state, {operation, response}, &next))
            steps.emplace_back(state, next);
        }
        body(operation, response, steps);
      }
    }
  }
};

TEST_P(ModelPromises, AreKept) {
  const Model& model = *GetParam();
  for_each([&](const Operation& operation, const Response* response, const auto& steps) {
    const OperationKind kind = model.kind({operation, response});
    const std::string name = to_string(operation);
    const auto observed = model.observed({operation, response});
    if (kind == OperationKind::kBlind || kind == OperationKind::kGrowing) {
      EXPECT_EQ(steps.size(), states().size()) << name;
    }
    for (const auto& [state, next] : steps) {
      EXPECT_TRUE(kind != OperationKind::kPure || next == state) << name;
      EXPECT_TRUE(kind != OperationKind::kBlind || next == steps[0].second) << name;
      EXPECT_TRUE(kind != OperationKind::kGrowing || model.grows_to(state, next)) << name;
      if (observed && state != *observed) {
        EXPECT_EQ(next, state) << name;                 // changes nothing elsewhere
        EXPECT_NE(kind, OperationKind::kPure) << name;  // and is illegal there if pure
      }
      EXPECT_TRUE(next == state || model.may_leave(operation, next)) << name;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Models, ModelPromises,
                         testing::Values(&key_value_model(), &counter_model()));

// The same for all models, with the operations and states of random histories.
TEST(Models, KeepTheirPromises) {
  for (const Model* model : models()) {
    std::vector<ToyHistory> toys;
    std::vector<Exchange> exchanges;
    std::set<std::string> states = {model->initial};
    for (uint64_t seed = 1; seed <= 40; ++seed) {
      toys.push_back(random_history(seed, {.object = std::string(model->name), .most = 5}));
    }
    const History together = joined(toys);
    for (const Entry& entry : together.entries()) {
      exchanges.emplace_back(&together, entry, nullptr);
      if (entry.ok()) exchanges.emplace_back(&together, entry, &entry.response);
    }
    std::string next;
    for (const Exchange& exchange : exchanges) {
      const std::set<std::string> before = states;
      for (const std::string& state : before) {
        next.clear();
        if (states.size() < 60 && model->step(state, exchange, &next)) states.insert(next);
      }
    }
    for (const Exchange& exchange : exchanges) {
      ASSERT_TRUE(model->knows(exchange)) << model->name;
      expect_promises(*model, exchange, states);
    }
  }
}

TEST(Models, AreFoundByTheirNames) {
  for (const Model* model : models()) {
    EXPECT_EQ(find_model(model->name), model);
    EXPECT_FALSE(model->meaning.empty());
  }
  EXPECT_EQ(find_model("bank"), nullptr);
  EXPECT_EQ(default_model_for(ObjectKind::kQueue), find_model("queue"));
  EXPECT_EQ(default_model_for(ObjectKind::kMixed), nullptr);
}

}  // namespace
}  // namespace seedbed
