// Disks that fail, and disks that break their word.
#include <algorithm>
#include <map>

#include "tests/world/fixture.h"

namespace seedbed {
namespace {

constexpr NodeId n1{1};
constexpr DiskOptions kKeepsEverything{.lose_unsynced = Ratio(), .lose_unsynced_name = Ratio()};

void must(Future<Nothing> future) { EXPECT_TRUE(future.await().ok()); }

std::string all_of(Disk& disk, std::string_view path) {
  return *disk.read(path, 0, 1 << 20).await();
}

// Runs `first`; after 5 s `between` on the machine, which is down, and then `second`.
struct TroubledWorld : SmallWorld {
  using Step = std::function<void(Disk&)>;

  explicit TroubledWorld(uint64_t seed = 1) : SmallWorld({}, seed) {}

  void run(
      DiskOptions options, Step first, Step second = [](Disk&) {},
      std::function<void(SimDisk&)> between = [](SimDisk&) {}) {
    add(
        "n1",
        [this, first, second](Env& env) {
          if (number(env.incarnation()) == 1) {
            first(env.disk());
            first_finished = true;
            env.sleep(1h);
          }
          second(env.disk());
          finished = true;
          scheduler.stop(RunEnd::kCompleted);
        },
        options);
    world.start(n1);
    at(5s, [this, between] {
      world.node(n1).crash();
      between(disk());
      world.start(n1);
    });
    scheduler.run();
    EXPECT_TRUE(first_finished);
    EXPECT_TRUE(finished) << scheduler.end_message();
  }
  SimDisk& disk() { return world.node(n1).disk(); }

