#include <set>

#include "tests/world/fixture.h"
#include "tests/world/wire.pb.h"

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

// What happens when a node that draws sends to one that answers at times, and choices are watched
// from that moment on: the hash of the run.
uint64_t hash_of_run_watched_from(Duration watched) {
  constexpr Site kPause("test.pause", ChoiceClass::kAmbient);
  SmallWorld small({.loss = Ratio(1, 4), .duplicate = Ratio(1, 4)});
  small.add("n1", [=](Env& env) {
    for (uint64_t i = 0; i < 400; ++i) {
      env.sleep(1ms + Duration(static_cast<int64_t>(env.random(kPause, 1'000'000))));
      env.send(n2, note(i));
    }
  });
  small.add("n2", [](Env& env) { env.on<wire::Note>([](NodeId, const wire::Note&) {}); });
  if (watched == Duration::zero()) small.choices.start_logging();
  small.start_all();
  small.at(watched, [&] { small.choices.quieten("no such site"); });
  small.at(400ms, [&] { small.world.network().heal(); });
  small.scheduler.run();
  return small.scheduler.stream().hash();
}

TEST(NetworkDraws, AreTheSameMadeEarlyOrWhenTheyAreDue) {
  const uint64_t early = hash_of_run_watched_from(50s);
  EXPECT_EQ(hash_of_run_watched_from(0ms), early);
  EXPECT_EQ(hash_of_run_watched_from(200ms), early);
  EXPECT_EQ(hash_of_run_watched_from(500ms), early);
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

// The network takes 1 ms for each message, and as much more as is wrong with it.
struct Steady : NetworkTest {
  explicit Steady(NetworkOptions options = {}) : NetworkTest(steady(options)) {}
  static NetworkOptions steady(NetworkOptions options) {
    options.latency = {.min = 1ms, .mean = 1ms, .max = 1ms};
    return options;
  }
  // When the message of that number arrived.
  Duration arrival(uint64_t number) const {
    for (const KeptEvent& event : kept.events) {
      if (event.kind == EventKind::kReceive && event.id == number) return event.time - kStart;
    }
    return Duration::max();
  }
  size_t drops(DropReason reason) const {
    size_t count = 0;
    for (const KeptEvent& event : kept.events) {
      const bool it =
          event.kind == EventKind::kDrop && static_cast<DropReason>(event.value) == reason;
      count += it ? 1 : 0;
    }
    return count;
  }
};

TEST_F(Steady, ExtraLatenciesAddUpInOneDirection) {
  add("n1", sender(60));
  add("n2", listener());
  start_all();
  Network& network = world.network();
  at(10500us, [&] { network.add_trouble(n1, n2, {.extra_latency = 20ms}); });
  at(20500us, [&] { network.add_trouble(n1, n2, {.extra_latency = 7ms}); });
  at(30500us, [&] { network.remove_trouble(n1, n2, {.extra_latency = 20ms}); });
  at(40500us, [&] { network.remove_trouble(n1, n2, {.extra_latency = 7ms}); });
  scheduler.run();
  EXPECT_EQ(arrival(5), 5ms);
  EXPECT_EQ(arrival(15), 35ms);
  EXPECT_EQ(arrival(25), 52ms);
  EXPECT_EQ(arrival(35), 42ms);
  EXPECT_EQ(arrival(45), 45ms);
}

TEST_F(Steady, LossesAddUpToCertaintyAndLeaveNothing) {
  add("n1", sender(60));
  add("n2", listener());
  start_all();
  Network& network = world.network();
  at(10500us, [&] { network.add_trouble(n1, n2, {.loss_permille = 500}); });
  at(20500us, [&] { network.add_trouble(n1, n2, {.loss_permille = 500}); });
  at(30500us, [&] { network.remove_trouble(n1, n2, {.loss_permille = 500}); });
  at(40500us, [&] { network.remove_trouble(n1, n2, {.loss_permille = 500}); });
  scheduler.run();
  const auto lost = [&](uint64_t first, uint64_t last) {
    size_t count = 0;
    for (uint64_t id = first; id <= last; ++id) count += arrival(id) == Duration::max() ? 1 : 0;
    return count;
  };
  EXPECT_EQ(lost(1, 11), 0u);
  EXPECT_EQ(lost(22, 31), 10u);
  EXPECT_LT(lost(32, 41), 10u);
  EXPECT_EQ(lost(42, 60), 0u);
}

TEST_F(Steady, AClogHoldsWhatArrivesAndLetsItGoInOrder) {
  add("n1", sender(60));
  add("n2", listener());
  start_all();
  Network& network = world.network();
  at(10500us, [&] { network.clog(n1, n2); });
  at(20500us, [&] { network.clog(n1, n2); });
  at(30500us, [&] { network.unclog(n1, n2); });
  at(40500us, [&] {
    EXPECT_EQ(heard.size(), 10u);
    network.unclog(n1, n2);
    EXPECT_EQ(heard.size(), 40u);
  });
  scheduler.run();
  EXPECT_EQ(heard.size(), 60u);
  EXPECT_TRUE(std::is_sorted(heard.begin(), heard.end()));
  EXPECT_EQ(network.faults().held, 30u);
}

TEST_F(Steady, WhatAClogHoldsIsLostByACut) {
  add("n1", sender(60));
  add("n2", listener());
  start_all();
  Network& network = world.network();
  at(10500us, [&] { network.clog(n1, n2); });
  at(20500us, [&] { network.cut(n1, n2); });
  at(30500us, [&] { network.unclog(n1, n2); });
  at(40500us, [&] { network.mend(n1, n2); });
  scheduler.run();
  EXPECT_EQ(network.faults().cut, 31u);  // those held, and all that met the cut
  EXPECT_EQ(heard.size(), 29u);
}

TEST_F(Steady, WhatAClogHoldsGoesWithTheWorld) {
  add("n1", sender(60));
  add("n2", listener());
  start_all();
  at(10500us, [&] { world.network().clog(n1, n2); });
  scheduler.run();
  EXPECT_EQ(heard.size(), 10u);
}

TEST_F(Steady, TheCauseOfAHeldReceiveIsItsSend) {
  add("n1", sender(3));
  add("n2", listener());
  struct Causes : EventSink {
    void on_event(const TraceEvent& event) override {
      if (event.kind == EventKind::kSend) sent = event.index;
      if (event.kind == EventKind::kReceive) cause = event.cause;
      if (event.kind == EventKind::kReached) after = event.cause;
    }
    EventIndex sent{}, cause{}, after{};
  } causes;
  scheduler.stream().watch(causes);
  start_all();
  at(1ms, [&] { world.network().clog(n1, n2); });
  at(40ms, [&] {
    const EventIndex why = scheduler.stream().current();
    world.network().unclog(n1, n2);
    scheduler.stream().emit({.kind = EventKind::kReached, .node = n1});
    EXPECT_EQ(causes.after, why);
  });
  scheduler.run();
  EXPECT_EQ(causes.cause, causes.sent);
}

TEST_F(Steady, ANarrowLinkTakesTimeAndOverflows) {
  add("n1", [](Env& env) {
    wire::Note note;
    note.set_text(std::string(994, 'x'));  // 1,000 bytes with its number, tags and length
    for (uint64_t i = 1; i <= 30; ++i) {
      note.set_number(i + 127);
      env.send(n2, note);
    }
  });
  add("n2", listener());
  start_all();
  world.network().add_trouble(n1, n2, {.bytes_per_second = 1'000'000});
  scheduler.run();
  EXPECT_EQ(arrival(1), 2ms);
  EXPECT_EQ(arrival(10), 11ms);
  EXPECT_EQ(heard.size(), 16u);  // of 1,000 bytes each in 16,384
  EXPECT_EQ(drops(DropReason::kOverflow), 14u);
  EXPECT_EQ(world.network().faults().overflowed, 14u);
}

TEST_F(Steady, ALinkLosesWhatIsTooLarge) {
  add("n1", [](Env& env) {
    wire::Note note;
    for (size_t size = 0; size < 20; ++size) {
      note.set_text(std::string(size, 'x'));
      env.send(n2, note);
    }
  });
  add("n2", listener());
  start_all();
  world.network().add_trouble(n1, n2, {.mtu = 12});
  scheduler.run();
  EXPECT_EQ(heard.size(), 11u);  // up to 10 letters, with a tag and a length
  EXPECT_EQ(drops(DropReason::kTooLarge), 9u);
}

struct TailTest : Steady {
  TailTest() : Steady({.tail = Ratio(1, 2)}) {}
};

TEST_F(TailTest, SomeMessagesAreVeryLate) {
  add("n1", sender(1000));
  add("n2", listener());
  start_all();
  scheduler.run();
  EXPECT_EQ(heard.size(), 1000u);
  EXPECT_NEAR(static_cast<double>(world.network().faults().late), 500, 80);
  size_t late = 0;
  for (uint64_t id = 1; id <= 1000; ++id) {
    const Duration more = arrival(id) - std::chrono::milliseconds(id);
    EXPECT_TRUE(more == 0ms || (more >= 10ms && more <= 100ms)) << more.count();
    late += more > 0ms ? 1 : 0;
  }
  EXPECT_EQ(late, world.network().faults().late);
}

struct CorruptTest : Steady {
  explicit CorruptTest(bool deliver = false)
      : Steady({.corrupt = Ratio(1, 2), .deliver_corrupt = deliver}) {}
};

TEST_F(CorruptTest, AChecksumTellsWhatIsDamaged) {
  add("n1", sender(1000));
  add("n2", listener());
  start_all();
  scheduler.run();
  const uint64_t corrupted = world.network().faults().corrupted;
  EXPECT_NEAR(static_cast<double>(corrupted), 500, 80);
  EXPECT_EQ(drops(DropReason::kCorrupt), corrupted);
  EXPECT_EQ(heard.size(), 1000 - corrupted);
}

struct DamagedTest : CorruptTest {
  DamagedTest() : CorruptTest(true) {}
};

TEST_F(DamagedTest, WithoutAChecksumDamageArrivesIfItParses) {
  std::set<std::string> texts;
  add("n1", [](Env& env) {
    wire::Note note;
    note.set_text("the quick brown fox");
    note.set_number(12345);
    for (int i = 0; i < 1000; ++i) {
      env.send(n2, note);
      env.sleep(1ms);
    }
  });
  add("n2", [&](Env& env) {
    env.on<wire::Note>([&](NodeId, const wire::Note& note) {
      heard.push_back(note.number());
      texts.insert(note.text());
    });
  });
  start_all();
  scheduler.run();
  const uint64_t corrupted = world.network().faults().corrupted;
  EXPECT_NEAR(static_cast<double>(corrupted), 500, 80);
  EXPECT_GT(drops(DropReason::kCorrupt), 50u);
  EXPECT_EQ(heard.size(), 1000 - drops(DropReason::kCorrupt));
  EXPECT_GT(texts.size(), 50u);
  EXPECT_GT(heard.size(), 1000 - corrupted + 50);
}

}  // namespace
}  // namespace seedbed
