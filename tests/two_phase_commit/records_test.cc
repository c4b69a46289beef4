#include "protocols/two_phase_commit/records.h"

#include <gtest/gtest.h>

#include "protocols/two_phase_commit/values.h"
#include "sim/core/stored_values.h"
#include "tests/random.h"

namespace seedbed::two_phase_commit {
namespace {

TxnId id(uint64_t n) { return {.coordinator = NodeId{1}, .incarnation = 2, .n = n}; }

Prepared prepared(uint64_t n, std::vector<Write> writes) {
  Prepared record;
  record.age = {.begun = static_cast<int64_t>(n), .id = id(n)};
  record.writers = {NodeId{2}, NodeId{3}};
  for (const Write& write : writes) record.locks.push_back({write.key, LockMode::kExclusive});
  record.writes = std::move(writes);
  return record;
}

JournalContents contents_of(const std::vector<ParticipantRecord>& records) {
  JournalContents contents;
  for (const ParticipantRecord& record : records) contents.records.push_back(encode(record));
  return contents;
}

TEST(ParticipantRecords, SurviveTheirEncoding) {
  const ParticipantRecord vote = prepared(7, {{"x", std::nullopt, "1"}, {"y", "2", std::nullopt}});
  const JournalRecord bytes = encode(vote);
  EXPECT_EQ(decode_participant_record(bytes.type, bytes.bytes), vote);
  const ParticipantRecord decided = Decided{.id = id(7), .committed = true, .by_operator = true};
  const JournalRecord more = encode(decided);
  EXPECT_EQ(decode_participant_record(more.type, more.bytes), decided);
  EXPECT_FALSE(decode_participant_record(bytes.type, bytes.bytes.substr(1)).has_value());
  EXPECT_FALSE(decode_participant_record(99, bytes.bytes).has_value());
}

TEST(ParticipantImage, WritesInPlaceAndTakesItBack) {
  ParticipantImage image;
  image.data["x"] = "old";
  image.work(id(1), "x", "new");
  image.work(id(1), "x", "newer");
  image.work(id(1), "y", "first");
  EXPECT_EQ(image.value("x"), "newer");
  image.take(Decided{.id = id(1)});
  EXPECT_EQ(image.value("x"), "old");
  EXPECT_EQ(image.value("y"), std::nullopt);
}

TEST(ParticipantImage, FindsVotesInDoubtAgain) {
  const auto image = decode_participant(contents_of({prepared(1, {{"x", std::nullopt, "1"}})}));
  ASSERT_TRUE(image.has_value());
  EXPECT_TRUE(image->in_doubt.contains(id(1)));
  EXPECT_EQ(image->value("x"), "1");
}

TEST(ParticipantImage, RedoesCommitsAndUndoesAborts) {
  const auto image = decode_participant(contents_of({
      prepared(1, {{"x", std::nullopt, "1"}}),
      Decided{.id = id(1), .committed = true},
      prepared(2, {{"x", "1", "2"}}),
      Decided{.id = id(2), .committed = false},
  }));
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->value("x"), "1");
  EXPECT_TRUE(image->in_doubt.empty());
  EXPECT_TRUE(image->outcomes.at(id(1)).committed);
  EXPECT_FALSE(image->outcomes.at(id(2)).committed);
}

// A checkpoint has the work of transactions that have not voted.
TEST(ParticipantImage, TakesBackAtARestartWhatWasNotVotedOn) {
  ParticipantImage before;
  before.data["x"] = "old";
  before.work(id(1), "x", "new");
  before.work(id(2), "y", "voted later");
  JournalContents contents = contents_of({prepared(2, {{"y", std::nullopt, "voted later"}})});
  contents.checkpoint = encode(before);
  auto image = decode_participant(contents);
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->undo_losers(), 1u);
  EXPECT_EQ(image->value("x"), "old");
  EXPECT_EQ(image->value("y"), "voted later");
}

// Otherwise it would be taken back at the restart, from under those who came later.
TEST(ParticipantImage, TakesAnAbortOnlyOnce) {
  ParticipantImage before;
  before.data["x"] = "old";
  before.work(id(1), "x", "aborted");
  JournalContents contents = contents_of({
      Decided{.id = id(1)},
      prepared(2, {{"x", "old", "later"}}),
      Decided{.id = id(2), .committed = true},
  });
  contents.checkpoint = encode(before);
  auto image = decode_participant(contents);
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->undo_losers(), 0u);
  EXPECT_EQ(image->value("x"), "later");
}

