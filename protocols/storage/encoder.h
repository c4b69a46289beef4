// Encoder: decides where each batch goes, and what the disk is to write at once. No disk is in it.
//
//   Encoder encoder(found.end, {.salt = salt, .segment_bytes = 1 << 20});
//   std::deque<Chunk> waiting;
//   encoder.add(batch, waiting);              // behind the last chunk that waits, or in a new one
//   ...
//   encoder.durable_through(chunk.end.lsn);   // a sync has covered the chunk
//   encoder.take_back(chunk.begin);           // the disk refused it, and all behind it is gone
#pragma once

#include <cstdint>
#include <deque>

#include "protocols/storage/format.h"
#include "sim/core/choice.h"

namespace seedbed::storage {

// A place in the log, and what is needed to go on from there.
struct Position {
  uint64_t segment = 0;  // number; 0: there is no segment yet
  uint64_t offset = 0;   // in the segment
  Lsn lsn = 0;           // of the last record before it
  uint32_t chain = kFirstChain;

  bool operator==(const Position&) const = default;
};

// Batches that stand behind each other in one segment: one write.
struct Chunk {
  Position begin;  // of the log before it; the segment is an earlier one if this chunk begins one
  Position end;
  ByteWriter bytes;
  size_t batches = 0;
  Label label;  // names the write in schedules

  bool begins_segment() const { return begin.segment != end.segment; }
  uint64_t segment() const { return end.segment; }
  uint64_t offset() const { return begins_segment() ? 0 : begin.offset; }
};

class Encoder {
 public:
  struct Options {
    uint64_t salt = 0;           // another one for each start
    uint64_t segment_bytes = 0;  // a segment is full before it is longer, unless by one batch
  };

  // Continues a log that is durable through `end`.
  Encoder(const Position& end, Options options) : end_(end), durable_(end.lsn), options_(options) {}

  // Puts the batch behind all before it. Returns the lsn of its last record.
  Lsn add(const Batch& batch, std::deque<Chunk>& waiting);
  // All records through `lsn` are durable.
  void durable_through(Lsn lsn);
  // What was added behind `begin` never reached the disk, and never will. What is added from now on
  // differs from it even if it holds the same records.
  void take_back(const Position& begin);

  Lsn last() const { return end_.lsn; }
  Lsn durable() const { return durable_; }

 private:
  bool fits(const Batch& batch) const;
  void begin_segment(Chunk& chunk);

  Position end_;
  Lsn durable_;
  Options options_;
};

}  // namespace seedbed::storage
