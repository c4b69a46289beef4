#include <gtest/gtest.h>

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