  bool first_finished = false;
  bool finished = false;
};

class DiskTroubleTest : public ::testing::Test, protected TroubledWorld {};

TEST_F(DiskTroubleTest, FailedReadsAndWritesSaySoAndChangeNothing) {
  run({.read_error = Ratio(1, 1), .write_error = Ratio(1, 1)}, [this](Disk& disk) {
    EXPECT_EQ(disk.write("log", 0, "x").await().error(), Error::kIo);
    EXPECT_EQ(disk.read("log", 0, 1).await().error(), Error::kIo);
    this->disk().heal();
    EXPECT_EQ(disk.read("log", 0, 1).await().error(), Error::kNotFound);
  });
  EXPECT_EQ(world.disk_faults().read_errors, 1u);
  EXPECT_EQ(world.disk_faults().write_errors, 1u);
}

TEST_F(DiskTroubleTest, ASyncThatFailedIsNotMadeGoodByTheNext) {
  constexpr uint64_t kSectors = 40;
  run(
      {.lose_unsynced = Ratio(), .lose_unsynced_name = Ratio(), .sync_error = Ratio(1, 1)},
      [this](Disk& disk) {
        for (uint64_t i = 0; i < kSectors; ++i) {
          must(disk.write("log", i * SimDisk::kSector, std::string(SimDisk::kSector, 'x')));
        }
        EXPECT_EQ(disk.sync("log").await().error(), Error::kIo);
        EXPECT_EQ(disk.sync_directory("").await().error(), Error::kIo);
        this->disk().heal();
        must(disk.sync("log"));
        must(disk.write("log", 0, "x"));  // the file, if its name was lost
        must(disk.sync("log"));
        must(disk.sync_directory(""));
        EXPECT_EQ(all_of(disk, "log"), std::string(kSectors * SimDisk::kSector, 'x'));
      },
      [](Disk& disk) {
        const auto file = disk.read("log", 0, 1 << 20).await();
        const auto kept = file ? std::count(file->begin(), file->end(), 'x') : 0;
        EXPECT_LT(static_cast<uint64_t>(kept), kSectors * SimDisk::kSector);
      });
  EXPECT_EQ(world.disk_faults().sync_errors, 2u);
}

TEST_F(DiskTroubleTest, AFullDiskRefusesToGrowAndNothingElse) {
  run(
      kKeepsEverything,
      [this](Disk& disk) {
        must(disk.write("log", 0, "abc"));
        this->disk().worsen({.full = 1});
        this->disk().worsen({.full = 1});
        EXPECT_EQ(disk.write("log", 1, "xyz").await().error(), Error::kNoSpace);
        EXPECT_EQ(disk.write("new", 0, "").await().error(), Error::kNoSpace);
        EXPECT_EQ(disk.truncate("log", 9).await().error(), Error::kNoSpace);
        must(disk.write("log", 1, "yz"));
        must(disk.truncate("log", 2));
        this->disk().ease({.full = 1});
        EXPECT_EQ(disk.write("log", 1, "xyz").await().error(), Error::kNoSpace);
        this->disk().ease({.full = 1});
        must(disk.write("log", 2, "cd"));
      },
      [](Disk& disk) { EXPECT_EQ(all_of(disk, "log"), "aycd"); });
}

TEST_F(DiskTroubleTest, NothingCompletesUntilTheLastStallIsOver) {
  Time done = kNever;
  at(1s, [this] { disk().worsen({.stalls = 1}); });
  at(2s, [this] { disk().worsen({.stalls = 1}); });
  at(3s, [this] { disk().ease({.stalls = 1}); });
  at(4s, [this] { disk().ease({.stalls = 1}); });
  add("n1", [&](Env& env) {
    env.sleep(999'990us);
    must(env.disk().sync_directory(""));  // in service when the stall begins
    done = scheduler.now();
  });
  world.start(n1);
  scheduler.run();
  EXPECT_GT(done, kStart + 4s);
  EXPECT_LT(done, kStart + 4100ms);
}

TEST_F(DiskTroubleTest, SlownessAddsUp) {
  std::vector<Duration> took;
  add("n1", [&](Env& env) {
    for (const Duration more : {0ms, 100ms, 200ms, -100ms, -200ms}) {
      disk().worsen({.latency = more});
      const Time begin = scheduler.now();
      must(env.disk().sync_directory(""));
      took.push_back((scheduler.now() - begin) / 50ms * 50ms);
    }
  });
  world.start(n1);
  scheduler.run();
  EXPECT_EQ(took, (std::vector<Duration>{0ms, 100ms, 300ms, 200ms, 0ms}));
}

constexpr DiskOptions kLosesEverything{.lose_unsynced = Ratio(1, 1),
                                       .lose_unsynced_name = Ratio(1, 1)};

TEST_F(DiskTroubleTest, ALyingSyncKeepsNothingUntilAnHonestOne) {
  run(
      kLosesEverything,
      [this](Disk& disk) {
        must(disk.write("log", 0, "honest"));
        must(disk.sync_directory(""));
        this->disk().worsen({.lying_syncs = 1000});
        must(disk.sync("log"));
        this->disk().ease({.lying_syncs = 1000});
        must(disk.sync("log"));
        this->disk().worsen({.lying_syncs = 1000});
        must(disk.write("log", 6, " liar"));
        must(disk.sync("log"));
      },
      [](Disk& disk) { EXPECT_EQ(all_of(disk, "log"), "honest"); });
  EXPECT_EQ(world.disk_faults().lying_syncs, 2u);
}

void write_durably(Disk& disk, std::string_view path, uint64_t offset, char what) {
  must(disk.write(path, offset, std::string(SimDisk::kSector, what)));
  must(disk.sync(path));
  must(disk.sync_directory(""));
}

TEST_F(DiskTroubleTest, APhantomWriteLeavesWhatWasThere) {
  run(
      kLosesEverything,
      [this](Disk& disk) {
        write_durably(disk, "log", 0, 'a');
        this->disk().worsen({.phantom_writes = 1000});
        write_durably(disk, "log", 0, 'b');
        write_durably(disk, "log", SimDisk::kSector, 'b');
      },
      [](Disk& disk) {
        EXPECT_EQ(all_of(disk, "log"),
                  std::string(SimDisk::kSector, 'a') + std::string(SimDisk::kSector, '\0'));
      });
  EXPECT_EQ(world.disk_faults().phantom_writes, 2u);
}

TEST_F(DiskTroubleTest, AMisdirectedWriteHitsAnotherSector) {
  run(
      kLosesEverything,
      [this](Disk& disk) {
        write_durably(disk, "log", 0, 'a');
        write_durably(disk, "log", SimDisk::kSector, 'a');
        write_durably(disk, "other", 0, 'a');
        this->disk().worsen({.misdirected_writes = 1000});
        write_durably(disk, "log", 0, 'b');
      },
      [](Disk& disk) {
        const std::string log = all_of(disk, "log");
        EXPECT_EQ(log[0], 'a');
        const std::string both = log + all_of(disk, "other");
        EXPECT_EQ(std::count(both.begin(), both.end(), 'b'), SimDisk::kSector);
        EXPECT_EQ(both.size(), 3 * SimDisk::kSector);
      });
  EXPECT_EQ(world.disk_faults().misdirected_writes, 1u);
}

TEST_F(DiskTroubleTest, AMisdirectedReadShowsAnotherSectorOnce) {
  run(kKeepsEverything, [this](Disk& disk) {
    write_durably(disk, "log", 0, 'a');
    write_durably(disk, "log", SimDisk::kSector, 'b');
    this->disk().worsen({.misdirected_reads = 1000});
    EXPECT_EQ((*disk.read("log", 0, 8).await()), "bbbbbbbb");
    this->disk().ease({.misdirected_reads = 1000});
    EXPECT_EQ((*disk.read("log", 0, 8).await()), "aaaaaaaa");
  });
  EXPECT_EQ(world.disk_faults().misdirected_reads, 1u);
}

TEST_F(DiskTroubleTest, RottenBitsStayUntilTheyAreWrittenAnew) {
  const std::string sound(4 * SimDisk::kSector, 'a');
  std::string rotten;
  run(
      kLosesEverything,
      [&](Disk& disk) {
        must(disk.write("log", 0, sound));
        must(disk.sync("log"));
        must(disk.sync_directory(""));
        this->disk().rot(7, 1);
        rotten = all_of(disk, "log");
        EXPECT_NE(rotten, sound);
      },
      [&](Disk& disk) {
        EXPECT_EQ(all_of(disk, "log"), rotten);
        must(disk.write("log", 0, sound));
        must(disk.sync("log"));
        EXPECT_EQ(all_of(disk, "log"), sound);
      });
}

TEST_F(DiskTroubleTest, AWipedDiskIsEmpty) {
  run(
      kKeepsEverything, [](Disk& disk) { write_durably(disk, "log", 0, 'a'); },
      [](Disk& disk) { EXPECT_TRUE(disk.list().await()->empty()); },
      [](SimDisk& disk) { disk.wipe(); });
}

TEST_F(DiskTroubleTest, ARestoredDiskIsAsItWas) {
  run(
      kKeepsEverything,
      [this](Disk& disk) {
        write_durably(disk, "log", 0, 'a');
        this->disk().remember(1);
        write_durably(disk, "log", 0, 'b');
        write_durably(disk, "new", 0, 'b');
      },
      [](Disk& disk) {
        EXPECT_EQ(*disk.list().await(), std::vector<std::string>{"log"});
        EXPECT_EQ(all_of(disk, "log"), std::string(SimDisk::kSector, 'a'));
      },
      [](SimDisk& disk) { disk.restore(1); });
}

// What the durable events say, put together.
std::map<std::string, std::string> told_by(const std::vector<KeptEvent>& events) {
  std::map<uint64_t, std::string> files;
  std::map<std::string, uint64_t> names;
  for (const KeptEvent& event : events) {
    if (event.kind != EventKind::kDurable) continue;
    std::string& file = files[event.id];
    switch (static_cast<DurableChange>(number(event.peer))) {
      case DurableChange::kWrite:
        file.resize(std::max<size_t>(file.size(), event.value + event.bytes.size()));
        file.replace(event.value, event.bytes.size(), event.bytes);
        break;
      case DurableChange::kTruncate: file.resize(event.value); break;
      case DurableChange::kLink: names[event.name] = event.id; break;
      case DurableChange::kUnlink: names.erase(event.name); break;
    }
  }
  std::map<std::string, std::string> disk;
  for (const auto& [name, file] : names) disk[name] = files[file];
  return disk;
}

// Whatever a disk does to what was entrusted to it, its events tell.
TEST(DiskTrouble, DurableEventsTellOfAllDamage) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    TroubledWorld troubled(seed);
    std::map<std::string, std::string> found;
    troubled.run(
        {.write_error = Ratio(1, 20), .sync_error = Ratio(1, 5)},
        [&](Disk& disk) {
          troubled.disk().worsen(
              {.lying_syncs = 200, .phantom_writes = 100, .misdirected_writes = 300});
          for (uint64_t i = 0; i < 60; ++i) {
            const std::string_view path = i % 3 == 0 ? "one" : "two";
            (void)disk.write(path, (i * 7919) % 4000, std::string(900, static_cast<char>('a' + i)))
                .await();
            if (i % 5 == 0) (void)disk.sync(path).await();
            if (i % 9 == 0) (void)disk.sync_directory("").await();
            if (i == 20) troubled.disk().remember(1);
            if (i % 11 == 0) troubled.disk().rot(seed + i, 1);
          }
        },
        [&](Disk& disk) {
          const std::vector<std::string> paths = *disk.list().await();
          for (const std::string& path : paths) found[path] = all_of(disk, path);
          EXPECT_TRUE(found == told_by(troubled.kept.events)) << "seed " << seed;
        },
        [seed](SimDisk& disk) {
          disk.heal();
          if (seed % 2 == 0) disk.restore(1);
        });
  }
}

}  // namespace
}  // namespace seedbed
