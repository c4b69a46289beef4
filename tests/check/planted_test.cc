// A single wrong answer in a long history is told with the few operations that a person needs, by a
// certificate that is proven again.
#include "tests/check/planted.h"

#include <gtest/gtest.h>

#include <set>

#include "sim/check/certificate.h"
#include "sim/check/counterexample.h"
#include "sim/check/linearizability.h"

namespace seedbed {
namespace {

struct Row {
  PlantedOptions options;
  size_t most;            // operations that may be kept
  std::string_view says;  // words of the message
};

// Prints the case when a test fails.
void PrintTo(const Row& row, std::ostream* out) { *out << row.options.object; }

class PlantedLie : public testing::TestWithParam<Row> {};

TEST_P(PlantedLie, IsTold) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    PlantedOptions options = GetParam().options;
    options.seed = seed;
    const Model& model = *find_model(options.object);
    const Planted planted = plant(options);
    const History& history = planted.broken;
    EXPECT_EQ(check_linearizable(planted.valid, model).status, CheckStatus::kPass) << seed;
    const CheckOutcome outcome = check_linearizable(history, model);
    ASSERT_EQ(outcome.status, CheckStatus::kViolation) << seed << ": " << outcome.message;
    const Counterexample example = counterexample(history, model, outcome);
    EXPECT_LE(example.kept.size(), GetParam().most) << seed << ": " << example.message;
    EXPECT_TRUE(example.minimal) << seed;
    EXPECT_NE(example.message.find(GetParam().says), std::string::npos) << example.message;
    const Certificate certificate = certificate_of(history, model, outcome, &example);
    const std::string text = to_text(certificate);
    EXPECT_LT(text.size(), 700u) << seed << "\n" << text;
    const Certificate again = parse_certificate(text, "test");
    EXPECT_EQ(to_text(again), text);
    const Verification proof = verify(again, history, {.max_work = 100'000});
    EXPECT_EQ(proof.status, VerifyStatus::kTrue) << seed << ": " << proof.why << "\n" << text;
    EXPECT_NE(verify(again, planted.valid).status, VerifyStatus::kTrue);
  }
}

TEST(CounterexampleProgress, ChangesNothing) {
  const Planted planted = plant({.object = "kv"});
  const CheckOutcome outcome = check_linearizable(planted.broken, key_value_model());
  CounterexampleOptions options;
  uint64_t calls = 0, steps = 0;
  options.on_progress = [&](const CounterexampleProgress& now) {
    ++calls;
    EXPECT_GT(now.steps, steps);
    EXPECT_LE(now.kept, now.of);
    steps = now.steps;
  };
  const Counterexample one = counterexample(planted.broken, key_value_model(), outcome, options);
  const Counterexample other = counterexample(planted.broken, key_value_model(), outcome);
  EXPECT_GT(calls, 0u);
  EXPECT_EQ(one.kept, other.kept);
  EXPECT_EQ(one.message, other.message);
}

constexpr std::string_view kAny;

INSTANTIATE_TEST_SUITE_P(
    OfEachModel, PlantedLie,
    testing::Values(
        Row{{.object = "register"}, 4, kAny}, Row{{.object = "cas-register"}, 5, kAny},
        Row{{.object = "kv"}, 5, kAny},
        Row{{.object = "counter"}, 1, "is the most that it can have been by then"},
        Row{{.object = "multi-register", .operations = 300}, 8, kAny},
        Row{{.object = "set"}, 2, kAny}, Row{{.object = "set", .elements = false}, 2, kAny},
        Row{{.object = "list"}, 2, "and nothing removed"},
        // Four make an inversion; one more if, when it shows, a dequeue still runs.
        Row{{.object = "queue", .operations = 400, .unknown = 0}, 5, kAny},
        Row{{.object = "stack", .operations = 300, .unknown = 0, .clients = 2}, 6, kAny},
        Row{{.object = "priority-queue", .operations = 400, .unknown = 0}, 8, kAny},
        Row{{.object = "mutex"}, 8, kAny}),
    [](const testing::TestParamInfo<Row>& row) {
      std::string name = row.param.options.object + (row.param.options.elements ? "" : "Alone");
      std::erase(name, '-');
      return name;
    });

}  // namespace
}  // namespace seedbed
