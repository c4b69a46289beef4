#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "sim/core/check.h"
#include "sim/trace/full_hash.h"
#include "sim/trace/reader.h"
#include "tests/trace/sample.h"

namespace seedbed {
namespace {

std::vector<KeptEvent> read_all(std::string_view file) {
  TraceReader reader(file, "sample.trace");
  Keeper keeper;
  replay(reader, {&keeper});
  EXPECT_TRUE(reader.complete()) << reader.ending();
  EXPECT_EQ(reader.unknown_payloads(), 0u);
  return keeper.events;
}

TEST(Trace, GivesBackEveryFieldOfEveryEvent) {
  Keeper live;
  EventStream stream;
  stream.watch(live);
  play_sample(stream, 200);  // several blocks
  const std::vector<KeptEvent> read = read_all(sample_trace(200));
  ASSERT_EQ(read.size(), live.events.size());
  for (size_t i = 0; i < read.size(); ++i) EXPECT_TRUE(read[i] == live.events[i]) << i;
}

TEST(Trace, GivesBackEventsThatNobodyWouldPredict) {
  const test::Ping ping;
  std::vector<TraceEvent> events;
  constexpr uint64_t kMost = ~0ull;
  for (const uint64_t extreme : {uint64_t{0}, uint64_t{1}, kMost, kMost / 2, kMost / 2 + 1}) {
    for (const EventKind kind : {EventKind::kSend, EventKind::kReached, EventKind::kCrash}) {
      events.push_back({.index = EventIndex{extreme},
                        .cause = EventIndex{kMost - extreme},
                        .time = Time(Duration(static_cast<int64_t>(extreme))),
                        .kind = kind,
                        .node = NodeId{static_cast<uint32_t>(extreme)},
                        .peer = NodeId{static_cast<uint32_t>(extreme)},
                        .id = extreme,
                        .value = extreme,
                        .name = extreme == 1 ? "" : "\xff not text",
                        .payload = extreme == 0 ? &ping : nullptr});
    }
  }
  const std::vector<KeptEvent> read = read_all(trace_of(events));
  ASSERT_EQ(read.size(), events.size());
  for (size_t i = 0; i < read.size(); ++i) EXPECT_TRUE(read[i] == KeptEvent(events[i])) << i;
}

TEST(Trace, GivesBackPayloadsAndBytesOfAnySize) {
  std::vector<TraceEvent> events;
  std::deque<test::Ping> pings;
  const std::string bytes(100'000, 'b');
  uint64_t index = 0;
  for (const size_t size : {0u, 1'000u, 16'300u, 16'400u, 200'000u, 3u}) {
    pings.emplace_back().set_body(std::string(size, 'p'));
    events.push_back({.index = EventIndex{++index},
                      .kind = EventKind::kProbe,
                      .bytes = std::string_view(bytes).substr(0, size / 2),
                      .payload = &pings.back()});
  }
  const trace::Header with_parts = sample_header();  // messages in a message
  events.push_back(
      {.index = EventIndex{++index}, .kind = EventKind::kProbe, .payload = &with_parts});
  const std::vector<KeptEvent> read = read_all(trace_of(events));
  ASSERT_EQ(read.size(), events.size());
  for (size_t i = 0; i < read.size(); ++i) EXPECT_TRUE(read[i] == KeptEvent(events[i])) << i;
}

// Messages that are sent, and arrive `distance` events later.
std::vector<TraceEvent> messages(const test::Ping& ping, uint64_t count, uint64_t distance) {
  std::vector<TraceEvent> events;
  TraceEvent event{.node = NodeId{1}, .peer = NodeId{2}, .payload = &ping};
  event.name = ping.GetDescriptor()->full_name();
  for (uint64_t i = 1; i <= count; ++i) {
    event.index = EventIndex{i};
    event.as_sent = (i - 1) / distance % 2 == 1;
    event.kind = event.as_sent ? EventKind::kReceive : EventKind::kSend;
    event.cause = EventIndex{event.as_sent ? i - distance : 0};
    events.push_back(event);
  }
  return events;
}

TEST(Trace, DoesNotRepeatAMessageThatArrivesAsItWasSent) {
  test::Ping ping;
  ping.set_body(std::string(300, 'x'));
  std::vector<TraceEvent> events = messages(ping, 40, 4);
  const std::string once = trace_of(events);
  for (TraceEvent& event : events) event.as_sent = false;
  EXPECT_GT(trace_of(events).size(), once.size() + 20 * 300);
}

TEST(Trace, RepeatsAMessageThatArrivesInALaterBlock) {
  test::Ping ping;
  ping.set_body(std::string(300, 'x'));
  for (const uint64_t distance : {1u, 10u, 50u, 500u, 5'000u}) {
    const std::vector<TraceEvent> events = messages(ping, 10'000, distance);
    const std::vector<KeptEvent> read = read_all(trace_of(events));
    ASSERT_EQ(read.size(), events.size());
    for (size_t i = 0; i < read.size(); ++i) EXPECT_TRUE(read[i] == KeptEvent(events[i])) << i;
  }
}

TEST(Trace, RepeatsAMessageWhoseSendWasNotRecorded) {
  test::Ping ping;
  ping.set_number(7);
  std::vector<TraceEvent> events = messages(ping, 100, 10);
  std::erase_if(events, [](const TraceEvent& event) {
    return number(event.index) % 7 == 0 || event.index == EventIndex{1};
  });
  const std::vector<KeptEvent> read = read_all(trace_of(events));
  ASSERT_EQ(read.size(), events.size());
  for (size_t i = 0; i < read.size(); ++i) EXPECT_TRUE(read[i] == KeptEvent(events[i])) << i;
}

TEST(Trace, KeepsItsHeaderAndItsVerdict) {
  const std::string file = sample_trace(1);
  TraceReader reader(file, "sample.trace");
  trace::Header expected = sample_header();
  expected.set_version(kTraceVersion);
  expected.set_payloads(true);
  EXPECT_EQ(reader.header().SerializeAsString(), expected.SerializeAsString());
  replay(reader, {});
  ASSERT_TRUE(reader.footer().has_value());
  EXPECT_EQ(reader.footer()->verdict(), "pass");
  EXPECT_EQ(reader.footer()->events(), reader.events());
  EXPECT_EQ(reader.ending(), "sample.trace: complete after event 24");
}

TEST(Trace, GivesBackTheLightAndTheFullHash) {
  FullHash live_full;
  EventStream stream;
  stream.watch(live_full);
  play_sample(stream, 50);
  const std::string file = sample_trace(50);
  TraceReader reader(file, "sample.trace");
  TraceHash light;
  FullHash full;
  TraceEvent event;
  while (reader.next(&event)) {
    light.mix_in(event);
    full.on_event(event);
  }
  EXPECT_EQ(light.value(), stream.hash());
  EXPECT_EQ(reader.footer()->light_hash(), stream.hash());
  EXPECT_EQ(full.value(), live_full.value());
}

TEST(Trace, TheFullHashCoversNameBytesPayloadAndCause) {
  test::Ping ping;
  ping.set_number(1);
  const TraceEvent base{.index = EventIndex{1}, .kind = EventKind::kSend};
  std::vector<TraceEvent> variants(5, base);
  variants[1].name = "a";
  variants[2].bytes = "a";
  variants[3].payload = &ping;
  variants[4].cause = EventIndex{1};
  std::set<uint64_t> hashes;
  for (const TraceEvent& event : variants) {
    FullHash hash;
    hash.on_event(event);
    hashes.insert(hash.value());
  }
  EXPECT_EQ(hashes.size(), variants.size());
}

TEST(Trace, ReadsTheSameAgainAfterRewinding) {
  const std::string file = sample_trace(80);
  TraceReader reader(file, "sample.trace");
  Keeper once;
  Keeper twice;
  replay(reader, {&once});
  reader.rewind();
  replay(reader, {&twice});
  EXPECT_TRUE(once.events == twice.events);
  EXPECT_TRUE(reader.complete());
}

TEST(Trace, ReplayShowsEachSinkWhatItAsksFor) {
  const std::string file = sample_trace(3);
  TraceReader reader(file, "sample.trace");
  Keeper crashes{EventKinds(EventKind::kCrash)};
  Keeper messages{EventKinds(EventKind::kSend, EventKind::kReceive)};
  EXPECT_EQ(replay(reader, {&crashes, &messages}), 72u);
  EXPECT_EQ(crashes.events.size(), 3u);
  EXPECT_EQ(messages.events.size(), 6u);
}

TEST(Trace, CanLeaveThePayloadsOut) {
  const std::string file = sample_trace(10, {.payloads = false});
  TraceReader reader(file, "sample.trace");
  EXPECT_FALSE(reader.header().payloads());
  TraceEvent event;
  while (reader.next(&event)) EXPECT_EQ(event.payload, nullptr);
  EXPECT_TRUE(reader.complete());
  EXPECT_LT(file.size(), sample_trace(10).size());
}

TEST(Trace, IsTheSameFileEveryTime) { EXPECT_EQ(sample_trace(100), sample_trace(100)); }

TEST(Trace, FlushedEventsAreReadableBeforeTheEnd) {
  std::string file;
  Recorder recorder(sample_header(), [&](std::string_view bytes) { file.append(bytes); });
  EventStream stream;
  stream.watch(recorder);
  play_sample(stream, 1);
  recorder.flush();
  TraceReader reader(file, "sample.trace");
  EXPECT_EQ(replay(reader, {}), 24u);
  EXPECT_FALSE(reader.complete());
  EXPECT_EQ(reader.ending(), "sample.trace: cut off after event 24");
}

}  // namespace
}  // namespace seedbed
