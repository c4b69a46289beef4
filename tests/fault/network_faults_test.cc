// Each fault of the network: it fires, it matters to somebody else, and it leaves the others alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "sim/fault/injector.h"
#include "sim/world/connection.h"
#include "tests/world/fixture.h"
#include "tests/world/wire.pb.h"

namespace seedbed {
namespace {

constexpr uint32_t kNodes = 5;
constexpr NodeId n1{1}, n2{2}, n3{3}, n4{4}, n5{5};

NetworkOptions options_for(FaultKind kind) {
  NetworkOptions options;
  if (kind == FaultKind::kMessageLoss) options.loss = Ratio(1, 10);
  if (kind == FaultKind::kMessageDuplicate) options.duplicate = Ratio(1, 10);
  if (kind == FaultKind::kMessageReorder) options.reorder = Ratio(1, 10);
  if (kind == FaultKind::kMessageDelay) options.tail = Ratio(1, 10);
  if (kind == FaultKind::kMessageCorrupt) options.corrupt = Ratio(1, 10);
  if (kind == FaultKind::kConnectionReset) options.reset = Ratio(1, 50);
  if (kind == FaultKind::kHalfOpen) options.half_open = Ratio(1, 50);
  return options;
}

int64_t magnitude_for(FaultKind kind) {
  if (kind == FaultKind::kFlappingLink) return 7;
  if (kind == FaultKind::kLinkBandwidth) return 200'000;
  if (kind == FaultKind::kLinkMtu) return 100;
  return 300;
}

bool breaks_connections(FaultKind kind) {
  return kind == FaultKind::kConnectionReset || kind == FaultKind::kHalfOpen;
}

// Five machines that write to each other every 5 ms, whatever they hear; or, over connections, each
// to the next.
class Talkers : public SmallWorld {
 public:
  explicit Talkers(NetworkOptions network = {}, bool connected = false) : SmallWorld(network) {
    for (uint32_t id = 1; id <= kNodes; ++id) {
      servers.push_back(add(std::string("n") + std::to_string(id), connected ? stream : talk));
    }
  }

  Fault fault(FaultKind kind, Duration at, Duration duration) {
    Fault fault{.id = ++ids,
                .kind = kind,
                .begin = {.at = kStart + at},
                .duration = duration,
                .targets = {n1},
                .others = {n2, n3, n4, n5},
                .magnitude = magnitude_for(kind)};
    if (info(kind).aim == Aim::kRing) {
      fault.targets = servers;
      fault.others.clear();
    } else if (kind == FaultKind::kSwizzleClog) {
      fault.targets = {n1, n3};
      fault.others = {n2, n4, n5};
    }
    return fault;
  }

  void run(std::vector<Fault> faults) {
    InjectorOptions options{.topology = {.servers = servers}};
    options.leads = [](const TraceEvent& event) -> std::optional<bool> {
      if (event.kind != EventKind::kProbe) return std::nullopt;
      return true;
    };
    injector = std::make_unique<Injector>(world, options, FaultPlan{std::move(faults)});
    scheduler.stream().watch(*injector);
    injector->arm(end_of_faults);
    start_all();
    at(1500ms, [this] { scheduler.stop(RunEnd::kCompleted); });
    scheduler.run();
  }

  // Who received what and when, of the messages that were sent from then on.
  using Received = std::tuple<uint64_t, uint64_t, int64_t>;
  std::vector<Received> received(Duration sent_from = {}, Duration sent_until = 1h) const {
    std::set<uint64_t> ids;
    for (const KeptEvent& event : kept.events) {
      const Duration time = event.time - kStart;
      if (event.kind == EventKind::kSend && time >= sent_from && time < sent_until) {
        ids.insert(event.id);
      }
    }
    std::vector<Received> result;
    for (const KeptEvent& event : kept.events) {
      if (event.kind == EventKind::kReceive && ids.contains(event.id)) {
        result.emplace_back(event.id, event.value, nanoseconds(event.time));
      }
    }
    std::sort(result.begin(), result.end());
    return result;
  }
  // Of the messages sent in that time, how many of `from` to `to` arrived, and when?
  size_t arrived(NodeId from, NodeId to, Duration begin, Duration end) const {
    size_t count = 0;
    for (const KeptEvent& event : kept.events) {
      const Duration time = event.time - kStart;
      count += event.kind == EventKind::kReceive && event.node == to && event.peer == from &&
                       time >= begin && time < end
                   ? 1
                   : 0;
    }
    return count;
  }

  std::vector<NodeId> servers;
  std::unique_ptr<Injector> injector;
  uint32_t ids = 0;
  Time end_of_faults = kNever;

