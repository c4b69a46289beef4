#include "sim/check/durability.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "sim/core/hash.h"
#include "tests/check/script.h"

namespace seedbed {
namespace {

TraceEvent durable(DurableChange change, uint64_t file, uint64_t value, std::string_view text) {
  TraceEvent event{.kind = EventKind::kDurable, .peer = NodeId{static_cast<uint32_t>(change)}};
  event.id = file;
  event.value = value;
  (change == DurableChange::kWrite ? event.bytes : event.name) = text;
  return event;
}
TraceEvent wrote(uint64_t file, uint64_t offset, std::string_view bytes) {
  return durable(DurableChange::kWrite, file, offset, bytes);
}
TraceEvent truncated(uint64_t file, uint64_t size) {
  return durable(DurableChange::kTruncate, file, size, "");
}
TraceEvent linked(uint64_t file, std::string_view name) {
  return durable(DurableChange::kLink, file, 0, name);
}
TraceEvent unlinked(uint64_t file, std::string_view name) {
  return durable(DurableChange::kUnlink, file, 0, name);
}

TEST(DurableImage, HoldsWhatWasWrittenWhereItWasWritten) {
  DurableImage image;
  image.apply(linked(1, "log"));
  image.apply(wrote(1, 2, "abc"));
  image.apply(wrote(1, 4, "XY"));
  EXPECT_EQ(image.find("log")->bytes(), std::string("\0\0abXY", 6));
  image.apply(truncated(1, 3));
  EXPECT_EQ(image.find("log")->bytes(), std::string("\0\0a", 3));
  image.apply(truncated(1, 4));
  EXPECT_EQ(image.find("log")->bytes(), std::string("\0\0a\0", 4));
  EXPECT_EQ(image.find("other"), nullptr);
}

TEST(DurableImage, FollowsNamesAcrossARename) {
  DurableImage image;
  image.apply(wrote(1, 0, "old"));
  image.apply(linked(1, "snapshot"));
  image.apply(wrote(2, 0, "new"));
  image.apply(linked(2, "snapshot.tmp"));
  image.apply(unlinked(2, "snapshot.tmp"));
  image.apply(linked(2, "snapshot"));
  EXPECT_EQ(image.find("snapshot")->bytes(), "new");
  EXPECT_EQ(image.names().size(), 1u);
}

TEST(DurableImage, DropsFilesWithoutANameWhenTheNodeStartsAgain) {
  DurableImage image;
  image.apply(wrote(1, 0, "never named"));
  image.apply({.kind = EventKind::kStart});
  image.apply(linked(1, "log"));
  EXPECT_EQ(image.find("log")->bytes(), "");
}

TEST(DurableImage, SaysHowFarAFileIsUnchanged) {
  DurableImage image;
  image.apply(linked(1, "log"));
  image.apply(wrote(1, 0, "0123456789"));
  EXPECT_EQ(image.find("log")->unchanged(), 0u);
  image.settle();
  EXPECT_FALSE(image.find("log")->changed());
  EXPECT_EQ(image.find("log")->unchanged(), 10u);
  image.apply(wrote(1, 10, "ab"));
  EXPECT_EQ(image.find("log")->unchanged(), 10u);
  EXPECT_TRUE(image.find("log")->changed());
  image.apply(wrote(1, 8, "89abcd"));  // a sector again, fuller
  EXPECT_EQ(image.find("log")->unchanged(), 10u);
  image.apply(wrote(1, 4, "45?7"));
  EXPECT_EQ(image.find("log")->unchanged(), 6u);
  image.settle();
  image.apply(truncated(1, 3));
  EXPECT_EQ(image.find("log")->unchanged(), 3u);
  image.apply(wrote(1, 3, "3"));
  EXPECT_EQ(image.find("log")->unchanged(), 3u);
}

TEST(DurableImage, EqualsAPlainCopyAfterRandomChanges) {
  DurableImage image;
  image.apply(linked(1, "log"));
  std::string copy, settled;
  uint64_t drawn = 0;
  auto draw = [&](uint64_t bound) { return mix(7, ++drawn) % bound; };
  for (int round = 0; round < 20'000; ++round) {
    const uint64_t choice = draw(8);
    if (choice == 0) {
      copy.resize(draw(40));
      image.apply(truncated(1, copy.size()));
    } else if (choice == 1) {
      const std::string& bytes = image.find("log")->bytes();
      ASSERT_EQ(bytes, copy);
      const size_t unchanged = image.find("log")->unchanged();
      ASSERT_EQ(bytes.substr(0, unchanged), settled.substr(0, unchanged));
      ASSERT_TRUE(image.find("log")->changed() || bytes == settled);
      image.settle();
      settled = copy;
    } else {
      const uint64_t offset = choice < 5 ? copy.size() : draw(40);
      const std::string bytes(draw(6), static_cast<char>('a' + draw(2)));
      copy.resize(std::max<size_t>(copy.size(), offset + bytes.size()));
      copy.replace(offset, bytes.size(), bytes);
      image.apply(wrote(1, offset, bytes));
    }
  }
}

// A log of one-byte records, each the key of an operation.
class ByteLogReader : public DurableReader {
 public:
  explicit ByteLogReader(size_t* parsed) : parsed_(parsed) {}
  void read(const DurableImage& image, DurableSet& set) override {
    const DurableFile* log = image.find("log");
    const std::string empty;
    const std::string& bytes = log == nullptr ? empty : log->bytes();
    const size_t kept = image.names_changed() || log == nullptr ? 0 : log->unchanged();
    for (size_t i = kept; i < seen_.size(); ++i) set.erase(static_cast<uint64_t>(seen_[i]));
    for (size_t i = kept; i < bytes.size(); ++i) set.insert(static_cast<uint64_t>(bytes[i]));
    *parsed_ += bytes.size() - kept;
    seen_ = bytes;
  }

