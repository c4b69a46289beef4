#include "sim/explore/store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "sim/core/check.h"
#include "sim/explore/campaign.h"
#include "tests/cli/program/kv.h"
#include "tests/explore/temporary.h"

namespace seedbed {
namespace {

StoreKey key(const std::string& revision = "r1") {
  return {.scenario = "kv/calm", .text = "protocol: 'kv'", .revision = revision};
}

RunRecord passed(uint64_t seed) {
  return {.seed = seed,
          .ending = ending_of(Verdict::kPass),
          .events = 10,
          .core_time = std::chrono::nanoseconds(5),
          .faults = {{"crash", 2}, {"pause", 0}}};
}

RunRecord violated(uint64_t seed) {
  RunRecord run = passed(seed);
  run.ending = ending_of(Verdict::kViolation);
  run.findings = {{.seed = seed,
                   .verdict = "violation",
                   .check = "Linearizable",
                   .message = "it's \"wrong\"",
                   .shape = "crash",
                   .broken = {"Linearizable", "Progress"}}};
  return run;
}

Kept read(const std::string& path, const StoreKey& key) {
  Store store(path);
  return store.join({key}).at(0);
}

uint64_t rows(const std::string& path, const std::string& table) {
  Database database(path, Database::Mode::kReadOnly);
  Statement count = database.prepare("SELECT count(*) FROM " + table);
  EXPECT_TRUE(count.step());
  return count.number(0);
}

std::string why_not(const std::string& path) {
  try {
    const Store store(path);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(Store, KeepsWhatWasCommittedAndNothingElse) {
  const TemporaryFolder folder;
  const std::string path = folder.file("s");
  {
    Store store(path);
    store.join({key()});
    store.add(passed(1));
    store.add(violated(2));
    store.commit({});
    store.add(passed(3));
  }
  const Kept kept = read(path, key());
  EXPECT_EQ(kept.seeds.ranges(), (std::map<uint64_t, uint64_t>{{1, 2}}));
  EXPECT_EQ(kept.totals.endings[Verdict::kPass], 1u);
  EXPECT_EQ(kept.totals.endings[Verdict::kViolation], 1u);
  EXPECT_EQ(kept.totals.events, 20u);
  EXPECT_EQ(kept.totals.core_time.count(), 10);
  EXPECT_EQ(kept.totals.faults, (Tally{{"crash", 4}, {"pause", 0}}));
  EXPECT_EQ(kept.totals.fault_runs, (Tally{{"crash", 2}, {"pause", 2}}));
  ASSERT_EQ(kept.findings.size(), 1u);
  EXPECT_EQ(kept.findings[0].seed, 2u);
  EXPECT_EQ(kept.findings[0].message, "it's \"wrong\"");
  EXPECT_EQ(kept.findings[0].shape, "crash");
  EXPECT_EQ(kept.findings[0].broken, (std::vector<std::string>{"Linearizable", "Progress"}));
}

TEST(Store, PassingSeedsCostARangeInWhateverOrderTheyCome) {
  const TemporaryFolder folder;
  const std::string path = folder.file("s");
  Store store(path);
  store.join({key()});
  for (uint64_t i = 0; i < 500; ++i) store.add(passed(1 + i * 7 % 500));
  store.commit({});
  EXPECT_EQ(rows(path, "seeds"), 1u);
  EXPECT_EQ(read(path, key()).seeds.count(1, 500), 500u);
}

TEST(Store, ASeedCountsOnceWhoeverRunsIt) {
  const TemporaryFolder folder;
  const std::string path = folder.file("s");
  Store one(path);
  Store other(path);
  one.join({key()});
  other.join({key()});
  for (Store* store : {&one, &other}) {
    store->add(violated(7));
    store->commit({});
  }
  const Kept kept = read(path, key());
  EXPECT_EQ(kept.totals.runs(), 1u);
  EXPECT_EQ(kept.totals.events, 10u);
  EXPECT_EQ(kept.findings.size(), 1u);
}

TEST(Store, KeepsTheLargestSeedsToo) {
  const TemporaryFolder folder;
  const std::string path = folder.file("s");
  Store store(path);
  store.join({key()});
  constexpr uint64_t kMiddle = uint64_t{1} << 63;  // from here on SQLite takes them for negative
  const std::vector<uint64_t> seeds{0, 1, kMiddle - 1, kMiddle, UINT64_MAX - 1, UINT64_MAX};
  for (const uint64_t seed : seeds) store.add(passed(seed));
  for (const uint64_t seed : seeds) store.add(passed(seed));
  store.commit({});
  const Kept kept = read(path, key());
  EXPECT_EQ(kept.totals.runs(), seeds.size());
  for (const uint64_t seed : seeds) EXPECT_TRUE(kept.seeds.contains(seed)) << seed;
}

TEST(Store, AnotherRevisionTextOrMutantBeginsAfresh) {
  const TemporaryFolder folder;
  const std::string path = folder.file("s");
  Store store(path);
  store.join({key()});
  store.add(passed(1));
  store.commit({});
  StoreKey text = key(), mutant = key();
  text.text += "servers: 3";
  mutant.mutant = "kv.deaf";
  for (const StoreKey& other : {key("r2"), text, mutant}) {
    EXPECT_TRUE(read(path, other).seeds.empty());
  }
  EXPECT_FALSE(read(path, key()).seeds.empty());
}

TEST(Store, NamesSeedsThatADeadHuntHadBegun) {
  const TemporaryFolder folder;
  const std::string path = folder.file("s");
  const pid_t child = fork();
  if (child == 0) {
    Store store(path);
    store.join({key()});
    store.commit({{.seed = 41}, {.seed = 42}});
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(read(path, key()).unfinished, (std::vector<uint64_t>{41, 42}));
  Store store(path);
  store.join({key()});
  store.add(passed(41));
  store.commit({{.seed = 50}});  // of a hunt that lives
  EXPECT_EQ(read(path, key()).unfinished, (std::vector<uint64_t>{42}));
}

TEST(Store, IsOpenedAgainAfterItWasClosed) {
  const TemporaryFolder folder;
  Store store(folder.file("s"));
  store.join({key()});
  store.add(passed(1));
  store.close();
  store.commit({});
  store.end();
  EXPECT_EQ(read(folder.file("s"), key()).totals.runs(), 1u);
}

TEST(Store, SaysWhatIsWrongWithAFile) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("text")) << "to be or not to be\n";
  EXPECT_NE(why_not(folder.file("text")).find("nor any SQLite database"), std::string::npos);
  Database(folder.file("other"), Database::Mode::kReadWrite).execute("CREATE TABLE t (a)");
  EXPECT_NE(why_not(folder.file("other")).find("something else"), std::string::npos);
  EXPECT_NE(why_not(folder.file("no/s")).find("there is no directory"), std::string::npos);
  EXPECT_NE(why_not("/proc/s").find("cannot be"), std::string::npos);
  EXPECT_EQ(why_not(folder.file("s")), "");
  Database(folder.file("s"), Database::Mode::kReadWrite).execute("PRAGMA user_version = 7");
  EXPECT_NE(why_not(folder.file("s")).find("a store of version 7"), std::string::npos);
}

TEST(Store, LeavesAForeignFileAsItIs) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("text")) << "to be or not to be\n";
  Database(folder.file("other"), Database::Mode::kReadWrite).execute("CREATE TABLE t (a)");
  why_not(folder.file("text"));
  why_not(folder.file("other"));
  std::ifstream text(folder.file("text"));
  std::string line;
  std::getline(text, line);
  EXPECT_EQ(line, "to be or not to be");
  EXPECT_EQ(rows(folder.file("other"), "sqlite_master"), 1u);
}

TEST(Store, AFileThatWasReplacedUnderItIsAnErrorAndNotACrash) {
  const TemporaryFolder folder;
  Store store(folder.file("s"));
  store.join({key()});
  store.add(passed(1));
  store.close();
  std::filesystem::remove(folder.file("s-wal"));
  std::filesystem::remove(folder.file("s-shm"));
  std::ofstream(folder.file("s")) << "this is no database, whatever its name may promise\n";
  EXPECT_THROW(store.commit({}), StoreError);
}

TEST(Store, ListsItsFindings) {
  const TemporaryFolder folder;
  Store store(folder.file("s"));
  store.join({key()});
  store.set_reproduce([](const CampaignFinding& finding) { return "again " + finding.check; });
  store.add(violated(9));
  store.commit({});
  const std::vector<StoredFinding> findings = read_findings(folder.file("s"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].scenario, "kv/calm");
  EXPECT_EQ(findings[0].reproduce, "again Linearizable");
  EXPECT_EQ(findings[0].finding.seed, 9u);
}

TEST(Store, OfACampaignIsResumed) {
  static const std::vector<ProtocolSpec> kProtocols{kv::spec()};
  const Scenario scenario = parse_scenario(
      "protocol: 'kv' servers: 1 workload { kind: 'register' operations: 60 keys: 2 }"
      "faults { end_ms: 2000 } limits { progress_ms: 3000 settle_ms: 100 }",
      "calm", "calm", kProtocols);
  const TemporaryFolder folder;
  const auto hunt = [&](uint64_t first, uint64_t seeds) {
    Store store(folder.file("s"));
    CampaignOptions options{.scenarios = {scenario}, .first_seed = first, .seeds = seeds};
    options.kept = store.join({{.scenario = "calm", .text = to_text(scenario), .revision = "r"}});
    options.store = &store;
    const CampaignResult result = run_campaign(options);
    store.end();
    return result;
  };
  EXPECT_EQ(hunt(1, 20).runs_before, 0u);
  const CampaignResult second = hunt(11, 20);
  EXPECT_EQ(second.runs_before, 10u);
  EXPECT_EQ(second.runs, 20u);
  EXPECT_EQ(second.endings[Verdict::kPass], 20u);
  EXPECT_EQ(second.totals().runs(), 30u);
  const CampaignResult third = hunt(1, 30);
  EXPECT_EQ(third.runs_before, 30u);
  EXPECT_EQ(third.totals().runs(), 30u);
  EXPECT_EQ(third.totals().faults, second.totals().faults);
}

}  // namespace
}  // namespace seedbed
