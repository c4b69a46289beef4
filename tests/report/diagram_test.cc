#include "sim/report/diagram.h"

#include <gtest/gtest.h>

#include "sim/report/text.h"
#include "tests/report/lost_entry.h"
#include "tests/report/nonsense.h"

namespace seedbed {
namespace {

constexpr size_t kMostLines = 20;

std::vector<std::string> diagram(const Story& story, const std::vector<Fact>& facts,
                                 EventIndex at) {
  const auto events = story.log().events();
  return draw(choose_scene(events, facts, at, story.names()), events, story.names());
}

void expect_well_formed(const std::vector<std::string>& lines) {
  EXPECT_LE(lines.size(), kMostLines);
  double before = -1;
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_LE(lines[i].size(), kReportWidth) << lines[i];
    for (const char c : lines[i]) EXPECT_TRUE(c >= ' ' && c <= '~') << lines[i];
    if (i == 0 || lines[i].find("hidden)") != std::string::npos) continue;
    const double time = std::stod(lines[i]);
    EXPECT_GE(time, before) << lines[i];
    before = time;
  }
}

TEST(Diagram, OfAnyEventsFitsTheScreenInOrderOfTime) {
  Numbers numbers(1);
  for (int round = 0; round < 500; ++round) {
    const uint64_t count = numbers.below(200);
    const Story story = nonsense(numbers, 1 + numbers.below(12), count);
    std::vector<Fact> facts;
    for (uint64_t i = numbers.below(25); i > 0; --i) {
      const EventIndex index{numbers.below(count + 5)};
      facts.push_back(fact_at(story, index, "so it is"));
    }
    const auto lines = diagram(story, facts, EventIndex{numbers.below(count + 5)});
    expect_well_formed(lines);
  }
}

TEST(Diagram, OfTheSameEventsIsTheSame) {
  Numbers once(7);
  Numbers again(7);
  const Story one = nonsense(once, 5, 300);
  const Story other = nonsense(again, 5, 300);
  EXPECT_EQ(diagram(one, {}, EventIndex{250}), diagram(other, {}, EventIndex{250}));
}

TEST(Diagram, OfAnEmptyTraceIsEmpty) {
  const Story story({"n1"});
  EXPECT_TRUE(diagram(story, {}, kNoEvent).empty());
}

TEST(Diagram, FactsOfUnknownEventsAreStillRows) {
  const Story story({"n1", "n2"});
  const auto lines =
      diagram(story, {{.time = kStart + 3ms, .node = NodeId{2}, .text = "it was so"}}, kNoEvent);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[1].find("0.003 s"), std::string::npos);
  EXPECT_NE(lines[1].find("<- (1)"), std::string::npos);
}

TEST(Diagram, OfOneNodeHasOneColumn) {
  Story story({"n1"});
  story.probe(1, 1, "alone");
  const EventIndex end = story.machine(5, EventKind::kCrash, 1);
  const auto lines = diagram(story, {}, end);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_NE(lines[0].find("n1"), std::string::npos);
  EXPECT_NE(lines[1].find("alone"), std::string::npos);
  EXPECT_NE(lines[2].find("CRASH"), std::string::npos);
}

TEST(Diagram, EndsWhereItWasNoticedEvenAtTheFirstEvent) {
  Story story({"n1", "n2"});
  const EventIndex first = story.probe(0, 1, "wrong from the start");
  story.probe(1, 2, "later");
  const auto lines = diagram(story, {fact_at(story, first, "it is wrong")}, first);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[1].find("wrong from the start"), std::string::npos);
  EXPECT_NE(lines[1].find("<- (1)"), std::string::npos);
}

TEST(Diagram, OfTwelveNodesShowsThoseInvolved) {
  std::vector<std::string> names;
  for (int i = 1; i <= 12; ++i) names.push_back("n" + std::to_string(i));
  Story story(names);
  for (uint32_t node = 1; node <= 12; ++node) story.machine(0, EventKind::kCrash, node);
  for (uint32_t node = 1; node <= 12; ++node) story.machine(1, EventKind::kStart, node, 2);
  story.receive(12, story.send(10, 11, 4, "seedbed.demo.Vote"));
  const EventIndex elected = story.probe(12, 4, "LEADER t1");
  const Scene scene = choose_scene(story.log().events(), {fact_at(story, elected, "elected")},
                                   elected, story.names());
  EXPECT_EQ(scene.columns.size(), 7u);
  const auto shown = [&](uint32_t node) {
    return std::count(scene.columns.begin(), scene.columns.end(), NodeId{node}) == 1;
  };
  EXPECT_TRUE(shown(4) && shown(11));
}

TEST(Diagram, KeepsEveryFactAndWhatCausedIt) {
  const LostEntry run;
  const CheckResult check = run.result().checks.front();
  const Scene scene =
      choose_scene(run.story.log().events(), check.facts, check.event, run.story.names());
  std::vector<size_t> facts;
  std::string messages;
  for (const SceneRow& row : scene.rows) {
    facts.insert(facts.end(), row.facts.begin(), row.facts.end());
    if (row.event->kind == EventKind::kReceive) messages += std::string(row.event->caption) + ' ';
  }
  EXPECT_EQ(facts, (std::vector<size_t>{1, 2}));
  EXPECT_NE(messages.find("Put PutReply Vote VoteReply "), std::string::npos) << messages;
}

TEST(Diagram, DropsOfOneKindShareALine) {
  Story story({"n1", "n2"});
  for (int ms = 0; ms < 50; ++ms) story.drop(ms, 1, 2, "demo.Ping", DropReason::kLoss);
  const EventIndex end = story.probe(60, 2, "gave up");
  const auto lines = diagram(story, {fact_at(story, end, "")}, end);
  // n1 has no part in the end but for its messages, which never came.
  EXPECT_EQ(lines.size(), 2u);
  const EventIndex known = story.receive(70, story.send(65, 1, 2, "demo.Ping"));
  const auto both = diagram(story, {}, known);
  const auto drops = std::count_if(both.begin(), both.end(), [](const std::string& line) {
    return line.find("lost, 50 times so far") != std::string::npos;
  });
  EXPECT_EQ(drops, 1);
}

TEST(Diagram, AMessageIsOneArrowFromItsSenderToItsReceiver) {
  Story story({"n1", "n2", "n3"});
  const EventIndex end = story.receive(12, story.send(10, 3, 1, "demo.Ping"));
  const auto lines = diagram(story, {}, end);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[1].find("|<-------Ping---------|"), std::string::npos) << lines[1];
}

TEST(Diagram, PausedAndDeadNodesHaveTheirOwnLifelines) {
  Story story({"n1", "n2"});
  story.machine(1, EventKind::kPause, 1);
  story.machine(2, EventKind::kCrash, 2);
  story.machine(3, EventKind::kResume, 1);
  const EventIndex end = story.machine(4, EventKind::kStart, 2, 2);
  const auto lines = diagram(story, {}, end);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_NE(lines[2].find(':'), std::string::npos) << lines[2];
  EXPECT_EQ(lines[3].find_first_of("|:"), std::string::npos) << lines[3];
}

TEST(Mentions, LooksForWholeWords) {
  EXPECT_TRUE(mentions("n1 n2 | n3", "n2"));
  EXPECT_TRUE(mentions("n3", "n3"));
  EXPECT_FALSE(mentions("n12 | n3", "n1"));
  EXPECT_FALSE(mentions("xn1", "n1"));
  EXPECT_FALSE(mentions("", ""));
}

}  // namespace
}  // namespace seedbed
