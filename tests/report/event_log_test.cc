#include "sim/report/event_log.h"

#include <gtest/gtest.h>

#include "sim/report/highlights.h"
#include "tests/report/story.h"

namespace seedbed {
namespace {

TEST(EventLog, PutsEventsIntoWordsWhileTheirPayloadsLive) {
  Story story({"n1", "c1"});
  story.invoke(1, 2, 9, Operation::put("x", "5"));
  story.send(1, 2, 1, "seedbed.demo.Put");
  story.probe(2, 1, "LEADER t1");
  story.fault(3, EventKind::kFaultBegin, 1, "partition", "n1 | n2", 1);
  story.answer(4, 2, 9, Response::info("timed out"));
  std::vector<std::string> captions;
  for (const StoredEvent& event : story.log().events()) captions.emplace_back(event.caption);
  EXPECT_EQ(captions.at(0), "put(x,\"5\")");
  EXPECT_EQ(captions.at(1), "Put");
  EXPECT_EQ(captions.at(2), "LEADER t1");
  EXPECT_EQ(captions.at(3), "n1 | n2");
  EXPECT_EQ(captions.at(4), describe(Operation::put("x", "5"), Response::info("timed out")));
}

TEST(EventLog, WithoutPayloadsFallsBackOnNames) {
  EventLog log(story_protocol());
  log.on_event({.index = EventIndex{1}, .kind = EventKind::kInvoke, .id = 1, .name = "put"});
  log.on_event(
      {.index = EventIndex{2}, .kind = EventKind::kReturn, .id = 1, .value = 3, .name = "put"});
  log.on_event({.index = EventIndex{3}, .kind = EventKind::kProbe, .name = "demo.Probe"});
  EXPECT_EQ(log.events()[0].caption, "put");
  EXPECT_EQ(log.events()[1].caption, "info");
  EXPECT_EQ(log.events()[2].caption, "");
}

TEST(EventLog, CausesSkipWhatIsNotKept) {
  Story story({"n1"});
  const EventIndex probe = story.probe(1, 1, "begins");
  story.emit(2, {.kind = EventKind::kDiskSubmit, .node = NodeId{1}});
  story.emit(3, {.kind = EventKind::kDiskComplete, .node = NodeId{1}});
  story.emit(3, {.kind = EventKind::kTimer, .node = NodeId{1}});
  story.probe(3, 1, "ends");
  ASSERT_EQ(story.log().events().size(), 2u);
  EXPECT_EQ(story.log().events()[1].cause, probe);
}

TEST(EventLog, CausesFromTheFutureAreNone) {
  EventLog log(story_protocol());
  log.on_event({.index = EventIndex{1}, .cause = EventIndex{7}, .kind = EventKind::kHeal});
  EXPECT_EQ(log.events()[0].cause, kNoEvent);
}

TEST(Highlights, CaptionsOfOneShapeAreOneStory) {
  Story story({"n1", "n2"});
  for (int term = 1; term <= 3; ++term) story.probe(term, 1, "LEADER t" + std::to_string(term));
  for (int index = 1; index <= 9; ++index) story.probe(9, 2, "commit " + std::to_string(index));
  story.probe(10, 2, "snapshot 9");
  const auto list = highlights(story.log().events(), 2);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].what, "snapshot 9");
  EXPECT_EQ(list[1].what, "LEADER t#");
  EXPECT_EQ(list[1].count, 3u);
  EXPECT_EQ(list[1].last->caption, "LEADER t3");
}

}  // namespace
}  // namespace seedbed
