#include "protocols/crdt_counter/replica.h"

#include <gtest/gtest.h>

#include <set>

#include "sim/trace/describe.h"
#include "sim/trace/diff.h"
#include "sim/trace/full_hash.h"
#include "sim/trace/reader.h"
#include "sim/trace/recorder.h"
#include "sim/trace/summary.h"
#include "tests/crdt_counter/cluster.h"

namespace seedbed::crdt_counter {
namespace {

NetworkOptions bad_network() {
  return {.loss = Ratio::permille(50),
          .duplicate = Ratio::permille(100),
          .reorder = Ratio::permille(100)};
}

std::string problems(const Cluster& cluster) {
  std::string text;
  for (const CheckResult& result : cluster.results()) {
    if (result.status == CheckStatus::kPass) continue;
    text += result.name + ": " + std::string(to_string(result.status)) + ": " + result.message;
    for (const Fact& fact : result.facts) text += "\n  " + fact.text;
    text += "\n";
  }
  return text;
}

TEST(Counter, KeepsItsPromisesInPeace) {
  Cluster cluster({.seed = 1});
  EXPECT_EQ(cluster.run(), RunEnd::kCompleted);
  EXPECT_EQ(problems(cluster), "");
}

TEST(Counter, KeepsItsPromisesOnABadNetwork) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Cluster cluster({.seed = seed, .network = bad_network()});
    EXPECT_EQ(cluster.run(), RunEnd::kCompleted);
    EXPECT_EQ(problems(cluster), "") << "seed " << seed;
  }
}

TEST(Counter, KeepsItsPromisesThroughCrashes) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Cluster cluster({.seed = seed, .network = bad_network(), .crashes = true});
    EXPECT_EQ(cluster.run(), RunEnd::kCompleted);
    EXPECT_EQ(problems(cluster), "") << "seed " << seed;
  }
}

TEST(Counter, ReachesTheRarePathsOfItsTable) {
  TraceSummary all;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Cluster cluster({.seed = seed, .network = bad_network(), .crashes = true});
    cluster.scheduler().stream().watch(all);
    cluster.run();
  }
  EXPECT_GT(all.reached().count("crdt_counter.recovered"), 0u);
  EXPECT_GT(all.reached().count("crdt_counter.saved_several_at_once"), 0u);
  EXPECT_GT(all.reached().count("crdt_counter.request_came_again"), 0u);
  EXPECT_EQ(all.reached().count("crdt_counter.refused_to_start"), 0u);
}

struct MutantCase {
  const char* mutant;
  const char* caught_by;
  bool crashes;
  friend std::ostream& operator<<(std::ostream& out, const MutantCase& one) {
    return out << one.mutant << " by " << one.caught_by;
  }
};

class MutantTest : public ::testing::TestWithParam<MutantCase> {};

TEST_P(MutantTest, IsCaughtByTheCheckThatNamesIt) {
  uint64_t caught = 0;
  constexpr uint64_t kSeeds = 20;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Cluster cluster({.seed = seed,
                     .mutant = GetParam().mutant,
                     .network = bad_network(),
                     .crashes = GetParam().crashes});
    cluster.run();
    if (cluster.result(GetParam().caught_by).status == CheckStatus::kViolation) ++caught;
  }
  EXPECT_GT(caught, kSeeds / 2);
}

INSTANTIATE_TEST_SUITE_P(
    Zoo, MutantTest,
    ::testing::Values(MutantCase{"crdt_counter.b01-merge-by-sum", "NothingCountedTwice", false},
                      MutantCase{"crdt_counter.b07-memory-only", "OwnEntriesAreGreatest", true},
                      MutantCase{"crdt_counter.b07-memory-only", "NoIncrementLost", true},
                      MutantCase{"crdt_counter.b01-merge-by-sum", "ReadsArePossible", false},
                      MutantCase{"crdt_counter.b14-count-twice", "NothingCountedTwice", false}));

