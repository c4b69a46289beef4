#include <gtest/gtest.h>

#include "sim/core/check.h"
#include "sim/core/limits.h"
#include "sim/trace/describe.h"
#include "sim/trace/diff.h"
#include "sim/trace/reader.h"
#include "sim/trace/summary.h"
#include "tests/trace/sample.h"

namespace seedbed {
namespace {

const std::vector<std::string> kNames = {"n1", "n2", "n3", "c1"};

TEST(Describe, SaysWhoDidWhatWhenAndWhy) {
  test::Ping ping;
  ping.set_number(3);
  const TraceEvent event{.index = EventIndex{1042},
                         .cause = EventIndex{1017},
                         .time = kStart + 1204ms,
                         .kind = EventKind::kReceive,
                         .node = NodeId{3},
                         .peer = NodeId{1},
                         .id = 311,
                         .name = "seedbed.raft.AppendEntries",
                         .payload = &ping};
  EXPECT_EQ(Describer(kNames).describe(event),
            "1.204 s  n3 receives raft.AppendEntries #311 from n1 (caused by event 1017)  "
            "{number: 3}");
}

TEST(Describe, HasASentenceForEveryKind) {
  const std::string file = sample_trace(1);
  TraceReader reader(file, "sample.trace");
  const Describer words(kNames);
  TraceEvent event;
  std::string text;
  while (reader.next(&event)) text += words.sentence(event) + "\n";
  EXPECT_EQ(text, R"(n1 sends test.Ping #1 to n2
n3 wakes from its sleep
n2 receives test.Ping #1 from n1 (copy 1)
test.Ping #2 from n2 to n1 is dropped (partition)
n2 reports test.Ping
c1 invokes increment (operation 1)
c1 returns from increment (operation 1): fail
n2 begins disk operation 1 on 'log.1' (0 bytes)
disk operation 1 of n2 on 'log.1' completes
n2 has 7 bytes at offset 4096 of log.1 durable
n2 has log.1 durably cut to 4096 bytes
n2 has the name log.1 durable, of file 1
n2 has the name log.1 durably removed
n2 crashes (incarnation 1)
n2 starts (incarnation 1)
n2 pauses
n2 resumes
the faults are over
the run ends: completed
fault partition begins at n2 towards n3 (entry 4)
fault partition ends at n2 towards n3 (entry 4)
world reaches here
the clock of n2 shows 1099.511627776 s and drifts by -50000 ppb
choice net of n1 #1 = 1
)");
}

TEST(Describe, CutsLongPayloads) {
  test::Ping ping;
  ping.set_body(std::string(500, 'x'));
  const TraceEvent event{.kind = EventKind::kSend, .payload = &ping};
  EXPECT_LT(Describer(kNames, {.payload_width = 20}).describe(event).size(), 80u);
  EXPECT_EQ(message_text(ping, 20), "body: \"xxxxxxxxxx...");
}

TEST(Describe, TimesHaveAsManyDecimalsAsTheyNeed) {
  EXPECT_EQ(time_text(kStart), "0.000 s");
  EXPECT_EQ(time_text(kStart + 1250ns), "0.000001250 s");
  EXPECT_EQ(time_text(kStart + 61s + 5us), "61.000005 s");
  EXPECT_EQ(time_text(kStart - 1ms), "-0.001 s");
}

TEST(Summary, CountsWhatHappened) {
  TraceSummary summary;
  EventStream stream;
  stream.watch(summary);
  play_sample(stream, 2);
  EXPECT_EQ(summary.events(), 48u);
  EXPECT_EQ(summary.count(EventKind::kCrash), 2u);
  EXPECT_EQ(summary.count(DropReason::kPartition), 2u);
  EXPECT_EQ(summary.count(DropReason::kLoss), 0u);
  EXPECT_EQ(summary.messages().at("seedbed.test.Ping").received, 2u);
  EXPECT_EQ(summary.reached().at("here"), 2u);
  EXPECT_EQ(summary.text(kNames),
            R"(48 events from 0.000 s to 0.007406912 s
kinds: send 2 receive 2 drop 2 disk_submit 2 disk_complete 2 durable 8 start 2 crash 2 pause 2 )"
            R"(resume 2 timer 2 fault_begin 2 fault_end 2 heal 2 invoke 2 return 2 probe 2 )"
            R"(reached 2 clock 2 choice 2 end 2
nodes: n1 2 n2 21 n3 17 c1 4
messages test.Ping: sent 2, received 2, dropped 2
drops: partition 2
crashes: n2 1 n3 1
reached: here 2
probes: test.Ping 2
)");
}

class DiffTest : public ::testing::Test {
 protected:
  // Events 1 to 8, each caused by the one two before it.
  static std::vector<TraceEvent> events() {
    std::vector<TraceEvent> events;
    for (uint64_t i = 1; i <= 8; ++i) {
      events.push_back({.index = EventIndex{i},
                        .cause = EventIndex{i < 3 ? 0 : i - 2},
                        .time = kStart + i * 1ms,
                        .kind = EventKind::kTimer,
                        .node = NodeId{static_cast<uint32_t>(1 + i % 3)}});
    }
    return events;
  }
  static std::optional<Divergence> diff(const std::string& a, const std::string& b) {
    return diff_traces({a, "a.trace"}, {b, "b.trace"});
  }
};

TEST_F(DiffTest, FindsNothingBetweenEqualTraces) {
  EXPECT_FALSE(diff(trace_of(events()), trace_of(events())).has_value());
  EXPECT_FALSE(diff(sample_trace(100), sample_trace(100)).has_value());
}

TEST_F(DiffTest, ShowsTheFirstDifferenceWithItsCausesAndWhatCameBefore) {
  std::vector<TraceEvent> other = events();
  other[6].node = NodeId{1};
  other[6].cause = EventIndex{6};
  other[7].id = 99;
  const auto split = diff(trace_of(events()), trace_of(other));
  ASSERT_TRUE(split.has_value());
  EXPECT_EQ(split->text(), R"(the traces differ from event 7 on, in: node, cause
both, just before:
  2  0.002 s  n3 wakes from its sleep
  3  0.003 s  n1 wakes from its sleep (caused by event 1)
  4  0.004 s  n2 wakes from its sleep (caused by event 2)
  5  0.005 s  n3 wakes from its sleep (caused by event 3)
  6  0.006 s  n1 wakes from its sleep (caused by event 4)
a.trace:
  7  0.007 s  n2 wakes from its sleep (caused by event 5)
    because of 5  0.005 s  n3 wakes from its sleep (caused by event 3)
    because of 3  0.003 s  n1 wakes from its sleep (caused by event 1)
    because of 1  0.001 s  n2 wakes from its sleep
b.trace:
  7  0.007 s  n1 wakes from its sleep (caused by event 6)
    because of 6  0.006 s  n1 wakes from its sleep (caused by event 4)
    because of 4  0.004 s  n2 wakes from its sleep (caused by event 2)
    because of 2  0.002 s  n3 wakes from its sleep
)");
}

TEST_F(DiffTest, TellsTheCausesOfBothSidesOnce) {
  std::vector<TraceEvent> other = events();
  other[6].time = kStart + 70ms;
  other[7].time = kStart + 80ms;
  const auto split = diff(trace_of(events()), trace_of(other));
  ASSERT_TRUE(split.has_value());
  const std::string text = split->text();
  EXPECT_EQ(text.substr(text.find("a.trace:")), R"(a.trace:
  7  0.007 s  n2 wakes from its sleep (caused by event 5)
b.trace:
  7  0.070 s  n2 wakes from its sleep (caused by event 5)
both:
    because of 5  0.005 s  n3 wakes from its sleep (caused by event 3)
    because of 3  0.003 s  n1 wakes from its sleep (caused by event 1)
    because of 1  0.001 s  n2 wakes from its sleep
)");
}

TEST_F(DiffTest, ShowsTheTwoWaysThatLedFromOneCause) {
  // Event 3 caused both 5 and 6; the eighth was caused by 5 in one trace and by 6 in the other.
  std::vector<TraceEvent> first = events();
  first[5].cause = EventIndex{3};
  first[7].cause = EventIndex{5};
  std::vector<TraceEvent> second = first;
  second[7].cause = EventIndex{6};
  const auto split = diff(trace_of(first), trace_of(second));
  ASSERT_TRUE(split.has_value());
  ASSERT_EQ(split->first.causes.nearest.size(), 1u);
  EXPECT_EQ(split->first.causes.nearest[0].index, EventIndex{5});
  ASSERT_EQ(split->second.causes.nearest.size(), 1u);
  EXPECT_EQ(split->second.causes.nearest[0].index, EventIndex{6});
  ASSERT_EQ(split->shared.nearest.size(), 2u);
  EXPECT_EQ(split->shared.nearest[0].index, EventIndex{3});
  EXPECT_EQ(split->shared.nearest[1].index, EventIndex{1});
  EXPECT_FALSE(split->shared.root.has_value());
}

TEST_F(DiffTest, LeavesOutTheMiddleOfALongChain) {
  std::vector<TraceEvent> chain;
  for (uint64_t i = 1; i <= 20; ++i) {
    chain.push_back({.index = EventIndex{i},
                     .cause = EventIndex{i - 1},
                     .time = kStart + i * 1ms,
                     .kind = EventKind::kTimer,
                     .node = NodeId{1}});
  }
  std::vector<TraceEvent> other = chain;
  other.back().node = NodeId{2};
  const auto split = diff(trace_of(chain), trace_of(other));
  ASSERT_TRUE(split.has_value());
  const std::string text = split->text();
  EXPECT_EQ(text.substr(text.find("both:\n")), R"(both:
    because of 19  0.019 s  n1 wakes from its sleep (caused by event 18)
    because of 18  0.018 s  n1 wakes from its sleep (caused by event 17)
    because of 17  0.017 s  n1 wakes from its sleep (caused by event 16)
    because of 16  0.016 s  n1 wakes from its sleep (caused by event 15)
    because of 15  0.015 s  n1 wakes from its sleep (caused by event 14)
    because of 14  0.014 s  n1 wakes from its sleep (caused by event 13)
    (12 more)
    because of 1  0.001 s  n1 wakes from its sleep
)");
}

TEST_F(DiffTest, SeesPayloadsUnlessOneTraceHasNone) {
  test::Ping one;
  test::Ping two;
  two.set_number(2);
  std::vector<TraceEvent> first = events();
  std::vector<TraceEvent> second = events();
  first[2].payload = &one;
  second[2].payload = &two;
  const auto split = diff(trace_of(first), trace_of(second));
  ASSERT_TRUE(split.has_value());
  EXPECT_EQ(split->position, 3u);
  EXPECT_EQ(split->fields, "payload");
  EXPECT_FALSE(diff(trace_of(first), trace_of(second, {.payloads = false})).has_value());
}

TEST_F(DiffTest, TellsAShorterTraceFromALongerOne) {
  std::vector<TraceEvent> fewer = events();
  fewer.pop_back();
  const auto split = diff(trace_of(events()), trace_of(fewer));
  ASSERT_TRUE(split.has_value());
  EXPECT_EQ(split->position, 8u);
  EXPECT_FALSE(split->second.event.has_value());
  EXPECT_NE(split->text().find("b.trace:\n  has no such event (b.trace: complete after event 7)"),
            std::string::npos);
}

}  // namespace
}  // namespace seedbed
