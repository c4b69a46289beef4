// Which answer belongs to which call, and which receive to which send, when nodes crash and pause
// and messages arrive twice.
#include <map>

#include "tests/world/fixture.h"
#include "tests/world/wire.pb.h"

namespace seedbed {
namespace {

using wire::Ask;

// The network takes 10 ms for each message.
NetworkOptions steady() { return {.latency = {.min = 10ms, .mean = 10ms, .max = 10ms}}; }

struct SteadyTest : WorldTest {
  SteadyTest() : WorldTest(steady()) {}
};

Ask::Request ask(uint64_t number) {
  Ask::Request request;
  request.set_number(number);
  return request;
}

TEST_F(SteadyTest, AnAnswerToACallOfAnEarlierIncarnationIsNoAnswer) {
  const NodeId server = add("server", [](Env& env) {
    env.serve<Ask>([&env](NodeId, const Ask::Request& request) -> Result<Ask::Response> {
      if (request.number() == 1) env.sleep(20ms);
      Ask::Response response;
      response.set_number(request.number());
      return response;
    });
  });
  const NodeId client = add("client", [&, server](Env& env) {
    const auto answer = env.call<Ask>(server, ask(number(env.incarnation())), 1s);
    said.push_back(answer ? std::to_string(answer->number()) : "none");
  });
  start_all();
  at(21ms, [&] {  // the answer to the first call arrives 20 ms later, that to the second even after
    world.node(client).crash();
    world.node(client).start();
  });
  scheduler.run();
  EXPECT_EQ(said, std::vector<std::string>{"2"});
}

// Holds every receive against its send.
class CauseChecker final : public EventSink {
 public:
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kSend) sends[event.id] = event.index;
    if (event.kind != EventKind::kReceive) return;
    ++receives;
    EXPECT_EQ(event.cause, sends[event.id]);
  }
  std::map<uint64_t, EventIndex> sends;
  int receives = 0;
};

TEST_F(SteadyTest, TheCauseOfAReceiveIsItsSendAlsoAfterAPause) {
  CauseChecker checker;
  scheduler.stream().watch(checker);
  const NodeId server =
      add("server", [](Env& env) { env.on<wire::Note>([](NodeId, const wire::Note&) {}); });
  add("client", [server](Env& env) {
    for (int i = 0; i < 3; ++i) env.send(server, wire::Note());
  });
  start_all();
  at(5ms, [&] { world.node(server).pause(); });
  at(50ms, [&] { world.node(server).resume(); });
  scheduler.run();
  EXPECT_EQ(checker.receives, 3);
}

struct DuplicatingTest : WorldTest {
  DuplicatingTest()
      : WorldTest({.latency = {.min = 1ms, .mean = 2ms, .max = 9ms}, .duplicate = Ratio(1, 1)}) {}
};

TEST_F(DuplicatingTest, ARefusalMeansThatNoCopyOfTheRequestIsExecuted) {
  uint64_t executed = 0;
  const NodeId server = add("server", [&](Env& env) {
    env.serve<Ask>(
        [&](NodeId, const Ask::Request&) -> Result<Ask::Response> {
          ++executed;
          env.sleep(100ms);
          return Ask::Response();
        },
        1);
  });
  add("client", [&, server](Env& env) {
    const auto answer = env.call<Ask>(server, ask(1), 50ms);
    EXPECT_FALSE(answer.ok());
    EXPECT_TRUE(answer.error() != Error::kUnavailable || executed == 0);
  });
  start_all();
  scheduler.run();
}

}  // namespace
}  // namespace seedbed