 private:
  size_t* parsed_;
  std::string seen_;
};

class Durability : public testing::Test {
 protected:
  void disk(int64_t at, uint32_t node, TraceEvent what) {
    TraceEvent& event = script.at(at, EventKind::kDurable, node);
    event.peer = what.peer;
    event.id = what.id;
    event.value = what.value;
    script.name(std::string(what.name));
    script.bytes(std::string(what.bytes));
  }
  // Operation number `key` is durable on these nodes at that time.
  void log(int64_t at, char key, std::vector<uint32_t> nodes) {
    for (const uint32_t node : nodes) {
      if (lengths_[node] == 0) disk(at, node, linked(node, "log"));
      disk(at, node, wrote(node, lengths_[node]++, std::string(1, key)));
    }
  }
  void put(int64_t from, int64_t to, std::string value) {
    script.ok(9, Operation::put("x", std::move(value)), Response::done(), from, to);
  }
  CheckResult judge(bool at_acknowledgement = false) {
    DurabilityChecker checker("durable",
                              {.replicas = {NodeId{1}, NodeId{2}, NodeId{3}},
                               .required = 2,
                               .at_acknowledgement = at_acknowledgement},
                              [this](NodeId) { return std::make_unique<ByteLogReader>(&parsed); });
    return script.play(checker);
  }
  Script script;
  size_t parsed = 0;

 private:
  std::array<uint64_t, 4> lengths_ = {};
};

TEST_F(Durability, AcceptsWhatAMajorityOfDisksHolds) {
  put(0, 10, "5");
  log(5, 1, {1, 3});
  put(20, 30, "6");
  log(25, 2, {1, 2});
  script.at(40, EventKind::kCrash, 1);
  script.ok(9, Operation::get("x"), Response::found("6"), 50, 60);
  EXPECT_EQ(judge().status, CheckStatus::kPass);
  EXPECT_EQ(judge().evaluated, 2u);
  EXPECT_EQ(judge(true).status, CheckStatus::kPass);
}

TEST_F(Durability, NamesAnAcknowledgedWriteThatStandsOnTooFewDisks) {
  put(0, 10, "5");
  log(5, 1, {1, 3});
  put(20, 30, "6");
  log(25, 2, {1});
  script.at(40, EventKind::kCrash, 1);
  const CheckResult result = judge();
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(
      result.message,
      "put(x,\"6\") by c9 was acknowledged at 0.030s, but when n1 crashed (0.040s) it stood on "
      "1 of 3 disks (n1), and 2 are needed");
  ASSERT_EQ(result.facts.size(), 3u);
  EXPECT_EQ(result.facts[2].text, "when n1 crashed it stood on 1 of 3 disks (n1)");
}

TEST_F(Durability, LooksAtTheMomentOfAcknowledgementIfAsked) {
  put(0, 10, "5");
  log(15, 1, {1, 2});
  EXPECT_EQ(judge().status, CheckStatus::kPass);
  EXPECT_EQ(
      judge(true).message,
      "put(x,\"5\") by c9 was acknowledged at 0.010s, but at that moment (0.010s) it stood on "
      "0 of 3 disks, and 2 are needed");
}

TEST_F(Durability, NoticesWhatIsTakenAwayAgain) {
  log(5, 1, {1, 2});
  put(0, 10, "5");
  script.at(20, EventKind::kCrash, 3);
  disk(30, 2, truncated(2, 0));
  EXPECT_EQ(
      judge().message,
      "put(x,\"5\") by c9 was acknowledged at 0.010s, but at the end (0.030s) it stood on 1 of "
      "3 disks (n1), and 2 are needed");
}

TEST_F(Durability, NoticesADiskThatWasExchanged) {
  log(5, 1, {1, 2});
  put(0, 10, "5");
  disk(30, 2, unlinked(2, "log"));
  EXPECT_EQ(judge().status, CheckStatus::kViolation);
}

TEST_F(Durability, DoesNotAskForUnknownOrFailedWrites) {
  script.operation(9, Operation::put("x", "5"), Response::info("timeout"), 0, 10);
  script.operation(9, Operation::put("x", "6"), Response::fail("refused"), 20, 30);
  EXPECT_EQ(judge().status, CheckStatus::kInconclusive);
}

TEST_F(Durability, ReadsEachByteOfAGrowingLogOnce) {
  for (int i = 0; i < 100; ++i) {
    put(10 * i, 10 * i + 5, "v");
    log(10 * i + 2, static_cast<char>(i + 1), {1, 2, 3});
    script.at(10 * i + 7, EventKind::kCrash, 1);
    script.at(10 * i + 8, EventKind::kStart, 1);
  }
  EXPECT_EQ(judge().status, CheckStatus::kPass);
  EXPECT_EQ(parsed, 300u);
}

TEST(DurableLedger, CountsTheAcknowledgedKeysThatStandOnTooFewDisks) {
  DurableLedger ledger(2);
  ledger.acknowledge(7);
  ledger.acknowledge(7);
  EXPECT_EQ(ledger.missing(), 1u);
  ledger.insert(7, 0);
  ledger.insert(7, 0);
  EXPECT_EQ(ledger.missing(), 1u);
  ledger.insert(7, 5);
  EXPECT_EQ(ledger.missing(), 0u);
  ledger.insert(8, 1);  // nobody waits for it
  EXPECT_EQ(ledger.missing(), 0u);
  ledger.erase(7, 0);
  EXPECT_EQ(ledger.missing(), 1u);
  EXPECT_EQ(ledger.holders(7), 32u);
}

}  // namespace
}  // namespace seedbed