TEST(ParticipantImage, ForgetsWhatHasEnded) {
  ParticipantImage image;
  for (uint64_t n = 1; n <= 4; ++n) image.take(Decided{.id = id(n), .committed = n % 2 == 0});
  image.forget_through(id(3));
  EXPECT_EQ(image.outcomes.size(), 1u);
  EXPECT_TRUE(image.has_ended(id(2)));
  EXPECT_FALSE(image.has_ended(id(4)));
  image.forget_through(id(1));  // a message that was held up
  EXPECT_TRUE(image.has_ended(id(3)));
  // What comes late leaves nothing behind.
  image.take(Decided{.id = id(2)});
  EXPECT_EQ(image.outcomes.size(), 1u);
}

// Wherever the checkpoint is taken, the journal amounts to the same.
TEST(ParticipantImage, IsTheSameFromAnyCheckpoint) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Random random(seed);
    ParticipantImage live;
    std::vector<ParticipantRecord> records;
    std::vector<std::string> checkpoints{encode(live)};
    const auto record = [&](const ParticipantRecord& one) {
      live.take(one);
      records.push_back(one);
      checkpoints.push_back(encode(live));
    };
    for (uint64_t n = 1; n <= 12; ++n) {
      const std::string key(1, static_cast<char>('a' + random.below(3)));
      // A key that is in doubt is locked.
      bool locked = false;
      for (const auto& [other, vote] : live.in_doubt) locked |= vote.writes.front().key == key;
      if (locked) continue;
      live.work(id(n), key, std::to_string(n));
      checkpoints.back() = encode(live);
      if (random.below(4) == 0) {
        record(Decided{.id = id(n)});
        continue;
      }
      record(prepared(n, live.working.at(id(n))));
      if (random.below(3) > 0) record(Decided{.id = id(n), .committed = random.below(2) == 0});
    }
    for (size_t i = 0; i < checkpoints.size(); ++i) {
      JournalContents contents =
          contents_of({records.begin() + static_cast<ptrdiff_t>(i), records.end()});
      contents.checkpoint = checkpoints[i];
      const auto image = decode_participant(contents);
      ASSERT_TRUE(image.has_value());
      ASSERT_EQ(encode(*image), encode(live)) << "seed " << seed << ", checkpoint " << i;
    }
  }
}

TEST(CoordinatorImage, KeepsCommitsUntilTheyEnd) {
  CoordinatorImage image;
  image.take(Opened{3});
  image.take(Decision{.id = id(1), .writers = {NodeId{2}}});
  image.take(Decision{.id = id(2), .writers = {NodeId{2}, NodeId{3}}});
  image.take(End{id(1)});
  const auto again = decode_coordinator_image(encode(image));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->incarnation, 3u);
  ASSERT_EQ(again->committed.size(), 1u);
  EXPECT_EQ(again->committed.at(id(2)).size(), 2u);
}

TEST(CoordinatorImage, IsReadFromItsRecords) {
  JournalContents contents;
  contents.records = {encode(CoordinatorRecord(Opened{1})),
                      encode(CoordinatorRecord(Decision{.id = id(5), .writers = {NodeId{4}}}))};
  const auto image = decode_coordinator(contents);
  ASSERT_TRUE(image.has_value());
  EXPECT_TRUE(image->committed.contains(id(5)));
  contents.records.push_back({.type = 77, .bytes = {}});
  EXPECT_FALSE(decode_coordinator(contents).has_value());
}

TEST(Values, AreNumbersAndLists) {
  const Step take{.act = Act::kAdd, .key = "x", .value = {}, .amount = -70, .opening = 100};
  const Done once = execute(take, std::nullopt);
  EXPECT_FALSE(once.refused);
  EXPECT_EQ(decode_number(*once.after), 30);
  EXPECT_TRUE(execute(take, once.after).refused);
  EXPECT_TRUE(execute(take, "no number").refused);
  const Step append{.act = Act::kAppend, .key = "x", .value = "b"};
  EXPECT_EQ(decode_list(*execute(append, appended("", "a")).after),
            (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace seedbed::two_phase_commit
