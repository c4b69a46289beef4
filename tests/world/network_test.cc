#include "tests/world/fixture.h"

namespace seedbed {
namespace {

wire::Note note(uint64_t number) {
  wire::Note note;
  note.set_number(number);
  return note;
}
wire::Ask::Request request(uint64_t number) {
  wire::Ask::Request request;
  request.set_number(number);
  return request;
}

constexpr NodeId n1{1}, n2{2};

class NetworkTest : public WorldTest {
 protected:
  using WorldTest::WorldTest;
  // n2 notes what n1 sends it.
  std::vector<uint64_t> heard;
  std::function<void(Env&)> listener() {
    return [this](Env& env) {
      env.on<wire::Note>(
          [this](NodeId, const wire::Note& note) { heard.push_back(note.number()); });
    };
  }
  std::function<void(Env&)> sender(uint64_t count) {
    return [count](Env& env) {
      for (uint64_t i = 1; i <= count; ++i) {
        env.send(n2, note(i));
        env.sleep(1ms);
      }
    };
  }
};

TEST_F(NetworkTest, DeliversAMessageToItsHandlerAndTracesItsCause) {
  add("n1", sender(1));
  add("n2", listener());
  start_all();
  scheduler.run();
  EXPECT_EQ(heard, std::vector<uint64_t>{1});
  EXPECT_EQ(kept.count(EventKind::kSend), 1u);
  EXPECT_EQ(kept.count(EventKind::kReceive), 1u);
}

TEST_F(NetworkTest, AnswersACall) {
  uint64_t answer = 0;
  add("n1", [&](Env& env) { answer = env.call<wire::Ask>(n2, request(20), 1s)->number(); });
  add("n2", [](Env& env) {
    env.serve<wire::Ask>([&env](NodeId, const wire::Ask::Request& asked) {
      env.sleep(3ms);  // a handler may block
      wire::Ask::Response response;
      response.set_number(asked.number() + 1);
      return response;
    });
  });
  start_all();
  scheduler.run();
  EXPECT_EQ(answer, 21u);
}

TEST_F(NetworkTest, ACallTimesOutWhenNobodyIsThere) {
  Error error{};
  add("n1", [&](Env& env) {
    error = env.call<wire::Ask>(n2, request(1), 50ms).error();
    EXPECT_EQ(env.now(), NodeTime(50ms));
  });
  add("n2", [](Env&) {});
  world.start(n1);
  scheduler.run();
  EXPECT_EQ(error, Error::kTimeout);
  ASSERT_EQ(kept.count(EventKind::kDrop), 1u);
}

TEST_F(NetworkTest, RefusesRequestsAboveTheConcurrencyOfTheService) {
  int refused = 0;
  add("n1", [&](Env& env) {
    for (int i = 0; i < 3; ++i) {
      env.spawn("caller", [&] {
        const auto response = env.call<wire::Ask>(n2, request(1), 1s);
        if (!response && response.error() == Error::kUnavailable) ++refused;
      });
    }
  });
  add("n2", [](Env& env) {
    env.serve<wire::Ask>(
        [&env](NodeId, const wire::Ask::Request&) {
          env.sleep(100ms);
          return wire::Ask::Response();
        },
        2);
  });
  start_all();
  scheduler.run();
  EXPECT_EQ(refused, 1);
}

TEST_F(NetworkTest, ACutIsOneWayAndCounted) {
  add("n1", sender(100));
  add("n2", listener());
  start_all();
  at(20ms, [&] {
    world.network().cut(n1, n2);
    world.network().cut(n1, n2);
  });
  at(40ms, [&] { world.network().mend(n1, n2); });
  at(60ms, [&] { world.network().mend(n1, n2); });
  scheduler.run();
  EXPECT_FALSE(world.network().is_cut(n2, n1));
  EXPECT_GT(heard.size(), 50u);
  EXPECT_LT(heard.size(), 65u);
  EXPECT_EQ(heard.size() + world.network().faults().cut, 100u);
}

class LossyTest : public NetworkTest {
 protected:
  LossyTest()
      : NetworkTest({.loss = Ratio(1, 4), .duplicate = Ratio(1, 4), .reorder = Ratio(1, 4)}) {}
};

TEST_F(LossyTest, LosesDuplicatesAndReordersAtItsOddsUntilItHeals) {
  add("n1", sender(2000));
  add("n2", listener());
  start_all();
  at(1000ms, [&] { world.network().heal(); });
  scheduler.run();
  const NetworkFaultCounts& faults = world.network().faults();
  EXPECT_NEAR(static_cast<double>(faults.lost), 250, 60);
  EXPECT_NEAR(static_cast<double>(faults.duplicated), 190, 60);
  EXPECT_NEAR(static_cast<double>(faults.reordered), 190, 60);
  EXPECT_EQ(heard.size(), 2000 - faults.lost + faults.duplicated);
  EXPECT_FALSE(std::is_sorted(heard.begin(), heard.end()));
}

class SerializedTest : public NetworkTest {
 protected:
  SerializedTest() : NetworkTest({.serialize = true}) {}
};

TEST_F(SerializedTest, MessagesMayTravelAsBytes) {
  add("n1", sender(3));
  add("n2", listener());
  start_all();
  scheduler.run();
  EXPECT_EQ(heard.size(), 3u);
}

TEST_F(NetworkTest, APausedNodeHearsLateButInOrder) {
  add("n1", sender(10));
  add("n2", listener());
  start_all();
  at(1ms, [&] { world.node(n2).pause(); });
  at(500ms, [&] {
    EXPECT_LT(heard.size(), 3u);
    world.node(n2).resume();
  });
  scheduler.run();
  EXPECT_EQ(heard.size(), 10u);
}

TEST_F(NetworkTest, ASlowNodeServesOneMessageAfterTheOther) {
  add("n1", sender(10));
  add("n2", listener());
  start_all();
  at(0ms, [&] { world.node(n2).add_service_time(100ms); });
  at(550ms, [&] { EXPECT_EQ(heard.size(), 5u); });
  scheduler.run();
  EXPECT_EQ(heard.size(), 10u);
}

TEST_F(NetworkTest, AKilledProcessUnwindsAndItsEnvIsSealed) {
  struct Says {
    std::vector<std::string>& said;
    ~Says() { said.push_back("unwound"); }
  };
  add("n1", [&](Env& env) {
    Says says{said};
    try {
      env.sleep(1h);
    } catch (const std::exception&) {
      said.push_back("swallowed");
    }
  });
  start_all();
  at(5ms, [&] { world.node(n1).crash(); });
  at(10ms, [&] { world.start(n1); });
  at(15ms, [&] {
    EXPECT_EQ(said, std::vector<std::string>{"unwound"});
    EXPECT_EQ(number(world.node(n1).incarnation()), 2u);
  });
  at(20ms, [&] { scheduler.stop(RunEnd::kCompleted); });
  scheduler.run();
}

TEST_F(NetworkTest, DiesWhenADestructorUsesTheEnvOfAKilledProcess) {
  struct Naughty {
    Env& env;
    ~Naughty() { (void)env.now(); }
  };
  add("n1", [&](Env& env) {
    Naughty naughty{env};
    env.sleep(1h);
  });
  start_all();
  at(5ms, [&] { world.node(n1).crash(); });
  EXPECT_DEATH(scheduler.run(), "destructor used the Env");
}

TEST_F(NetworkTest, ClocksDriftAndTimersFollowThem) {
  NodeTime woke{};
  add(
      "n1",
      [&](Env& env) {
        const NodeTime before = env.now();
        env.sleep(1s);
        woke = env.now();
        EXPECT_GE(woke - before, 1s);
        EXPECT_LE(woke - before, 1s + 2ns);
      },
      {}, Clock(5ms, -100'000'000));
  start_all();
  scheduler.run();
  EXPECT_NEAR(static_cast<double>((scheduler.now() - kStart).count()), 1.111e9, 1e6);
}

TEST_F(NetworkTest, HandlersMustNotBlock) {
  add("n1", sender(1));
  add("n2",
      [](Env& env) { env.on<wire::Note>([&env](NodeId, const wire::Note&) { env.sleep(1ms); }); });
  start_all();
  EXPECT_DEATH(scheduler.run(), "");
}

}  // namespace
}  // namespace seedbed
