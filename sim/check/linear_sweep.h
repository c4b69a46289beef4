// LinearSweep: the question of sim/check/linear_search.h, answered in one pass over time.
//
//   LinearSweep sweep(model, model.initial, {});
//   const uint32_t put = sweep.call({operation, &response}, true, 7);   // in the order of events
//   sweep.end(put);
//   sweep.status();                 // kLinearizable: so far; kIllegal: whatever follows
//
// After each end it holds all configurations that the operations so far can have led to, and
// nothing else (just-in-time linearization: Lowe, CCPE 2017). So its memory is that of the
// operations that run at the same time, however long the history is; and it knows at which end a
// history goes wrong. But it follows all configurations where the search needs only one, and there
// may be 2^n for n operations at the same time: it gives up when there are too many.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "sim/check/linear_defect.h"
#include "sim/check/linear_rows.h"
#include "sim/check/linear_search.h"
#include "sim/check/transitions.h"

namespace seedbed {

struct SweepOptions {
  size_t max_rows = 1024;  // configurations after an end
  size_t max_bytes = size_t{64} << 20;
  bool order = false;  // remember the order that was found: memory for all steps
  LinearDefect defect = LinearDefect::kNone;
};

// An operation in a sweep: the call of that number, and where it stands.
struct SweptOperation {
  uint64_t call = 0;
  uint32_t slot = 0;
};

class LinearSweep {
 public:
  // `model` must outlive this.
  LinearSweep(const Model& model, std::string_view initial, const SweepOptions& options);

  // The operation begins. `required`: it happened, with that answer, and will end. Otherwise it may
  // have happened, with any answer, at any time from now on; it must not be pure. What the exchange
  // points at must outlive the operation's stay (stays()), until tidy_up() has been called after
  // it. `name` is what order() calls the operation.
  SweptOperation call(const Exchange& exchange, bool required, uint32_t name = 0);
  // The required operation ends.
  void end(SweptOperation operation);

  // kUnfinished: too many configurations; nothing more will be known.
  SearchStatus status() const { return status_; }
  uint64_t steps() const { return steps_; }
  size_t bytes() const;

  // False once nothing depends on the operation any more: it has ended, or took effect in every
  // configuration there is.
  bool stays(SweptOperation operation) const {
    return slots_[operation.slot].call == operation.call;
  }
  // True if all that is left of the history is the state of the object, and the operations that
  // stay: none of those has taken effect.
  bool is_settled() const;
  // Valid until the next call of anything. Only if settled.
  const std::string& state() const;

  // Forgets the states and operations that no configuration needs any more. Done now and then by
  // itself; called before that what exchanges of ended operations point at is destroyed.
  void tidy_up();

  // The names of the operations placed, in an order that explains the history so far. Only if asked
  // for, and linearizable.
  std::vector<uint32_t> order() const;

 private:
  struct Slot {
    Exchange exchange;
    uint32_t what = 0;
    OperationKind kind = OperationKind::kOther;
    bool required = false;
    uint32_t name = 0;
    uint64_t call = 0;  // 0: it is free
  };
  // A row, unpacked.
  struct Configuration {
    uint32_t state;
    bool idle;
  };

  bool is(LinearDefect defect) const { return options_.defect == defect; }
  static bool has(const uint64_t* row, uint32_t slot) {
    return (row[1 + slot / 64] >> (slot % 64)) & 1;
  }
  static void put(uint64_t* row, uint32_t slot) {
    row[1 + slot / 64] |= uint64_t{1} << (slot % 64);
  }
  static void take(uint64_t* row, uint32_t slot) {
    row[1 + slot / 64] &= ~(uint64_t{1} << (slot % 64));
  }
  static Configuration unpack(const uint64_t* row) {
    return {static_cast<uint32_t>(row[0] >> 1), (row[0] & 1) != 0};
  }
  static uint64_t pack(Configuration one) {
    return (uint64_t{one.state} << 1) | (one.idle ? 1 : 0);
  }

  uint32_t free_slot();
  void widen();
  void release(uint32_t slot);
  uint32_t note(uint32_t origin, uint32_t slot);
  bool place_pure(uint64_t* row, uint32_t slot);
  void settle_pure(uint64_t* row, uint32_t* origin);
  void sort_in(const uint64_t* row, uint32_t origin, uint32_t ended);
  void expand(size_t number, uint32_t ended);
  bool allowed(const uint64_t* row, uint32_t slot) const;
  bool is_useful(const uint64_t* row, uint32_t slot, uint32_t state, uint32_t ended) const;
  bool accepts(const Slot& slot, uint32_t state) const;
  void drop_dominated();
  void free_what_all_have();

  const Model& model_;
  SweepOptions options_;
  std::unique_ptr<Transitions> transitions_;
  size_t tidy_at_ = size_t{1} << 20;  // bytes of transitions
  SearchStatus status_ = SearchStatus::kLinearizable;
  uint64_t steps_ = 0;
  uint64_t calls_ = 0;

  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;    // slots
  std::vector<uint32_t> active_;  // slots in use, by calls
  size_t optional_ = 0;           // of them

  LinearRows rows_;  // all configurations
  LinearRows next_, work_;
  std::vector<uint64_t> scratch_, one_, from_;
  struct Step {
    uint32_t before, name;
  };
  std::vector<Step> trail_;  // if the order is asked for; origins are positions in it
};

}  // namespace seedbed
