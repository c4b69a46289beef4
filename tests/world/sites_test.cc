#include "sim/world/sites.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/world/fixture.h"

namespace seedbed {
namespace {

TEST(Sites, HaveNamesAndHashesOfTheirOwn) {
  std::set<std::string_view> names;
  std::set<uint64_t> hashes;
  for (const Site& site : sites::kWorldSites) {
    EXPECT_TRUE(names.insert(site.name()).second) << site.name();
    EXPECT_TRUE(hashes.insert(site.hash()).second) << site.name();
  }
}

TEST(Sites, KnowAnUnsyncedWriteByItsLabel) {
  Choices choices(1);
  choices.replay_faults(
      {{.site = "disk.unsynced_write", .scope = "n1 disk", .label = "term=3 index=7", .value = 1}});
  StackPool stacks;
  Scheduler scheduler(choices, stacks, {});
  SimDisk disk(scheduler, NodeId{1}, "n1", {});
  auto written = disk.write("log", 0, "x", {"term", 3, "index", 7});
  scheduler.run();
  disk.crash();
  EXPECT_EQ(disk.faults().lost_writes, 1u);
  EXPECT_TRUE(choices.unmatched().empty());
}

}  // namespace
}  // namespace seedbed
