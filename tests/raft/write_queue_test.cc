#include "protocols/raft/write_queue.h"

#include <gtest/gtest.h>

namespace seedbed::raft {
namespace {

// A log and the queue that takes it to disk.
struct Store {
  Log log;
  WriteQueue queue{0};

  void append(uint64_t term) {
    log.append({.index = log.last_index() + 1, .term = Term{term}});
    queue.stage_entries(log.last_index());
  }
  void truncate(LogIndex from) {
    log.truncate(from);
    queue.stage_truncation(from);
  }
  Ticket submit() { return queue.take(log)->ticket; }
};

TEST(WriteQueue, CountsAnEntryOnlyWhenItsWriteIsComplete) {
  Store s;
  s.append(1);
  EXPECT_EQ(s.queue.ticket_of(1), 1u);
  const Ticket ticket = s.submit();
  EXPECT_EQ(s.queue.durable_index(), 0u);
  EXPECT_EQ(s.queue.ticket_of(1), ticket);
  EXPECT_EQ(s.queue.complete(ticket), 0u);
  EXPECT_EQ(s.queue.durable_index(), 1u);
  EXPECT_EQ(s.queue.ticket_of(1), 0u);
}

TEST(WriteQueue, ACompletionCoversEarlierWrites) {
  Store s;
  s.append(1);
  s.submit();
  s.append(1);
  s.queue.complete(s.submit());
  EXPECT_EQ(s.queue.durable_index(), 2u);
}

TEST(WriteQueue, HasNothingToWriteWhenNothingChanged) {
  Store s;
  EXPECT_FALSE(s.queue.take(s.log));
  s.append(1);
  s.submit();
  EXPECT_FALSE(s.queue.take(s.log));
}

TEST(WriteQueue, EntriesDroppedBeforeTheyLeftAreNeverWritten) {
  Store s;
  s.append(1);
  s.truncate(1);
  s.append(2);
  const std::optional<Write> write = s.queue.take(s.log);
  ASSERT_TRUE(write);
  EXPECT_FALSE(write->truncate_from);
  ASSERT_EQ(write->entries.size(), 1u);
  EXPECT_EQ(write->entries[0].term, Term{2});
}

TEST(WriteQueue, TruncationTakesDurableEntriesBackAtOnce) {
  Store s;
  s.append(1);
  s.append(1);
  s.queue.complete(s.submit());
  s.truncate(2);
  EXPECT_EQ(s.queue.durable_index(), 1u);
  s.append(3);
  const std::optional<Write> write = s.queue.take(s.log);
  EXPECT_EQ(write->truncate_from, 2u);
  s.queue.complete(write->ticket);
  EXPECT_EQ(s.queue.durable_index(), 2u);
}

TEST(WriteQueue, ACompletedEntryThatALaterWriteDropsIsNotDurable) {
  Store s;
  s.append(1);
  s.append(1);
  const Ticket first = s.submit();
  s.truncate(2);
  s.append(2);
  const Ticket second = s.submit();
  EXPECT_EQ(s.queue.complete(first), 1u);
  EXPECT_EQ(s.queue.durable_index(), 1u);
  EXPECT_EQ(s.queue.complete(second), 0u);
  EXPECT_EQ(s.queue.durable_index(), 2u);
}

// The log returns to the very entry whose first write completes, with another one in between that
// the disk has yet to pass through. Comparing names would call it durable two writes too early.
TEST(WriteQueue, IsNotFooledByAnEntryThatWentAndCameBack) {
  Store s;
  s.append(1);
  s.append(1);  // A
  const Ticket a = s.submit();
  s.truncate(2);
  s.append(2);  // B
  const Ticket b = s.submit();
  s.truncate(2);
  s.log.append({.index = 2, .term = Term{1}});  // A again
  s.queue.stage_entries(2);
  const Ticket a_again = s.submit();

  EXPECT_EQ(s.queue.ticket_of(2), a_again);
  s.queue.complete(a);
  EXPECT_EQ(s.queue.durable_index(), 1u);
  s.queue.complete(b);
  EXPECT_EQ(s.queue.durable_index(), 1u);
  s.queue.complete(a_again);
  EXPECT_EQ(s.queue.durable_index(), 2u);
}

TEST(WriteQueue, KnowsWhichWriteMakesTheHardStateDurable) {
  Store s;
  EXPECT_EQ(s.queue.ticket_of_hard_state(), 0u);
  s.queue.stage_hard_state({Term{1}, NodeId{1}});
  EXPECT_EQ(s.queue.ticket_of_hard_state(), 1u);
  s.submit();
  s.queue.stage_hard_state({Term{2}, std::nullopt});
  const Ticket second = s.submit();
  s.queue.complete(1);
  EXPECT_EQ(s.queue.ticket_of_hard_state(), second);
  s.queue.complete(second);
  EXPECT_EQ(s.queue.ticket_of_hard_state(), 0u);
}

}  // namespace
}  // namespace seedbed::raft
