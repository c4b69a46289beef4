#include "sim/check/model.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace seedbed