 private:
  static void stream(Env& env) {
    Connections connections(env);
    connections.listen([](Connection connection) {
      while (connection.receive<wire::Note>()) continue;
    });
    const NodeId next{number(env.self()) % kNodes + 1};
    for (;;) {
      Result<Connection> connection = connections.open(next, 100ms);
      while (connection && connection->send(wire::Note())) env.sleep(5ms);
    }
  }
  static void talk(Env& env) {
    env.on<wire::Note>([](NodeId, const wire::Note&) {});
    wire::Note note;
    note.set_text(std::string(100, 'x'));
    for (;;) {
      env.sleep(5ms);
      for (uint32_t to = 1; to <= kNodes; ++to) {
        if (NodeId{to} != env.self()) env.send(NodeId{to}, note);
      }
    }
  }
};

class NetworkFaults : public ::testing::TestWithParam<const FaultInfo*> {
 protected:
  const FaultInfo& row = *GetParam();
};

class NetworkPlans : public NetworkFaults {};

std::vector<const FaultInfo*> every_row(bool rates) {
  std::vector<const FaultInfo*> rows;
  for (const FaultInfo& row : network_faults()) {
    if (rates || !row.is_rate()) rows.push_back(&row);
  }
  return rows;
}

std::string name_of_row(const ::testing::TestParamInfo<const FaultInfo*>& param) {
  return std::string(param.param->name);
}

INSTANTIATE_TEST_SUITE_P(Every, NetworkFaults, ::testing::ValuesIn(every_row(true)), name_of_row);
INSTANTIATE_TEST_SUITE_P(Every, NetworkPlans, ::testing::ValuesIn(every_row(false)), name_of_row);

// The same seed without the fault: benign choices, or an empty plan.
TEST_P(NetworkFaults, FireAndMatterToOthers) {
  const bool connected = breaks_connections(row.kind);
  Talkers hit(options_for(row.kind), connected);
  std::vector<Fault> plan;
  if (!row.is_rate()) plan.push_back(hit.fault(row.kind, 300ms, 400ms));
  hit.run(plan);
  Talkers spared(options_for(row.kind), connected);
  spared.choices.replay_faults({});
  spared.run({});
  EXPECT_GT(hit.injector->fired(row.kind), 0u);
  EXPECT_EQ(spared.injector->fired(row.kind), 0u);
  EXPECT_NE(hit.received(), spared.received());
  if (!row.is_rate()) {
    EXPECT_EQ(hit.received(0ms, 200ms), spared.received(0ms, 200ms));
    EXPECT_EQ(hit.received(1000ms, 1400ms), spared.received(1000ms, 1400ms));
  }
}

TEST_P(NetworkPlans, LeaveEachOtherAsTheyWereWhenTheyEnd) {
  Talkers one, two;
  one.run({one.fault(row.kind, 300ms, 600ms)});
  two.run({two.fault(row.kind, 300ms, 600ms), two.fault(row.kind, 350ms, 101ms)});
  EXPECT_EQ(one.received(600ms, 900ms), two.received(600ms, 900ms));
  EXPECT_EQ(one.received(1000ms, 1400ms), two.received(1000ms, 1400ms));
}

TEST_P(NetworkFaults, EndWhenEverythingHeals) {
  const bool connected = breaks_connections(row.kind);
  Talkers talkers(options_for(row.kind), connected), spared;
  uint64_t fired = 0;
  talkers.at(501ms, [&] { fired = talkers.injector->fired(row.kind); });
  talkers.end_of_faults = kStart + 500ms;
  std::vector<Fault> plan;
  if (!row.is_rate()) plan.push_back(talkers.fault(row.kind, 300ms, 1h));
  talkers.run(plan);
  EXPECT_EQ(talkers.injector->fired(row.kind), fired);
  if (connected) return;  // what broke was opened again, and is not what it was
  spared.run({});
  EXPECT_EQ(talkers.received(900ms, 1400ms), spared.received(900ms, 1400ms));
}

TEST(NetworkFaultShapes, ABridgeHearsBothSides) {
  Talkers talkers;
  Fault fault = talkers.fault(FaultKind::kBridgePartition, 300ms, 400ms);
  fault.targets = {n1, n2};
  fault.others = {n4, n5};
  talkers.run({fault});
  EXPECT_EQ(talkers.arrived(n1, n4, 400ms, 700ms), 0u);
  EXPECT_EQ(talkers.arrived(n5, n2, 400ms, 700ms), 0u);
  EXPECT_GT(talkers.arrived(n1, n3, 400ms, 700ms), 0u);
  EXPECT_GT(talkers.arrived(n3, n5, 400ms, 700ms), 0u);
  EXPECT_GT(talkers.arrived(n1, n2, 400ms, 700ms), 0u);
}

TEST(NetworkFaultShapes, InARingEachHearsAMajority) {
  Talkers talkers;
  Fault fault = talkers.fault(FaultKind::kRingPartition, 300ms, 400ms);
  fault.targets = {n2, n5, n1, n3, n4};
  talkers.run({fault});
  for (size_t i = 0; i < kNodes; ++i) {
    std::vector<NodeId> heard;
    for (uint32_t from = 1; from <= kNodes; ++from) {
      const size_t arrived = talkers.arrived(NodeId{from}, fault.targets[i], 400ms, 700ms);
      if (arrived > 0) heard.push_back(NodeId{from});
    }
    std::vector<NodeId> neighbours{fault.targets[(i + 1) % kNodes],
                                   fault.targets[(i + 4) % kNodes]};
    std::sort(neighbours.begin(), neighbours.end());
    EXPECT_EQ(heard, neighbours);
  }
}

TEST(NetworkFaultShapes, InAStarTheRaysHearTheHubOnly) {
  Talkers talkers;
  talkers.run({talkers.fault(FaultKind::kStarPartition, 300ms, 400ms)});
  for (const NodeId ray : {n2, n3, n4, n5}) {
    EXPECT_GT(talkers.arrived(n1, ray, 400ms, 700ms), 0u);
    EXPECT_GT(talkers.arrived(ray, n1, 400ms, 700ms), 0u);
  }
  EXPECT_EQ(talkers.arrived(n2, n3, 400ms, 700ms), 0u);
  EXPECT_EQ(talkers.arrived(n5, n2, 400ms, 700ms), 0u);
}

TEST(NetworkFaultShapes, OneDirectionOnly) {
  Talkers talkers;
  Fault fault = talkers.fault(FaultKind::kOneWayLoss, 300ms, 400ms);
  fault.magnitude = 1000;
  talkers.run({fault});
  EXPECT_EQ(talkers.arrived(n1, n2, 400ms, 700ms), 0u);
  EXPECT_GT(talkers.arrived(n2, n1, 400ms, 700ms), 50u);
}

TEST(NetworkFaultShapes, WhoeverLeadsIsCutOff) {
  Talkers talkers;
  talkers.at(100ms, [&] {
    const wire::Note fact;
    talkers.scheduler.stream().emit({.kind = EventKind::kProbe, .node = n4, .payload = &fact});
  });
  Fault fault = talkers.fault(FaultKind::kIsolateLeader, 300ms, 400ms);
  fault.targets.clear();
  fault.others = talkers.servers;
  talkers.run({fault});
  for (const NodeId other : {n1, n2, n3, n5}) {
    EXPECT_EQ(talkers.arrived(n4, other, 400ms, 700ms), 0u);
    EXPECT_EQ(talkers.arrived(other, n4, 400ms, 700ms), 0u);
  }
  EXPECT_GT(talkers.arrived(n1, n2, 400ms, 700ms), 50u);
}

TEST(NetworkFaultShapes, AFlappingLinkComesAndGoes) {
  Talkers talkers;
  Fault fault = talkers.fault(FaultKind::kFlappingLink, 300ms, 400ms);
  fault.magnitude = 100;
  talkers.run({fault});
  EXPECT_EQ(talkers.arrived(n1, n2, 300ms, 400ms), 0u);
  EXPECT_GT(talkers.arrived(n1, n2, 400ms, 500ms), 10u);
  EXPECT_EQ(talkers.arrived(n1, n2, 500ms, 600ms), 0u);
  EXPECT_GT(talkers.arrived(n1, n2, 600ms, 700ms), 10u);
}

TEST(NetworkFaultShapes, AFlappingLinkMendsNoCutOfAnother) {
  Talkers talkers;
  Fault flapping = talkers.fault(FaultKind::kFlappingLink, 350ms, 101ms);
  flapping.magnitude = 9;  // whole when it ends
  talkers.run({talkers.fault(FaultKind::kPartition, 300ms, 600ms), flapping});
  EXPECT_EQ(talkers.arrived(n1, n2, 310ms, 900ms), 0u);
  EXPECT_GT(talkers.arrived(n1, n2, 901ms, 1400ms), 50u);
}

TEST(NetworkFaultShapes, InARingOfThreeTwoLoseEachOther) {
  Talkers talkers;
  Fault fault = talkers.fault(FaultKind::kRingPartition, 300ms, 400ms);
  fault.targets = {n3, n1, n2};
  talkers.run({fault});
  EXPECT_EQ(talkers.arrived(n2, n3, 400ms, 700ms), 0u);
  EXPECT_EQ(talkers.arrived(n3, n2, 400ms, 700ms), 0u);
  EXPECT_GT(talkers.arrived(n3, n1, 400ms, 700ms), 0u);
  EXPECT_GT(talkers.arrived(n1, n2, 400ms, 700ms), 0u);
}

TEST(NetworkFaultShapes, MachinesAreCloggedOneByOneAndLoseNothing) {
  Talkers talkers, spared;
  Fault fault = talkers.fault(FaultKind::kSwizzleClog, 300ms, 400ms);  // two in, two out
  talkers.run({fault});
  spared.run({});
  const auto clogged = [&](NodeId node, Duration begin) {
    return talkers.arrived(n2, node, begin + 1ms, begin + 99ms) == 0;
  };
  EXPECT_NE(clogged(n1, 300ms), clogged(n3, 300ms));
  EXPECT_TRUE(clogged(n1, 400ms) && clogged(n3, 400ms));
  EXPECT_NE(clogged(n1, 500ms), clogged(n3, 500ms));
  EXPECT_FALSE(clogged(n1, 600ms) || clogged(n3, 600ms));
  EXPECT_EQ(talkers.received(0ms, 1400ms).size(), spared.received(0ms, 1400ms).size());
}

}  // namespace
}  // namespace seedbed
