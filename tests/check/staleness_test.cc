#include "sim/check/staleness.h"

#include <gtest/gtest.h>

#include "sim/check/linearizability.h"
#include "tests/check/script.h"
#include "tests/check/toy.h"

namespace seedbed {
namespace {

KeyStaleness measured(Script& script) {
  return staleness_of(script.history(), key_value_model()).at(0);
}
void put(Script* script, const char* value, int64_t from, int64_t to) {
  script->ok(1, Operation::put("x", value), Response::done(), from, to);
}
void get(Script* script, const char* value, int64_t from, int64_t to) {
  script->ok(2, Operation::get("x"), Response::found(value), from, to);
}

TEST(Staleness, IsNoneIfLinearizable) {
  Script script;
  put(&script, "1", 0, 10);
  get(&script, "1", 20, 30);
  EXPECT_EQ(measured(script).versions, 1u);
  EXPECT_EQ(measured(script).time, Duration(0));
  EXPECT_EQ(measured(script).at, kNoEvent);
}

TEST(Staleness, CountsWritesThatAReadMissed) {
  Script script;
  put(&script, "1", 0, 10);
  put(&script, "2", 20, 30);
  put(&script, "3", 40, 50);
  get(&script, "1", 100, 110);
  EXPECT_EQ(measured(script).versions, 3u);
}

// The value was last current at 30 ms, when the write of "2" ended; the read began at 100 ms.
TEST(Staleness, MeasuresHowLongAgoAReadWouldHaveBeenRight) {
  Script script;
  put(&script, "1", 0, 10);
  put(&script, "2", 20, 30);
  get(&script, "1", 100, 110);
  EXPECT_EQ(measured(script).time, Duration(70ms));
  EXPECT_EQ(measured(script).at, EventIndex{6});
}

TEST(Staleness, IsUnboundedForAValueThatNobodyWrote) {
  Script script;
  put(&script, "1", 0, 10);
  get(&script, "7", 20, 30);
  EXPECT_EQ(measured(script).versions, std::nullopt);
  EXPECT_EQ(measured(script).time, std::nullopt);
  EXPECT_TRUE(measured(script).unbounded);
  EXPECT_EQ(measured(script).at, EventIndex{4});
}

TEST(Staleness, IsUnboundedForAValueThatIsWrittenLater) {
  Script script;
  get(&script, "1", 0, 10);
  put(&script, "1", 20, 30);
  EXPECT_TRUE(measured(script).unbounded);
}

TEST(Staleness, SaysWhatItCouldNotFindOut) {
  Script script;
  for (uint32_t client = 1; client <= 20; ++client) {
    script.ok(client, Operation::put("x", std::to_string(client % 5)), Response::done(), 0, 100);
    script.ok(client + 20, Operation::get("x"), Response::found(std::to_string(client % 4)), 0,
              100);
  }
  put(&script, "6", 110, 120);
  get(&script, "1", 130, 140);
  const KeyStaleness one =
      staleness_of(script.history(), key_value_model(), {.max_versions = 1, .max_steps = 100})
          .at(0);
  EXPECT_EQ(one.versions, std::nullopt);
  EXPECT_EQ(one.at_least, 1u) << "not proven to be too few";
  EXPECT_EQ(one.why_no_time, "a value was written more than once");
  Script other;
  other.ok(1, Operation::append("x", "1"), Response::done(), 0, 10);
  EXPECT_EQ(measured(other).why_unmeasured, "append(x,\"1\") is neither a read nor a write");
}

// Moves reads by hand and asks the checker.
bool right_if_earlier(const History& history, int64_t earlier) {
  std::vector<Entry> entries = history.entries();
  // 1000 positions to an event, so that reads find room between others.
  for (Entry& entry : entries) {
    const bool reads = entry.operation.function == kRead;
    const auto call = static_cast<int64_t>(1000 * number(entry.invoked));
    entry.invoked = EventIndex{static_cast<uint64_t>(call + 1'000'000 - (reads ? earlier : 0))};
    if (entry.returned == kNoEvent) continue;
    entry.returned = EventIndex{1000 * number(entry.returned) + 1'000'000};
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.invoked < b.invoked; });
  for (size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].invoked == entries[i - 1].invoked) return right_if_earlier(history, earlier + 1);
  }
  HistoryParts parts{.entries = entries};
  parts.format = "toy";
  parts.convention = history.convention();
  return check_linearizable(History(std::move(parts)), register_model(), {.methods = false})
             .status == CheckStatus::kPass;
}

TEST(Staleness, AgreesWithReadsMovedByHand) {
  uint64_t stale = 0;
  for (uint64_t seed = 1; seed <= 1500; ++seed) {
    const ToyHistory toy = random_history(seed, {.object = "register", .lies = 5, .unique = true});
    HistoryParts parts = History(toy.history).parts();
    for (Entry& entry : parts.entries) {
      entry.invoked_at = kStart + Duration(1000 * static_cast<int64_t>(number(entry.invoked)));
      entry.returned_at = kStart;
      if (entry.returned == kNoEvent) continue;
      entry.returned_at = kStart + Duration(1000 * static_cast<int64_t>(number(entry.returned)));
    }
    const History history(std::move(parts));
    const KeyStaleness staleness = staleness_of(history, register_model()).at(0);
    const bool linear = check_linearizable(history, register_model()).status == CheckStatus::kPass;
    ASSERT_EQ(staleness.versions == 1u, linear) << seed << '\n' << to_string(toy);
    if (staleness.versions) {
      ASSERT_EQ(staleness.at_least, *staleness.versions);
    }
    ASSERT_EQ(staleness.unbounded, !right_if_earlier(history, 500'000)) << to_string(toy);
    ASSERT_FALSE(staleness.unbounded && (staleness.time || staleness.versions)) << to_string(toy);
    if (!staleness.time) continue;
    ASSERT_EQ(*staleness.time == Duration(0), linear) << seed << '\n' << to_string(toy);
    const int64_t time = staleness.time->count();
    ASSERT_TRUE(right_if_earlier(history, time)) << seed << ' ' << time << '\n' << to_string(toy);
    if (time == 0) continue;
    ++stale;
    ASSERT_FALSE(right_if_earlier(history, time - 500)) << seed << '\n' << to_string(toy);
  }
  EXPECT_GT(stale, 15u);
}

}  // namespace
}  // namespace seedbed
