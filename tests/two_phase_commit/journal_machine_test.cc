#include "protocols/two_phase_commit/journal_machine.h"

#include <gtest/gtest.h>

namespace seedbed::two_phase_commit {
namespace {

JournalRecord record(uint8_t type) { return {.type = type, .bytes = std::string(type, 'x')}; }

std::vector<int> types_in(const JournalMachine& machine) {
  std::vector<int> types;
  for (const JournalRecord& one : machine.contents().records) types.push_back(one.type);
  return types;
}

JournalMachine with_three() {
  JournalMachine machine;
  EXPECT_TRUE(machine.apply(encode_append({record(1), record(2)})));
  EXPECT_TRUE(machine.apply(encode_append({record(3)})));
  return machine;
}

TEST(JournalMachine, KeepsRecordsInTheOrderOfTheLog) {
  const JournalMachine machine = with_three();
  EXPECT_EQ(types_in(machine), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(machine.end(), 3u);
}

TEST(JournalMachine, ACheckpointTakesThePlaceOfWhatItCovers) {
  JournalMachine machine = with_three();
  EXPECT_TRUE(machine.apply(encode_checkpoint(2, "state")));
  EXPECT_EQ(machine.contents().checkpoint, "state");
  EXPECT_EQ(types_in(machine), std::vector<int>{3});
  EXPECT_EQ(machine.begin(), 2u);
  EXPECT_EQ(machine.end(), 3u);
}

TEST(JournalMachine, RefusesACheckpointOfWhatIsNotThere) {
  JournalMachine machine = with_three();
  EXPECT_FALSE(machine.apply(encode_checkpoint(4, "later")));
  EXPECT_TRUE(machine.apply(encode_checkpoint(3, "all")));
  EXPECT_FALSE(machine.apply(encode_checkpoint(2, "earlier")));
  EXPECT_EQ(machine.contents().checkpoint, "all");
}

TEST(JournalMachine, RefusesWhatIsNoCommand) {
  JournalMachine machine = with_three();
  const std::string command = encode_append({record(4)});
  for (size_t size = 0; size < command.size(); ++size) {
    EXPECT_FALSE(machine.apply(std::string_view(command).substr(0, size))) << size;
  }
  EXPECT_FALSE(machine.apply(command + "x"));
  EXPECT_EQ(machine.end(), 3u);
}

TEST(JournalMachine, IsTheSameAfterASnapshot) {
  JournalMachine machine = with_three();
  EXPECT_TRUE(machine.apply(encode_checkpoint(1, "state")));
  JournalMachine other;
  EXPECT_TRUE(other.restore(machine.snapshot()));
  EXPECT_EQ(other.snapshot(), machine.snapshot());
  EXPECT_EQ(other.begin(), 1u);
  EXPECT_EQ(types_in(other), (std::vector<int>{2, 3}));
  EXPECT_FALSE(other.restore(machine.snapshot() + "x"));
}

}  // namespace
}  // namespace seedbed::two_phase_commit
