// Every planted bug dies of the check that names it, in an ordinary scenario that the correct
// protocol passes with the same seed and the same faults. The reproducers are pinned in
// reproducers.txt, and medians.txt says how many seeds it takes to find them.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "protocols/registry.h"
#include "sim/explore/detection.h"
#include "sim/explore/expectation.h"
#include "sim/run/run.h"
#include "tests/mutants/tables.h"

namespace seedbed {
namespace {

struct Reproducer {
  std::string mutant;
  std::string scenario;
  uint64_t seed = 0;
};

void PrintTo(const Reproducer& reproducer, std::ostream* out) {
  *out << reproducer.mutant << " in " << reproducer.scenario << " seed " << reproducer.seed;
}

std::vector<Reproducer> reproducers() {
  std::vector<Reproducer> result;
  for (std::istringstream& row : rows_of("tests/mutants/reproducers.txt")) {
    Reproducer reproducer;
    row >> reproducer.mutant >> reproducer.scenario >> reproducer.seed;
    result.push_back(reproducer);
  }
  return result;
}

const std::vector<ProtocolSpec>& protocols() {
  static const std::vector<ProtocolSpec> specs = all_protocols();
  return specs;
}

bool broke(const RunResult& result, const std::vector<std::string>& named) {
  return std::any_of(result.checks.begin(), result.checks.end(), [&](const CheckResult& check) {
    const bool stuck = check.status == CheckStatus::kLiveness;
    return (stuck || check.status == CheckStatus::kViolation) &&
           std::count(named.begin(), named.end(), check.name) > 0;
  });
}

class Mutants : public ::testing::TestWithParam<Reproducer> {};

TEST_P(Mutants, DieOfTheCheckThatNamesThem) {
  const Reproducer& reproducer = GetParam();
  Scenario scenario = load_scenario(reproducer.scenario, protocols());
  set_mutant(scenario, reproducer.mutant);
  const std::vector<std::string> named = checks_that_name(scenario);
  Runner runner;
  const RunResult result = runner.run(scenario, reproducer.seed);
  EXPECT_TRUE(broke(result, named))
      << "expected " << enumerate(named) << " to break, got " << to_string(result.verdict) << " ["
      << result.reason_check << "] " << result.reason;
}

TEST_P(Mutants, AreTheOnlyThingWrongWithTheirRun) {
  const Reproducer& reproducer = GetParam();
  Runner runner;
  const RunResult result =
      runner.run(load_scenario(reproducer.scenario, protocols()), reproducer.seed);
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
}

// What --clients-only stands on: to leave checks off changes neither the run nor the other checks.
TEST_P(Mutants, AreSeenByClientsAlike) {
  const Reproducer& reproducer = GetParam();
  Scenario scenario = load_scenario(reproducer.scenario, protocols());
  set_mutant(scenario, reproducer.mutant);
  Runner runner;
  const RunResult all = runner.run(scenario, reproducer.seed);
  const ProtocolSpec judged = judged_by(Evidence::kClients, *scenario.protocol);
  scenario.protocol = &judged;
  const RunResult some = runner.run(scenario, reproducer.seed);
  EXPECT_EQ(some.trace_hash, all.trace_hash);
  EXPECT_LT(some.checks.size(), all.checks.size());
  EXPECT_FALSE(some.checks.empty());
  for (const CheckResult& check : some.checks) {
    const auto same = std::find_if(all.checks.begin(), all.checks.end(),
                                   [&](const CheckResult& one) { return one.name == check.name; });
    ASSERT_NE(same, all.checks.end()) << check.name;
    EXPECT_EQ(to_string(check.status), to_string(same->status)) << check.name;
    EXPECT_EQ(check.message, same->message);
  }
}

INSTANTIATE_TEST_SUITE_P(Pinned, Mutants, ::testing::ValuesIn(reproducers()), [](const auto& info) {
  std::string name = info.param.mutant;
  for (char& c : name) {
    if (c == '.' || c == '-') c = '_';
  }
  return name;
});

TEST(MutantTable, HasAReproducerForEveryMutant) {
  std::map<std::string, int> pinned;
  for (const Reproducer& reproducer : reproducers()) ++pinned[reproducer.mutant];
  for (const ProtocolSpec& protocol : protocols()) {
    for (const MutantSpec& mutant : protocol.mutants) {
      EXPECT_EQ(pinned[mutant.name], 1) << mutant.name;
      EXPECT_FALSE(mutant.reference.empty()) << mutant.name;
    }
  }
}

TEST(MutantTable, SaysOfEveryMutantHowFastItIsCaught) {
  std::map<std::string, int> measured;
  for (const Median& median : read_medians()) {
    ++measured[median.mutant];
    EXPECT_GE(median.median, 1u) << median.mutant;
    EXPECT_LE(median.least, median.median) << median.mutant;
    EXPECT_LE(median.median, median.most) << median.mutant;
    EXPECT_FALSE(median.seen_most.empty()) << median.mutant << ": what do clients see?";
    EXPECT_EQ(median.seen_least == "-", median.seen.starts_with("0/")) << median.mutant;
  }
  for (const Reproducer& reproducer : reproducers()) {
    EXPECT_EQ(measured[reproducer.mutant], 1) << reproducer.mutant;
  }
}

}  // namespace
}  // namespace seedbed
