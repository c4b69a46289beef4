// Every planted bug dies of the check that names it, in an ordinary scenario that the correct
// protocol passes with the same seed and the same faults. The reproducers are pinned in
// reproducers.txt.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "protocols/registry.h"
#include "sim/run/run.h"

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

std::string read_file(const std::string& path) {
  std::ifstream file(std::string(SEEDBED_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<Reproducer> reproducers() {
  std::vector<Reproducer> result;
  std::istringstream lines(read_file("tests/mutants/reproducers.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    Reproducer reproducer;
    std::istringstream(line) >> reproducer.mutant >> reproducer.scenario >> reproducer.seed;
    result.push_back(reproducer);
  }
  return result;
}

const std::vector<ProtocolSpec>& protocols() {
  static const std::vector<ProtocolSpec> specs = all_protocols();
  return specs;
}

Scenario load(const std::string& name) {
  return parse_scenario(read_file("scenarios/" + name + ".textproto"), name, name, protocols());
}

bool broke(const RunResult& result, const std::string& check) {
  if (result.verdict == Verdict::kViolation && result.reason_check == check) return true;
  for (const CheckResult& other : result.checks) {
    if (other.name == check && other.status == CheckStatus::kViolation) return true;
  }
  return false;
}

class Mutants : public ::testing::TestWithParam<Reproducer> {};

TEST_P(Mutants, DieOfTheCheckThatNamesThem) {
  const Reproducer& reproducer = GetParam();
  Scenario scenario = load(reproducer.scenario);
  set_mutant(scenario, reproducer.mutant);
  std::string named;
  for (const MutantSpec& mutant : scenario.protocol->mutants) {
    if (mutant.name == reproducer.mutant) named = mutant.caught_by;
  }
  Runner runner;
  const RunResult result = runner.run(scenario, reproducer.seed);
  EXPECT_TRUE(broke(result, named))
      << "expected " << named << " to break, got " << to_string(result.verdict) << " ["
      << result.reason_check << "] " << result.reason;
}

TEST_P(Mutants, AreTheOnlyThingWrongWithTheirRun) {
  const Reproducer& reproducer = GetParam();
  Runner runner;
  const RunResult result = runner.run(load(reproducer.scenario), reproducer.seed);
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
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

}  // namespace
}  // namespace seedbed
