#include "sim/world/connection.h"

#include <algorithm>

#include "tests/world/fixture.h"
#include "tests/world/wire.pb.h"

namespace seedbed {
namespace {

constexpr NodeId n1{1}, n2{2};

wire::Note note(uint64_t number) {
  wire::Note note;
  note.set_number(number);
  return note;
}

struct ConnectionTest : WorldTest {
  explicit ConnectionTest(NetworkOptions options = {}) : WorldTest(options) {}

  // n1 sends 1..count, one each millisecond, and notes how that ended.
  void add_sender(uint64_t count, Duration pace = 1ms) {
    add("n1", [this, count, pace](Env& env) {
      Connections connections(env, options);
      send_all(env, connections, count, pace);
      env.sleep(1h);
    });
  }
  void send_all(Env& env, Connections& connections, uint64_t count, Duration pace) {
    Result<Connection> connection = connections.open(n2, 5s);
    if (!connection) {
      said.emplace_back(to_string(connection.error()));
      return;
    }
    said.emplace_back("open");
    for (uint64_t i = 1; i <= count; ++i) {
      if (!connection->send(note(i))) {
        said.emplace_back("sender closed");
        ended = env.now();
        return;
      }
      sent = i;
      env.sleep(pace);
    }
    env.sleep(30s);
    said.emplace_back(connection->open() ? "sender still open" : "sender closed");
  }
  void add_receiver(Duration service = 0ms) {
    add("n2", [this, service](Env& env) {
      Connections connections(env, options);
      connections.listen([&](Connection connection) {
        for (;;) {
          const Result<wire::Note> next = connection.receive<wire::Note>();
          if (!next) {
            said.emplace_back("receiver " + std::string(to_string(next.error())));
            return;
          }
          heard.push_back(next->number());
          if (service > 0ms) env.sleep(service);
        }
      });
      env.sleep(1h);
    });
  }
  bool in_order(uint64_t count) const {
    for (uint64_t i = 0; i < heard.size(); ++i) {
      if (heard[i] != i + 1) return false;
    }
    return heard.size() == count;
  }
  bool was_said(const std::string& what) const {
    return std::find(said.begin(), said.end(), what) != said.end();
  }

