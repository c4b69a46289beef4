#include "protocols/raft/server_logs.h"

#include <gtest/gtest.h>

#include "protocols/raft/invariants.h"
#include "protocols/raft/raft.pb.h"
#include "sim/check/shared_views.h"
#include "tests/raft/disk_events.h"

namespace seedbed::raft {
namespace {

constexpr NodeId kFirst{1};
constexpr NodeId kSecond{2};
const std::vector<NodeId> kBoth{kFirst, kSecond};

// The disks of two servers as a run shows them. The bytes are the events', so it must outlive them.
class Disks {
 public:
  // One write with one entry behind those before it.
  void append(NodeId node, Entry entry) {
    DiskEvents& disk = node == kFirst ? first_ : second_;
    for (TraceEvent event : disk.append({.ticket = 1, .entries = {entry}})) {
      event.index = EventIndex{events_.size() + 1};
      events_.push_back(event);
    }
  }
  const std::vector<TraceEvent>& events() const { return events_; }

 private:
  DiskEvents first_{kFirst};
  DiskEvents second_{kSecond};
  std::vector<TraceEvent> events_;
};

Disks two_that_differ() {
  Disks disks;
  disks.append(kFirst, {.index = 1, .term = Term{1}, .data = "x"});
  disks.append(kSecond, {.index = 1, .term = Term{1}, .data = "y"});
  return disks;
}

TEST(ServerLogs, TakesAnEventInOnce) {
  const Disks disks = two_that_differ();
  ServerLogs once(kBoth);
  ServerLogs often(kBoth);
  for (const TraceEvent& event : disks.events()) {
    once.follow(event);
    for (int i = 0; i < 5; ++i) often.follow(event);
  }
  EXPECT_EQ(often.at(kFirst).last(), once.at(kFirst).last());
  EXPECT_EQ(often.at(kSecond).rescans(), 0u);
  // An event of the past changes nothing any more.
  TraceEvent cut = disks.events().front();
  cut.peer = NodeId{static_cast<uint32_t>(DurableChange::kUnlink)};
  often.follow(cut);
  EXPECT_TRUE(often.at(kFirst).holds({.index = 1, .term = Term{1}}));
}

TEST(ServerLogs, CountsTheDisksThatHoldAnEntry) {
  Disks disks;
  disks.append(kFirst, {.index = 1, .term = Term{1}, .data = "x"});
  ServerLogs logs(kBoth);
  for (const TraceEvent& event : disks.events()) logs.follow(event);
  EXPECT_FALSE(logs.held_by_quorum({.index = 1, .term = Term{1}}, {.voters = kBoth}));
  EXPECT_TRUE(logs.held_by_quorum({.index = 1, .term = Term{1}}, {.voters = {kFirst}}));
  EXPECT_EQ(logs.holders({.index = 1, .term = Term{1}}), std::vector<NodeId>{kFirst});
}

// What a checker says does not depend on who looks at the disks beside it.
TEST(ServerLogs, SharedOrNotGiveCheckersTheSameResult) {
  const Disks disks = two_that_differ();
  SharedViews views;
  const auto shared = views.get<ServerLogs>(kBoth);
  const auto before = make_ack_durable(shared);
  const auto sharing = make_log_matching(shared);
  const auto alone = make_log_matching(std::make_shared<ServerLogs>(kBoth));
  for (const TraceEvent& event : disks.events()) {
    before->on_event(event);
    sharing->on_event(event);
    alone->on_event(event);
  }
  EXPECT_TRUE(alone->violated());
  EXPECT_EQ(sharing->result().message, alone->result().message);
  EXPECT_EQ(sharing->result().evaluated, alone->result().evaluated);
  ASSERT_EQ(alone->result().facts.size(), 2u);
  EXPECT_EQ(sharing->result().facts[0].text, alone->result().facts[0].text);
  EXPECT_EQ(alone->result().facts[0].node, kFirst);
}

}  // namespace
}  // namespace seedbed::raft
