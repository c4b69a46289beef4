// A witness names the server that answered, what it took itself for, and the faults in force.
#include "sim/report/witness.h"

#include <gtest/gtest.h>

#include "tests/report/lost_entry.h"

namespace seedbed {
namespace {

// Who says LEADER leads; who says candidate does not.
ProtocolSpec with_roles() {
  ProtocolSpec spec = story_protocol();
  spec.leads = [caption = spec.caption](const TraceEvent& event) -> std::optional<bool> {
    const std::string text = caption(event);
    if (text.starts_with("LEADER")) return true;
    return text.starts_with("candidate") ? std::optional(false) : std::nullopt;
  };
  return spec;
}

LeaderLog leaders_of(const Story& story, const ProtocolSpec& protocol) {
  LeaderLog leaders(protocol);
  google::protobuf::StringValue said;
  for (const StoredEvent& stored : story.log().events()) {
    TraceEvent event;
    event.index = stored.index;
    event.time = stored.time;
    event.kind = stored.kind;
    event.node = stored.node;
    said.set_value(std::string(stored.caption));
    if (stored.kind == EventKind::kProbe) event.payload = &said;
    if (leaders.interests().contains(event.kind)) leaders.on_event(event);
  }
  return leaders;
}

Entry answered_by(uint32_t client, EventIndex returned) {
  Entry entry{.client = NodeId{client}};
  entry.operation = Operation::put("x", "1");
  entry.invoked = EventIndex{1};
  entry.returned = returned;
  return entry;
}

std::vector<std::string> witness_of(const Story& story, const Entry& entry) {
  const ProtocolSpec protocol = with_roles();
  return witness(story.log().events(), leaders_of(story, protocol), story.names(), entry);
}

TEST(Witness, NamesTheServerItsRoleAndTheFaultsInForce) {
  const LostEntry run;
  const std::vector<std::string> lines = witness_of(run.story, answered_by(4, run.acknowledged));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0],
            "n1 answered at 10.201 s; it led, since 0.153 s; what it had said last: commit 4, at "
            "10.201 s");
  EXPECT_NE(lines[1].find("on at that time: partition"), std::string::npos) << lines[1];
  EXPECT_NE(lines[1].find("n1 | n2 n3"), std::string::npos) << lines[1];
  EXPECT_NE(lines[1].find("since 9.800 s"), std::string::npos) << lines[1];
}

TEST(Witness, SaysWhoElseLed) {
  LostEntry run;
  run.story.receive(10'400, run.story.send(10'399, 1, 5, "seedbed.demo.GetReply"));
  const EventIndex returned = run.story.answer(10'401, 5, 9, Response::found("1"));
  const std::vector<std::string> lines = witness_of(run.story, answered_by(5, returned));
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines[0].find("n1 answered at 10.399 s; it led, since 0.153 s; n2 led, since 10.313 s"),
            0u)
      << lines[0];
}

TEST(Witness, IsSilentWithoutAnAnswerByMessage) {
  const LostEntry run;
  Entry entry = answered_by(4, run.acknowledged);
  entry.invoked = run.acknowledged;
  EXPECT_TRUE(witness_of(run.story, entry).empty());
  EXPECT_TRUE(witness_of(run.story, answered_by(5, run.acknowledged)).empty());
}

}  // namespace
}  // namespace seedbed
