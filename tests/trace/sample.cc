#include "tests/trace/sample.h"

#include <google/protobuf/message.h>

#include <utility>

#include "sim/core/limits.h"
#include "sim/history/history.pb.h"

namespace seedbed {

KeptEvent::KeptEvent(const TraceEvent& event)
    : header(event), name(event.name), bytes(event.bytes) {
  if (event.payload != nullptr) {
    payload_type = event.payload->GetDescriptor()->full_name();
    payload = event.payload->SerializeAsString();
  }
  header.name = {};
  header.bytes = {};
  header.payload = nullptr;
}

bool KeptEvent::operator==(const KeptEvent& other) const {
  const TraceEvent& a = header;
  const TraceEvent& b = other.header;
  return a.index == b.index && a.cause == b.cause && a.time == b.time && a.kind == b.kind &&
         a.as_sent == b.as_sent && a.node == b.node && a.peer == b.peer && a.id == b.id &&
         a.value == b.value && name == other.name && bytes == other.bytes &&
         payload_type == other.payload_type && payload == other.payload;
}

trace::Header sample_header() {
  trace::Header header;
  header.set_revision("abc123");
  header.set_scenario_name("sample/everything");
  header.set_scenario("seed: 7");
  header.set_seed(7);
  header.add_mutants("NONE-B00");
  header.set_protocol("sample");
  for (const char* name : {"n1", "n2", "n3", "c1"}) header.add_nodes(name);
  trace::Note& note = *header.add_notes();
  note.set_name("made by");
  note.set_text("a test");
  return header;
}

namespace {

void play_messages(EventStream& stream, uint64_t round) {
  test::Ping ping;
  ping.set_number(round);
  ping.set_body(std::string(round % 5, static_cast<char>(round)));
  const std::string& type = ping.GetDescriptor()->full_name();
  TraceEvent message{.kind = EventKind::kSend, .node = NodeId{1}, .peer = NodeId{2}, .id = round};
  message.value = hash_bytes(type);
  message.name = type;
  message.payload = &ping;
  const EventIndex sent = stream.emit(message);
  stream.emit({.kind = EventKind::kTimer, .node = NodeId{3}, .id = 12});
  stream.set_now(stream.now() + 1203456ns);
  stream.resume_from(sent);
  message.kind = EventKind::kReceive;
  std::swap(message.node, message.peer);
  message.value = round % 2;
  message.as_sent = round % 3 != 0;
  stream.emit(message);
  stream.emit({.kind = EventKind::kDrop,
               .node = NodeId{2},
               .peer = NodeId{1},
               .id = round + 1,
               .value = static_cast<uint64_t>(DropReason::kPartition),
               .name = type});
  stream.emit({.kind = EventKind::kProbe,
               .node = NodeId{2},
               .id = 1,
               .value = hash_bytes(type),
               .name = type,
               .payload = &ping});
}

void play_operations(EventStream& stream, uint64_t round) {
  history::Operation operation;
  operation.set_key("x");
  operation.set_amount(-3);
  TraceEvent event{.kind = EventKind::kInvoke, .node = NodeId{4}, .id = round};
  event.name = "increment";
  event.payload = &operation;
  stream.emit(event);
  event.kind = EventKind::kReturn;
  event.value = 1 + round % 3;
  stream.emit(event);
}

void play_machine(EventStream& stream, uint64_t round) {
  const NodeId node{static_cast<uint32_t>(1 + round % 3)};
  const std::string path = "log." + std::to_string(round % 7);
  const std::string bytes("\0\xff\x80text", 7);
  stream.emit({.kind = EventKind::kDiskSubmit, .node = node, .id = round, .name = path});
  stream.emit({.kind = EventKind::kDiskComplete, .node = node, .id = round, .name = path});
  for (const DurableChange change : {DurableChange::kWrite, DurableChange::kTruncate,
                                     DurableChange::kLink, DurableChange::kUnlink}) {
    stream.emit({.kind = EventKind::kDurable,
                 .node = node,
                 .peer = NodeId{static_cast<uint32_t>(change)},
                 .id = round,
                 .value = 4096 * round,
                 .name = path,
                 .bytes = change == DurableChange::kWrite ? bytes : std::string_view()});
  }
  for (const EventKind kind : {EventKind::kCrash, EventKind::kStart, EventKind::kPause,
                               EventKind::kResume, EventKind::kHeal}) {
    stream.emit({.kind = kind, .node = node, .id = round});
  }
  const auto completed = static_cast<uint64_t>(RunEnd::kCompleted);
  stream.emit({.kind = EventKind::kEnd, .node = node, .value = completed});
  for (const EventKind kind : {EventKind::kFaultBegin, EventKind::kFaultEnd}) {
    stream.emit({.kind = kind, .node = node, .peer = NodeId{3}, .id = 4, .name = "partition"});
  }
  stream.emit({.kind = EventKind::kReached, .id = hash_bytes("here"), .name = "here"});
  const auto drift = static_cast<uint64_t>(int64_t{-50'000});
  stream.emit({.kind = EventKind::kClock, .node = node, .id = 1ull << 40, .value = drift});
  stream.emit({.kind = EventKind::kChoice, .id = round, .value = 1, .name = "net", .bytes = "n1"});
}

}  // namespace

void play_sample(EventStream& stream, int rounds) {
  for (uint64_t round = 1; round <= static_cast<uint64_t>(rounds); ++round) {
    play_messages(stream, round);
    play_operations(stream, round);
    play_machine(stream, round);
    stream.set_now(stream.now() + 5ms);
  }
}

std::string sample_trace(int rounds, RecorderOptions options) {
  std::string file;
  Recorder recorder(
      sample_header(), [&](std::string_view bytes) { file.append(bytes); }, options);
  EventStream stream;
  stream.watch(recorder);
  play_sample(stream, rounds);
  recorder.finish("pass", {.light = stream.hash()});
  return file;
}

std::string trace_of(const std::vector<TraceEvent>& events, RecorderOptions options) {
  std::string file;
  Recorder recorder(
      sample_header(), [&](std::string_view bytes) { file.append(bytes); }, options);
  for (const TraceEvent& event : events) recorder.on_event(event);
  recorder.finish("pass", {});
  return file;
}

}  // namespace seedbed
