// Story: a run for tests, written down event by event as a world would emit it.
//
//   Story story({"n1", "n2", "c1"});
//   const uint64_t vote = story.send(10, 1, 2, "demo.Vote");       // at 10 ms, from n1 to n2
//   story.receive(12, vote);
//   story.probe(12, 2, "LEADER t1");                                // caused by what n2 received
//   story.log().events();
#pragma once

#include <google/protobuf/wrappers.pb.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/history/history.pb.h"
#include "sim/report/event_log.h"
#include "sim/report/report.h"

namespace seedbed {

// A protocol whose probes are texts, and mean what they say.
inline ProtocolSpec story_protocol() {
  ProtocolSpec spec{.name = "demo", .summary = "a protocol made of paper"};
  spec.checks = {{"LeaderCompleteness",
                  "an entry that was committed is in the log of every later leader",
                  Evidence::kWorld,
                  {}},
                 {"Progress",
                  "once the faults are over, every operation ends within 10 s",
                  Evidence::kClients,
                  {}}};
  spec.mutants = {{"demo.b01-forget", "forgets entries", "LeaderCompleteness", "paper"}};
  spec.caption = [](const TraceEvent& event) {
    const auto* text = dynamic_cast<const google::protobuf::StringValue*>(event.payload);
    return text == nullptr ? std::string() : text->value();
  };
  return spec;
}

class Story {
 public:
  explicit Story(std::vector<std::string> nodes) : protocol_(story_protocol()), log_(protocol_) {
    names_ = std::move(nodes);
    names_.insert(names_.begin(), "world");
  }

  const EventLog& log() const { return log_; }
  const ProtocolSpec& protocol() const { return protocol_; }
  const std::vector<std::string>& names() const { return names_; }
  EventIndex last() const { return EventIndex{index_}; }

  // Any event; it is caused by the last one of its node, unless it says by what.
  EventIndex emit(int64_t milliseconds, TraceEvent event) {
    event.index = EventIndex{++index_};
    event.time = kStart + milliseconds * 1ms;
    if (event.cause == kNoEvent) event.cause = last_of_[event.node];
    last_of_[event.node] = event.index;
    log_.on_event(event);
    return event.index;
  }

  uint64_t send(int64_t ms, uint32_t from, uint32_t to, std::string type) {
    Message message{.from = NodeId{from}, .to = NodeId{to}, .type = std::move(type)};
    const uint64_t id = messages_.size() + 1;
    message.sent = emit(ms, {.kind = EventKind::kSend,
                             .node = message.from,
                             .peer = message.to,
                             .id = id,
                             .name = message.type});
    messages_.push_back(message);
    return id;
  }
  EventIndex receive(int64_t ms, uint64_t id, uint64_t copy = 0) {
    const Message& message = messages_[id - 1];
    return emit(ms, {.cause = message.sent,
                     .kind = EventKind::kReceive,
                     .node = message.to,
                     .peer = message.from,
                     .id = id,
                     .value = copy,
                     .name = message.type});
  }
  // Sent and dropped.
  EventIndex drop(int64_t ms, uint32_t from, uint32_t to, std::string type, DropReason reason) {
    const uint64_t id = send(ms, from, to, std::move(type));
    const Message& message = messages_[id - 1];
    return emit(ms, {.cause = message.sent,
                     .kind = EventKind::kDrop,
                     .node = message.from,
                     .peer = message.to,
                     .id = id,
                     .value = static_cast<uint64_t>(reason),
                     .name = message.type});
  }
  EventIndex probe(int64_t ms, uint32_t node, std::string text) {
    google::protobuf::StringValue payload;
    payload.set_value(std::move(text));
    return emit(ms, {.kind = EventKind::kProbe,
                     .node = NodeId{node},
                     .name = "google.protobuf.StringValue",
                     .payload = &payload});
  }
  EventIndex invoke(int64_t ms, uint32_t node, uint64_t id, const Operation& operation) {
    history::Operation payload;
    store(operation, &payload);
    return emit(ms, {.kind = EventKind::kInvoke,
                     .node = NodeId{node},
                     .id = id,
                     .name = operation.function,
                     .payload = &payload});
  }
  EventIndex answer(int64_t ms, uint32_t node, uint64_t id, const Response& response) {
    history::Operation payload;
    store(response, &payload);
    return emit(ms, {.kind = EventKind::kReturn,
                     .node = NodeId{node},
                     .id = id,
                     .value = static_cast<uint64_t>(response.outcome),
                     .name = "put",
                     .payload = &payload});
  }
  EventIndex fault(int64_t ms, EventKind kind, uint64_t id, std::string_view name,
                   std::string_view text, uint32_t node) {
    return emit(ms, {.kind = kind, .node = NodeId{node}, .id = id, .name = name, .bytes = text});
  }
  EventIndex machine(int64_t ms, EventKind kind, uint32_t node, uint64_t incarnation = 1) {
    return emit(ms, {.kind = kind, .node = NodeId{node}, .id = incarnation});
  }

 private:
  struct Message {
    NodeId from{};
    NodeId to{};
    std::string type;
    EventIndex sent{};
  };

  ProtocolSpec protocol_;
  EventLog log_;
  std::vector<std::string> names_;
  uint64_t index_ = 0;
  std::map<NodeId, EventIndex> last_of_;
  std::vector<Message> messages_;
};

inline Fact fact_at(const Story& story, EventIndex index, std::string text) {
  for (const StoredEvent& event : story.log().events()) {
    if (event.index == index) return {index, event.time, event.node, std::move(text)};
  }
  return {.text = std::move(text)};
}

// What a run with this story gives: three servers, two clients, nothing wrong.
inline RunResult story_result(const Story& story) {
  RunResult result;
  result.scenario = "demo/partitions";
  result.seed = 42;
  result.verdict = Verdict::kPass;
  result.trace_hash = 0x00c0ffee12345678;
  result.events = number(story.last());
  result.end = kStart + 41s;
  result.run_end = RunEnd::kCompleted;
  result.operations = {.ok = 200, .fail = 3, .info = 6};
  return result;
}

inline ReportInput story_input(const Story& story, const RunResult& result) {
  return {.result = result,
          .protocol = story.protocol(),
          .node_names = story.names(),
          .servers = 3,
          .events = story.log().events(),
          .reproduce = "seedbed run demo/partitions --seed 42",
          .revision = "a1b2c3d",
          .wall = 34ms};
}

}  // namespace seedbed
