#include "protocols/primary_backup/records.h"

#include <gtest/gtest.h>

#include "protocols/primary_backup/log.h"
#include "sim/core/bytes.h"

namespace seedbed::primary_backup {
namespace {

LogEntry entry(Index index, uint64_t epoch) {
  return {.id = {.index = index, .epoch = Epoch{epoch}}, .command = "c" + std::to_string(index)};
}

// What becomes of a record on its way through the write-ahead log.
Record through_bytes(const Record& record) {
  storage::Batch batch;
  add(batch, record);
  const std::string bytes(batch.bytes());
  ByteReader in(bytes);
  (void)in.u32();
  const uint8_t type = in.u8();
  return *decode_record(type, in.rest());
}

TEST(Records, AreTheSameAfterTheirBytes) {
  EXPECT_EQ(std::get<LogEntry>(through_bytes(entry(3, 2))), entry(3, 2));
  EXPECT_EQ(std::get<EpochSeen>(through_bytes(EpochSeen{Epoch{5}})).epoch, Epoch{5});
  EXPECT_EQ(std::get<Truncated>(through_bytes(Truncated{4})).from, 4u);
  const auto installed =
      std::get<Installed>(through_bytes(Installed{.id = {9, Epoch{2}}, .data = "state"}));
  EXPECT_EQ(installed.id, (EntryId{9, Epoch{2}}));
  EXPECT_EQ(installed.data, "state");
  EXPECT_FALSE(decode_record(99, "").has_value());
  EXPECT_FALSE(decode_record(1, "short").has_value());
}

TEST(Image, IsWhatItsRecordsAmountTo) {
  Image image;
  EXPECT_TRUE(image.take(EpochSeen{Epoch{1}}));
  for (Index i = 1; i <= 3; ++i) EXPECT_TRUE(image.take(entry(i, 1)));
  EXPECT_TRUE(image.take(EpochSeen{Epoch{2}}));
  EXPECT_TRUE(image.take(Truncated{3}));
  EXPECT_TRUE(image.take(entry(3, 2)));
  EXPECT_EQ(image.promised, Epoch{2});
  ASSERT_EQ(image.entries.size(), 3u);
  EXPECT_EQ(image.entries[2], entry(3, 2));
}

TEST(Image, RefusesWhatCannotStandThere) {
  Image image;
  EXPECT_TRUE(image.take(EpochSeen{Epoch{3}}));
  EXPECT_FALSE(image.take(EpochSeen{Epoch{2}})) << "an epoch is never forgotten";
  EXPECT_FALSE(image.take(entry(2, 3))) << "a gap";
  EXPECT_FALSE(image.take(Truncated{2})) << "nothing there";
  EXPECT_TRUE(image.take(Installed{.id = {5, Epoch{3}}, .data = "state"}));
  EXPECT_FALSE(image.take(Truncated{5})) << "part of the state";
  EXPECT_TRUE(image.take(entry(6, 3)));
}

TEST(Image, IsTheSameAfterItsBytes) {
  Image image;
  image.promised = Epoch{4};
  image.applied = {.index = 2, .epoch = Epoch{3}};
  image.data = "state";
  image.entries = {entry(3, 3), entry(4, 4)};
  const auto again = decode_image(encode(image));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->promised, image.promised);
  EXPECT_EQ(again->applied, image.applied);
  EXPECT_EQ(again->data, image.data);
  EXPECT_EQ(again->entries, image.entries);
  EXPECT_FALSE(decode_image("nonsense").has_value());
}

TEST(Log, KnowsWhatItHolds) {
  Log log({.index = 10, .epoch = Epoch{2}});
  log.append(entry(11, 2));
  log.append(entry(12, 3));
  EXPECT_TRUE(log.holds({10, Epoch{2}})) << "its base";
  EXPECT_TRUE(log.holds({12, Epoch{3}}));
  EXPECT_FALSE(log.holds({12, Epoch{2}}));
  EXPECT_FALSE(log.holds({9, Epoch{2}})) << "that is not kept any more";
  EXPECT_FALSE(log.holds({13, Epoch{3}}));
  EXPECT_EQ(log.behind(10, 100).size(), 2u);
  EXPECT_EQ(log.behind(10, 1).size(), 1u);
  log.drop_through(11);
  EXPECT_EQ(log.base(), (EntryId{11, Epoch{2}}));
  log.truncate_from(12);
  EXPECT_EQ(log.last(), (EntryId{11, Epoch{2}}));
}

TEST(Log, OfALaterEpochIsAheadOfALongerOne) {
  EXPECT_TRUE(behind({9, Epoch{1}}, {3, Epoch{2}}));
  EXPECT_TRUE(behind({3, Epoch{2}}, {4, Epoch{2}}));
  EXPECT_FALSE(behind({4, Epoch{2}}, {4, Epoch{2}}));
}

}  // namespace
}  // namespace seedbed::primary_backup
