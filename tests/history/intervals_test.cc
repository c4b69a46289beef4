#include "sim/history/intervals.h"

#include <gtest/gtest.h>

namespace seedbed {
namespace {

Entry from_to(uint64_t id, Duration begin, Duration end) {
  Entry entry;
  entry.id = id;
  entry.response = Response::done();
  entry.invoked_at = kStart + begin;
  entry.returned_at = kStart + end;
  entry.returned = EventIndex{1};
  return entry;
}

TEST(OrderByTime, TakesEqualTimesForConcurrent) {
  std::vector<Entry> entries{from_to(3, 21ns, 30ns), from_to(1, 0ns, 10ns), from_to(2, 10ns, 20ns)};
  order_by_time(&entries);
  const History history(entries);
  const std::vector<Entry>& sorted = history.entries();
  EXPECT_EQ(sorted[0].id, 1u);
  EXPECT_EQ(sorted[2].id, 3u);
  EXPECT_FALSE(precedes(sorted[0], sorted[1])) << "one ends when the other begins";
  EXPECT_TRUE(precedes(sorted[1], sorted[2]));
  EXPECT_TRUE(precedes(sorted[0], sorted[2]));
}

TEST(OrderByTime, NeverOrdersWhatDidNotReturn) {
  std::vector<Entry> entries{from_to(1, 0ns, 0ns), from_to(2, 5ns, 6ns)};
  entries[0].response = Response::info("timeout");
  entries[0].returned = kNoEvent;
  order_by_time(&entries);
  EXPECT_EQ(entries[0].returned, kNoEvent);
  EXPECT_FALSE(precedes(entries[0], entries[1]));
}

TEST(OrderByTime, StandsAClockThatRanBackwards) {
  std::vector<Entry> entries{from_to(1, 10ns, 0ns), from_to(2, 5ns, 6ns)};
  order_by_time(&entries);
  EXPECT_FALSE(precedes(entries[0], entries[1]));
  EXPECT_FALSE(precedes(entries[1], entries[0]));
}

}  // namespace
}  // namespace seedbed
