// What the network says of a message that arrives: is it the one that was sent?
#include <google/protobuf/message.h>

#include <map>

#include "sim/world/connection.h"
#include "tests/world/fixture.h"
#include "tests/world/wire.pb.h"

namespace seedbed {
namespace {

constexpr NodeId n1{1}, n2{2};

// Compares what arrived with what was sent.
class Comparison final : public EventSink {
 public:
  EventKinds interests() const override {
    return EventKinds(EventKind::kSend, EventKind::kReceive);
  }
  void on_event(const TraceEvent& event) override {
    const Content content{std::string(event.name),
                          event.payload == nullptr ? "" : event.payload->SerializeAsString()};
    if (event.kind == EventKind::kSend) {
      EXPECT_FALSE(event.as_sent);
      sent_[event.index] = content;
      return;
    }
    const bool same = sent_.at(event.cause) == content;
    changed += same ? 0 : 1;
    (event.as_sent ? as_sent : others) += 1;
    EXPECT_TRUE(same || !event.as_sent) << event.name << ": " << content.second;
  }

  uint64_t as_sent = 0;
  uint64_t others = 0;
  uint64_t changed = 0;

 private:
  using Content = std::pair<std::string, std::string>;
  std::map<EventIndex, Content> sent_;
};

struct AsSentTest : ::testing::Test {
  // A thousand notes from n1 to n2, on a connection.
  Comparison compare(const NetworkOptions& network) {
    Comparison comparison;
    SmallWorld small(network);
    small.scheduler.stream().watch(comparison);
    small.add("n1", [](Env& env) {
      Connections connections(env, {});
      wire::Note note;
      note.set_text("the quick brown fox");
      for (int opened = 0; opened < 100; ++opened) {
        Result<Connection> connection = connections.open(n2, 1s);
        for (int i = 0; connection && i < 10 && connection->send(note); ++i) env.sleep(1ms);
      }
      env.sleep(1h);
    });
    small.add("n2", [](Env& env) {
      Connections connections(env, {});
      connections.listen([](Connection connection) {
        while (connection.receive<wire::Note>()) {
        }
      });
      env.sleep(1h);
    });
    small.start_all();
    small.scheduler.run();
    EXPECT_GT(comparison.as_sent + comparison.others, 100u);
    return comparison;
  }
};

TEST_F(AsSentTest, WhatNothingBefallsArrivesAsSent) {
  EXPECT_EQ(compare({}).others, 0u);
  EXPECT_EQ(
      compare({.loss = Ratio(1, 10), .duplicate = Ratio(1, 2), .reorder = Ratio(1, 10)}).others,
      0u);
}

TEST_F(AsSentTest, WhatTravelsAsBytesDoesNot) {
  EXPECT_EQ(compare({.serialize = true}).as_sent, 0u);
}

TEST_F(AsSentTest, WhatIsDamagedOrBecomesAResetDoesNot) {
  for (const bool serialize : {false, true}) {
    const Comparison comparison = compare({.duplicate = Ratio(1, 4),
                                           .corrupt = Ratio(1, 4),
                                           .reset = Ratio(1, 50),
                                           .half_open = Ratio(1, 50),
                                           .deliver_corrupt = true,
                                           .serialize = serialize});
    EXPECT_GT(comparison.changed, 20u);
  }
}

}  // namespace
}  // namespace seedbed