// A run with its trace file and both hashes.
struct Recorded {
  std::string file;
  uint64_t hash = 0;
  uint64_t full_hash = 0;
  uint64_t events = 0;
  std::vector<CheckResult> results;
};

Recorded record(const ClusterOptions& options) {
  Recorded recorded;
  Cluster cluster(options);
  trace::Header header;
  header.set_seed(options.seed);
  for (const std::string& name : cluster.names()) header.add_nodes(name);
  Recorder recorder(header, [&](std::string_view bytes) { recorded.file.append(bytes); });
  FullHash full;
  cluster.scheduler().stream().watch(recorder);
  cluster.scheduler().stream().watch(full);
  cluster.run();
  recorded.hash = cluster.scheduler().stream().hash();
  recorder.finish("", {.light = recorded.hash, .full = full.value()});
  recorded.full_hash = full.value();
  recorded.events = recorder.events();
  recorded.results = cluster.results();
  return recorded;
}

const ClusterOptions kStormy{
    .seed = 7, .mutant = "crdt_counter.b07-memory-only", .network = bad_network(), .crashes = true};

TEST(Counter, RunsTheSameWayTwice) {
  const Recorded one = record(kStormy);
  const Recorded two = record(kStormy);
  EXPECT_EQ(one.hash, two.hash);
  EXPECT_EQ(one.full_hash, two.full_hash);
  EXPECT_TRUE(one.file == two.file);
  const auto split = diff_traces({one.file, "one"}, {two.file, "two"});
  EXPECT_FALSE(split.has_value()) << split->text();
}

TEST(Counter, RunsTheSameWayWhenMessagesTravelAsBytes) {
  ClusterOptions as_bytes = kStormy;
  as_bytes.network.serialize = true;
  const Recorded one = record(kStormy);
  const Recorded two = record(as_bytes);
  EXPECT_EQ(one.full_hash, two.full_hash);
}

TEST(Counter, ARecordedTraceGivesTheChecksWhatTheySawLive) {
  const Recorded recorded = record(kStormy);
  Cluster offline(kStormy);  // for its setup only
  TraceReader reader(recorded.file, "stormy.trace");
  std::vector<std::unique_ptr<Checker>> checkers;
  std::vector<EventSink*> sinks;
  for (const CheckSpec& check : offline.spec().checks) {
    checkers.push_back(check.make(offline.setup()));
    sinks.push_back(checkers.back().get());
  }
  FullHash full;
  sinks.push_back(&full);
  replay(reader, sinks);
  ASSERT_TRUE(reader.complete()) << reader.ending();
  EXPECT_EQ(full.value(), recorded.full_hash);
  EXPECT_EQ(reader.footer()->light_hash(), recorded.hash);
  EXPECT_EQ(reader.footer()->full_hash(), recorded.full_hash);
  ASSERT_EQ(checkers.size(), recorded.results.size());
  for (size_t i = 0; i < checkers.size(); ++i) {
    checkers[i]->finish();
    const CheckResult result = checkers[i]->result();
    EXPECT_EQ(result.status, recorded.results[i].status) << result.name;
    EXPECT_EQ(result.message, recorded.results[i].message);
    EXPECT_EQ(result.evaluated, recorded.results[i].evaluated);
    EXPECT_EQ(result.event, recorded.results[i].event);
  }
}

TEST(Counter, ItsTraceTakesLittleSpaceBesidePayloads) {
  const Recorded recorded = record(kStormy);
  TraceReader reader(recorded.file, "stormy.trace");
  TraceEvent event;
  uint64_t borrowed = 0;  // bytes that belong to the protocol, not to the trace
  while (reader.next(&event)) borrowed += reader.payload_bytes().size() + event.bytes.size();
  const uint64_t own = recorded.file.size() - borrowed;
  RecordProperty("bytes_per_event", std::to_string(own / recorded.events));
  EXPECT_LE(own, 24 * recorded.events);
}

}  // namespace
}  // namespace seedbed::crdt_counter