  ConnectionOptions options;
  std::vector<uint64_t> heard;
  uint64_t sent = 0;
  NodeTime ended{};
};

TEST_F(ConnectionTest, DeliversEachMessageOnceAndInOrder) {
  add_sender(300);
  add_receiver();
  start_all();
  scheduler.run();
  EXPECT_TRUE(in_order(300));
  EXPECT_TRUE(was_said("sender still open"));
}

struct WildConnectionTest : ConnectionTest {
  WildConnectionTest()
      : ConnectionTest({.loss = Ratio(1, 5),
                        .duplicate = Ratio(1, 5),
                        .reorder = Ratio(1, 5),
                        .tail = Ratio(1, 20),
                        .corrupt = Ratio(1, 20)}) {}
};

TEST_F(WildConnectionTest, AlsoOverANetworkThatLosesDuplicatesAndReorders) {
  add_sender(300, 20ms);
  add_receiver();
  start_all();
  scheduler.run();
  EXPECT_GT(world.network().faults().lost, 50u);
  EXPECT_TRUE(in_order(300));
}

TEST_F(ConnectionTest, ASlowReceiverHoldsTheSenderBack) {
  options.window = 4;
  add_sender(50, 0ms);
  add_receiver(100ms);
  start_all();
  at(1s, [&] {
    EXPECT_GE(heard.size(), 8u);
    EXPECT_LE(heard.size(), 12u);
    EXPECT_LE(sent, heard.size() + 5);  // the window, and one that asks for the next
  });
  scheduler.run();
  EXPECT_TRUE(in_order(50));
}

TEST_F(ConnectionTest, TheSenderHearsOfRoomAsSoonAsThereIsSome) {
  options.window = 1;
  options.repeat = 1s;
  add_sender(50, 0ms);
  add_receiver(10ms);
  start_all();
  at(5s, [&] { EXPECT_TRUE(in_order(50)); });
  scheduler.run();
}

struct LateOpenTest : ConnectionTest {
  LateOpenTest() : ConnectionTest({.latency = {.min = 1ms, .mean = 1ms, .max = 1ms}}) {
    // The first OPEN takes 100 ms more. It is repeated after 50 ms.
    choices.override_with({{.site = "network.tail",
                            .scope = "n1->n2 seedbed.connection.Segment",
                            .ordinal = 1,
                            .value = 91}});
  }
};

TEST_F(LateOpenTest, OpensNothingThatIsOverAlready) {
  int accepted = 0;
  add("n1", [this](Env& env) {
    Connections connections(env);
    Result<Connection> connection = connections.open(n2, 5s);
    ASSERT_TRUE(connection.ok());
    connection->close();
    env.sleep(1h);
  });
  add("n2", [&](Env& env) {
    Connections connections(env);
    connections.listen([&](Connection connection) {
      ++accepted;
      (void)connection.receive<wire::Note>();
    });
    env.sleep(1h);
  });
  start_all();
  scheduler.run();
  EXPECT_EQ(accepted, 1);
}

TEST_F(LateOpenTest, DoesNotJoinTheEndOfAnEarlierLife) {
  add_sender(300, 10ms);
  add_receiver();
  start_all();
  at(70ms, [&] { world.node(n2).crash(); });
  at(80500us, [&] { world.start(n2); });  // what comes until the OPEN does is refused: cut it
  at(75ms, [&] { world.network().cut(n1, n2); });
  at(100500us, [&] { world.network().mend(n1, n2); });
  scheduler.run();
  EXPECT_TRUE(was_said("sender closed"));
  EXPECT_LT(ended, NodeTime(300ms));
}

TEST_F(ConnectionTest, ResumesAfterAPartition) {
  add_sender(300, 10ms);
  add_receiver();
  start_all();
  at(1s, [&] {
    world.network().cut(n1, n2);
    world.network().cut(n2, n1);
  });
  at(4s, [&] {
    world.network().mend(n1, n2);
    world.network().mend(n2, n1);
  });
  scheduler.run();
  EXPECT_TRUE(in_order(300));
}

TEST_F(ConnectionTest, IsRefusedWhereNobodyListens) {
  add_sender(1);
  add("n2", [](Env& env) {
    Connections connections(env);
    env.sleep(1h);
  });
  start_all();
  scheduler.run();
  EXPECT_EQ(said, std::vector<std::string>{"unavailable"});
}

TEST_F(ConnectionTest, TimesOutWhereNobodyIs) {
  add_sender(1);
  add("n2", [](Env&) {});
  world.start(n1);
  scheduler.run();
  EXPECT_EQ(said, std::vector<std::string>{"timeout"});
}

TEST_F(ConnectionTest, IsHalfOpenAfterACrashUntilItIsUsed) {
  add_sender(300, 10ms);
  add_receiver();
  start_all();
  at(1s, [&] { world.node(n2).crash(); });
  at(1500ms, [&] { world.start(n2); });
  scheduler.run();
  EXPECT_TRUE(was_said("sender closed"));
  EXPECT_GT(ended, NodeTime(1500ms));  // what it sent in between was for nobody
  EXPECT_LT(ended, NodeTime(2500ms));
  EXPECT_LT(heard.size(), 102u);
}

TEST_F(ConnectionTest, AnIdleEndAsksForASignOfLife) {
  options.keep_alive = 2s;
  add_sender(1);  // then it sleeps for 30 s
  add_receiver();
  start_all();
  at(1s, [&] { world.node(n2).crash(); });
  at(1500ms, [&] { world.start(n2); });
  scheduler.run();
  EXPECT_TRUE(was_said("sender closed"));
}

TEST_F(ConnectionTest, GivesUpAfterALongSilence) {
  options.give_up = 3s;
  add_sender(1000, 10ms);
  add_receiver();
  start_all();
  at(1s, [&] { world.network().cut(n2, n1); });  // the sender hears nothing
  scheduler.run();
  EXPECT_TRUE(was_said("sender closed"));
  EXPECT_GE(ended, NodeTime(4s) - 100ms);
  EXPECT_LT(ended, NodeTime(6s));
}

TEST_F(ConnectionTest, ClosingOneEndClosesTheOther) {
  add("n1", [this](Env& env) {
    Connections connections(env);
    Result<Connection> connection = connections.open(n2, 5s);
    ASSERT_TRUE(connection.ok());
    ASSERT_TRUE(connection->send(note(1)).ok());
    env.sleep(100ms);
    connection->close();
    EXPECT_FALSE(connection->send(note(2)).ok());
    env.sleep(1h);
  });
  add_receiver();
  start_all();
  scheduler.run();
  EXPECT_EQ(heard, std::vector<uint64_t>{1});
  EXPECT_EQ(said, std::vector<std::string>{"receiver closed"});
}

TEST_F(ConnectionTest, SkipsWhatIsNotOfTheTypeAskedFor) {
  add("n1", [](Env& env) {
    Connections connections(env);
    Result<Connection> connection = connections.open(n2, 5s);
    ASSERT_TRUE(connection.ok());
    (void)connection->send(wire::Ask::Request());
    (void)connection->send(note(7));
    env.sleep(1h);
  });
  add("n2", [this](Env& env) {
    Connections connections(env);
    connections.listen([&](Connection connection) {
      EXPECT_EQ(connection.receive<wire::Note>().error(), Error::kCorrupt);
      EXPECT_EQ(connection.receive<wire::Note>(1s)->number(), 7u);
      EXPECT_EQ(connection.receive<wire::Note>(100ms).error(), Error::kTimeout);
      said.emplace_back("done");
    });
    env.sleep(1h);
  });
  start_all();
  scheduler.run();
  EXPECT_TRUE(was_said("done"));
}

struct BreakTest : ConnectionTest {
  // Breaks an idle connection at the STATUS that answers its only message.
  void run_with(std::string site) {
    options.keep_alive = 1h;
    options.give_up = 2h;
    choices.override_with({{.site = std::move(site),
                            .scope = "n2->n1 seedbed.connection.Segment",
                            .ordinal = 2,
                            .value = 1}});
    add_sender(1);
    add_receiver();
    start_all();
    scheduler.run();
    EXPECT_TRUE(choices.unmatched().empty());
  }
};

TEST_F(BreakTest, AResetIsForBothEnds) {
  run_with("network.reset");
  EXPECT_EQ(world.network().faults().reset, 1u);
  EXPECT_EQ(said, (std::vector<std::string>{"open", "receiver closed", "sender closed"}));
}

TEST_F(BreakTest, AHalfOpenConnectionIsOverForOneEndOnly) {
  run_with("network.half_open");
  EXPECT_EQ(world.network().faults().half_open, 1u);
  EXPECT_EQ(said, (std::vector<std::string>{"open", "sender closed"}));
}

struct HalfOpenTest : ConnectionTest {
  HalfOpenTest() : ConnectionTest({.half_open = Ratio(1, 100)}) {}
};

TEST_F(HalfOpenTest, TheOtherEndBelievesUntilItGivesUp) {
  options.window = 1000;
  add_sender(2500, 10ms);
  add_receiver();
  start_all();
  scheduler.run();
  EXPECT_EQ(world.network().faults().half_open, 1u);
  EXPECT_TRUE(was_said("receiver closed"));
  EXPECT_TRUE(was_said("sender closed"));
  EXPECT_GT(ended - NodeTime(std::chrono::milliseconds(10 * heard.size())), 9s);
}

// A sender that opens again whenever its connection breaks, and a receiver that holds every
// connection against the promise: 1, 2, 3, without a gap.
struct Stormy : SmallWorld {
  explicit Stormy(uint64_t seed)
      : SmallWorld({.loss = Ratio(1, 10),
                    .duplicate = Ratio(1, 10),
                    .reorder = Ratio(1, 5),
                    .tail = Ratio(1, 50),
                    .corrupt = Ratio(1, 50),
                    .reset = Ratio(1, 200),
                    .half_open = Ratio(1, 400)},
                   seed) {
    options.give_up = 2s;
    options.window = 8;
    add("n1", [this](Env& env) { send(env); });
    add("n2", [this](Env& env) { receive(env); });
    start_all();
    at(5s, [this] { world.node(n2).crash(); });
    at(5500ms, [this] { world.start(n2); });
    at(8s, [this] { world.node(n1).crash(); });
    at(8100ms, [this] { world.start(n1); });
    at(10s, [this] { world.network().cut(n2, n1); });
    at(13s, [this] { world.network().mend(n2, n1); });
    at(20s, [this] { scheduler.stop(RunEnd::kCompleted); });
    scheduler.run();
  }
  void send(Env& env) {
    Connections connections(env, options);
    for (;;) {
      Result<Connection> connection = connections.open(n2, 1s);
      for (uint64_t i = 1; connection && connection->send(note(i)); ++i) env.sleep(3ms);
    }
  }
  void receive(Env& env) {
    Connections connections(env, options);
    connections.listen([this](Connection connection) {
      ++accepted;
      uint64_t last = 0;
      while (const auto next = connection.receive<wire::Note>()) {
        gaps += next->number() == ++last ? 0 : 1;
        ++received;
      }
    });
    env.sleep(1h);
  }

  ConnectionOptions options;
  uint64_t accepted = 0;
  uint64_t received = 0;
  uint64_t gaps = 0;
};

TEST(Connections, KeepTheirPromiseInEveryStorm) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const Stormy storm(seed);
    EXPECT_EQ(storm.gaps, 0u) << "seed " << seed;
    EXPECT_GT(storm.accepted, 3u) << "seed " << seed;
    EXPECT_GT(storm.received, 500u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace seedbed
