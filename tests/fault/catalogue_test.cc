// The catalogue and its page docs/reference/faults.md.
#include "sim/fault/catalogue.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace seedbed {
namespace {

std::string path_of(const std::string& name) {
  return std::string(SEEDBED_SOURCE_DIR) + "/" + name;
}

std::string read(const std::string& name) {
  std::ifstream file(path_of(name));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string cost_text(Cost cost) {
  switch (cost) {
    case Cost::kNothing: return "nothing";
    case Cost::kServer: return "its servers are down while it lasts";
    case Cost::kDisk: return "its disks are lost";
    case Cost::kServerAndDisk: return "its servers are down while it lasts, their disks are lost";
    case Cost::kServerAndVersion: return "its servers are down while it lasts, and have gone back";
    case Cost::kPower: return "nothing, if the protocol survives a loss of power";
    case Cost::kClockRate: return "a clock's rate";
    case Cost::kClockError:
    case Cost::kClockStands: return "a clock's error";
  }
  return "";
}

std::string how(const FaultInfo& fault) {
  std::string text;
  if (!fault.setting.empty()) text += fmt::format("- set by `{}`", fault.setting);
  if (!fault.is_rate()) {
    text += fmt::format("- a dose of `{}`, at most {} in a run of a swarm, each for {} to {} ms",
                        fault.name, fault.slots, fault.duration_ms.min, fault.duration_ms.max);
  }
  if (!fault.unit.empty()) {
    text += fmt::format("; {} to {} {}", fault.magnitude.min, fault.magnitude.max, fault.unit);
  }
  return text + "\n";
}

std::string page() {
  std::string text =
      "# Faults\n\nEverything that can go wrong in a simulated world. This page is made from the "
      "table in `sim/fault/`\n(`SEEDBED_UPDATE_GOLDEN=1 build/dev/bin/fault_test`); `seedbed list "
      "faults --json` has the same.\n";
  FaultGroup group{};
  bool first = true;
  for (const FaultInfo& fault : fault_catalogue()) {
    if (first || fault.group != group) text += fmt::format("\n## {}\n", to_string(fault.group));
    first = false;
    group = fault.group;
    text += fmt::format(
        "\n### {}\n\n{}. In real life: {}.\n\n{}- takes from what a protocol "
        "survives: {}\n- shown by [{}](../../scenarios/{}.textproto)\n",
        fault.name, fault.meaning, fault.models, how(fault), cost_text(fault.cost), fault.shown_by,
        fault.shown_by);
  }
  return text;
}

TEST(FaultCatalogue, IsWhatItsPageSays) {
  const std::string name = "docs/reference/faults.md";
  if (std::getenv("SEEDBED_UPDATE_GOLDEN") != nullptr) std::ofstream(path_of(name)) << page();
  EXPECT_EQ(read(name), page()) << "SEEDBED_UPDATE_GOLDEN=1 writes it anew";
}

TEST(FaultCatalogue, HasUniqueNamesAndNumbers) {
  std::set<std::string_view> names;
  std::set<FaultKind> kinds;
  for (const FaultInfo& fault : fault_catalogue()) {
    EXPECT_TRUE(names.insert(fault.name).second) << fault.name;
    EXPECT_TRUE(kinds.insert(fault.kind).second) << fault.name;
    EXPECT_LT(static_cast<size_t>(fault.kind), kFaultNumbers);
    EXPECT_EQ(find_fault(fault.name), &fault);
    EXPECT_FALSE(fault.meaning.empty() || fault.models.empty()) << fault.name;
    EXPECT_TRUE(fault.is_rate() || fault.begin != nullptr) << fault.name;
    EXPECT_LE(fault.magnitude.min, fault.magnitude.max) << fault.name;
  }
}

}  // namespace
}  // namespace seedbed
