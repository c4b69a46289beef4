// DiskEvents: what the disk of a server says of itself while the server writes its log. The bytes
// are its own: it must outlive the events.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "protocols/raft/storage.h"
#include "protocols/raft/wal.h"
#include "protocols/storage/encoder.h"
#include "protocols/storage/files.h"
#include "sim/core/event.h"
#include "tests/random.h"

namespace seedbed::raft {

class DiskEvents {
 public:
  explicit DiskEvents(NodeId node) : node_(node) {}

  // The write becomes durable, and the name of its segment if it is a new one.
  std::vector<TraceEvent> append(const Write& write) {
    storage::Chunk chunk = encode(write);
    std::vector<TraceEvent> events;
    if (chunk.begins_segment()) events.push_back(link(chunk.segment()));
    const uint64_t offset = chunk.offset();
    events.push_back(durable(chunk.segment(), offset, keep(chunk.bytes.take())));
    return events;
  }

  // The writes become durable in pieces of a sector, in any order.
  std::vector<TraceEvent> in_pieces(const std::vector<Write>& writes, Random& random) {
    std::vector<TraceEvent> events;
    for (const Write& write : writes) {
      for (const TraceEvent& event : append(write)) split(event, events);
    }
    for (size_t i = events.size(); i > 1; --i) std::swap(events[i - 1], events[random.below(i)]);
    return events;
  }

  // The segment that is being written is cut off there.
  std::vector<TraceEvent> cut(uint64_t size) {
    TraceEvent event = durable(end().segment, size, {});
    event.peer = change(DurableChange::kTruncate);
    return {event};
  }

  // Where the log ends, and another start of the server, which goes on from an earlier place.
  const storage::Position& end() const { return end_; }
  void restart(const storage::Position& from) {
    end_ = from;
    encoder_ = storage::Encoder(from, {.salt = ++salt_, .segment_bytes = kSegmentBytes});
  }

 private:
  static constexpr uint64_t kSegmentBytes = 2000;
  static constexpr uint64_t kSector = 512;

  static NodeId change(DurableChange what) { return NodeId{static_cast<uint32_t>(what)}; }

  storage::Chunk encode(const Write& write) {
    storage::Batch batch;
    add_records(batch, write);
    std::deque<storage::Chunk> chunks;
    encoder_.add(batch, chunks);
    end_ = chunks[0].end;
    return std::move(chunks[0]);
  }
  std::string_view keep(std::string bytes) { return kept_.emplace_back(std::move(bytes)); }
  TraceEvent link(uint64_t segment) {
    TraceEvent event = durable(segment, 0, {});
    event.peer = change(DurableChange::kLink);
    return event;
  }
  TraceEvent durable(uint64_t segment, uint64_t value, std::string_view bytes) {
    return {.kind = EventKind::kDurable,
            .node = node_,
            .peer = change(DurableChange::kWrite),
            .id = segment,
            .value = value,
            .name = keep(names_.segment(segment)),
            .bytes = bytes};
  }
  static void split(TraceEvent event, std::vector<TraceEvent>& pieces) {
    const uint64_t end = event.value + event.bytes.size();
    if (event.bytes.empty()) pieces.push_back(event);
    while (!event.bytes.empty()) {
      const uint64_t size = std::min(end, (event.value / kSector + 1) * kSector) - event.value;
      TraceEvent& piece = pieces.emplace_back(event);
      piece.bytes = event.bytes.substr(0, size);
      event.bytes.remove_prefix(size);
      event.value += size;
    }
  }

  NodeId node_;
  uint64_t salt_ = 1;
  storage::FileNames names_{std::string(kWalDirectory)};
  storage::Encoder encoder_{{}, {.salt = 1, .segment_bytes = kSegmentBytes}};
  storage::Position end_;
  std::deque<std::string> kept_;
};

}  // namespace seedbed::raft
