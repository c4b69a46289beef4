#include <gtest/gtest.h>

#include <cstring>

#include "sim/core/check.h"
#include "sim/core/hash.h"
#include "sim/trace/reader.h"
#include "tests/trace/sample.h"

namespace seedbed {
namespace {

// What is left of a trace: the events that can be read, or why none can.
struct Rest {
  std::vector<KeptEvent> events;
  bool complete = false;
  std::string error;
};

Rest read(std::string_view file) {
  Rest rest;
  try {
    TraceReader reader(file, "bad.trace");
    Keeper keeper;
    replay(reader, {&keeper});
    rest.events = std::move(keeper.events);
    rest.complete = reader.complete();
    EXPECT_TRUE(reader.ending().starts_with("bad.trace: ")) << reader.ending();
  } catch (const ConfigError& error) {
    rest.error = error.what();
    EXPECT_EQ(rest.error.find('\n'), std::string::npos) << rest.error;
  }
  return rest;
}

bool is_beginning(const std::vector<KeptEvent>& part, const std::vector<KeptEvent>& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

// Flushed after every round, so that it has many blocks.
std::string trace_of_small_blocks(int rounds) {
  std::string file;
  Recorder recorder(sample_header(), [&](std::string_view bytes) { file.append(bytes); });
  EventStream stream;
  stream.watch(recorder);
  for (int round = 0; round < rounds; ++round) {
    play_sample(stream, 1);
    recorder.flush();
  }
  recorder.finish("pass", {.light = stream.hash()});
  return file;
}

TEST(DamagedTrace, CutAnywhereGivesItsBeginning) {
  const std::string file = trace_of_small_blocks(4);
  const Rest whole = read(file);
  ASSERT_EQ(whole.events.size(), 96u);
  size_t last = 0;
  for (size_t size = 0; size < file.size(); ++size) {
    const Rest rest = read(std::string_view(file).substr(0, size));
    EXPECT_FALSE(rest.complete);
    EXPECT_TRUE(is_beginning(rest.events, whole.events)) << size;
    EXPECT_GE(rest.events.size(), last) << "a longer file gives no less";
    last = rest.events.size();
  }
  EXPECT_EQ(last, whole.events.size());
}

TEST(DamagedTrace, ChangedAnywhereGivesItsBeginning) {
  const std::string file = trace_of_small_blocks(4);
  const Rest whole = read(file);
  for (uint64_t attempt = 0; attempt < 20'000; ++attempt) {
    std::string changed = file;
    const uint64_t draw = scramble(attempt + 1);
    changed[draw % file.size()] ^= static_cast<char>(1 + (draw >> 32) % 255);
    const Rest rest = read(changed);
    EXPECT_FALSE(rest.complete) << attempt;
    EXPECT_TRUE(is_beginning(rest.events, whole.events)) << attempt;
  }
}

TEST(DamagedTrace, NonsenseUnderAGoodChecksumDoesNotCrashTheReader) {
  const std::string file = sample_trace(4);
  std::string_view rest = std::string_view(file).substr(kTraceMagic.size());
  FrameReader frames(rest);
  Frame header;
  Frame block;
  ASSERT_EQ(frames.next(&header), FrameReader::Status::kFrame);
  ASSERT_EQ(frames.next(&block), FrameReader::Status::kFrame);
  const std::string before = std::string(kTraceMagic) +
                             frame_head(FrameType::kHeader, header.content) +
                             std::string(header.content);
  size_t survived = 0;
  for (uint64_t attempt = 0; attempt < 20'000; ++attempt) {
    std::string content(block.content);
    for (uint64_t change = 0; change <= attempt % 3; ++change) {
      const uint64_t draw = scramble(attempt * 3 + change + 1);
      content[draw % content.size()] ^= static_cast<char>(1 + (draw >> 32) % 255);
    }
    const FrameType type = attempt % 10 == 9 ? FrameType::kFooter : FrameType::kBlock;
    survived += read(before + frame_head(type, content) + content).events.size();
  }
  EXPECT_GT(survived, 0u);
  for (uint64_t attempt = 0; attempt < 2'000; ++attempt) {
    std::string content(header.content);
    const uint64_t draw = scramble(attempt + 1);
    content[draw % content.size()] ^= static_cast<char>(1 + (draw >> 32) % 255);
    read(std::string(kTraceMagic) + frame_head(FrameType::kHeader, content) + content);
  }
}

TEST(DamagedTrace, ContentsThatBelongToNoEventAreNoticed) {
  const std::string file = sample_trace(1);
  FrameReader frames(std::string_view(file).substr(kTraceMagic.size()));
  std::string changed(kTraceMagic);
  Frame frame;
  while (frames.next(&frame) == FrameReader::Status::kFrame) {
    std::string content(frame.content);
    if (frame.type == FrameType::kBlock) {
      trace::Block block;
      ASSERT_TRUE(block.ParseFromString(content));
      block.mutable_contents()->push_back('x');
      content = block.SerializeAsString();
    }
    changed += frame_head(frame.type, content) + content;
  }
  const Rest rest = read(changed);
  EXPECT_EQ(rest.events.size(), 24u);
  EXPECT_FALSE(rest.complete);
}

TEST(DamagedTrace, BytesAfterTheEndAreNoticed) {
  EXPECT_FALSE(read(sample_trace(1) + "more").complete);
}

TEST(ForeignFile, IsRefusedWithAReason) {
  const std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  for (const std::string& file : {png, std::string("scenario: raft\n"), std::string(5000, '\0')}) {
    EXPECT_NE(read(file).error.find("bad.trace: not a trace"), std::string::npos);
  }
  EXPECT_NE(read("").error.find("bad.trace: the file is empty"), std::string::npos);
  EXPECT_NE(read("\x89Seed").error.find("cut off within its first bytes"), std::string::npos);
  EXPECT_NE(read(kTraceMagic).error.find("cut off within its header"), std::string::npos);
}

TEST(ForeignFile, OfALaterFormatSaysWhichBuildReadsIt) {
  trace::Header header = sample_header();
  header.set_version(kTraceVersion + 1);
  const std::string content = header.SerializeAsString();
  const std::string error =
      read(std::string(kTraceMagic) + frame_head(FrameType::kHeader, content) + content).error;
  EXPECT_NE(error.find("a trace of format 3"), std::string::npos) << error;
  EXPECT_NE(error.find("revision abc123"), std::string::npos) << error;
}

TEST(UnknownPayload, IsCountedAndItsBytesAreKept) {
  std::string file = sample_trace(1);
  // The same length and another name: what a program without that type would see.
  const std::string type = "seedbed.test.Ping";
  FrameReader frames(std::string_view(file).substr(kTraceMagic.size()));
  Frame header;
  Frame block;
  frames.next(&header);
  frames.next(&block);
  std::string content(block.content);
  content.replace(content.find(type), type.size(), "seedbed.test.Pong");
  const std::string changed =
      std::string(kTraceMagic) + frame_head(FrameType::kHeader, header.content) +
      std::string(header.content) + frame_head(FrameType::kBlock, content) + content;
  TraceReader reader(changed, "other.trace");
  TraceEvent event;
  ASSERT_TRUE(reader.next(&event));
  EXPECT_EQ(event.payload, nullptr);
  EXPECT_EQ(reader.payload_type(), "seedbed.test.Pong");
  EXPECT_EQ(reader.payload_bytes(), std::string("\x08\x01\x12\x01\x01", 5));
  while (reader.next(&event)) {
  }
  EXPECT_EQ(reader.unknown_payloads(), 3u);
}

}  // namespace
}  // namespace seedbed
