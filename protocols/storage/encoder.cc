#include "protocols/storage/encoder.h"

#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed::storage {

bool Encoder::fits(const Batch& batch) const {
  if (end_.segment == 0) return false;
  const bool empty = end_.offset == kSegmentHeaderSize;
  return empty || end_.offset + batch.size_in_file() <= options_.segment_bytes;
}

void Encoder::begin_segment(Chunk& chunk) {
  ++end_.segment;
  end_.offset = kSegmentHeaderSize;
  add_segment_header(chunk.bytes, {.number = end_.segment,
                                   .first_lsn = end_.lsn + 1,
                                   .chain = end_.chain,
                                   .salt = options_.salt});
}

Lsn Encoder::add(const Batch& batch, std::deque<Chunk>& waiting) {
  const bool fits_here = fits(batch);
  if (waiting.empty() || !fits_here) {
    waiting.emplace_back().begin = end_;
    if (!fits_here) begin_segment(waiting.back());
  }
  Chunk& chunk = waiting.back();
  end_.chain = add_batch(chunk.bytes,
                         {.previous = end_.chain,
                          .first_lsn = end_.lsn + 1,
                          .durable = durable_,
                          .salt = options_.salt},
                         batch);
  end_.offset += batch.size_in_file();
  end_.lsn += batch.records();
  chunk.end = end_;
  ++chunk.batches;
  return end_.lsn;
}

void Encoder::durable_through(Lsn lsn) {
  CHECK(durable_ <= lsn && lsn <= end_.lsn);
  durable_ = lsn;
}

void Encoder::take_back(const Position& begin) {
  CHECK(begin.lsn == durable_);
  end_ = begin;
  options_.salt = mix(options_.salt, 1);
}

}  // namespace seedbed::storage
