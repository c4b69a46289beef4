// LinearSearch: is there an order in which the operations on one key could have happened, one after
// the other? The search of Wing and Gong (JPDC 1993), with Lowe's memory of configurations (CCPE
// 2017) and reductions of our own.
//
// An order must contain every required operation, may contain any of the optional ones (those whose
// outcome is unknown), must respect real time (what ended before another began comes first), and
// each operation in it must be legal in the model's state at its place. An optional operation has
// no end: it may take effect at any time after its call.
//
// This is the machinery inside sim/check/linearizability.h, which is what a run uses.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/check/index_table.h"
#include "sim/check/transitions.h"

namespace seedbed {

struct LinearOperation {
  uint32_t what = 0;  // its number in the Transitions
  uint64_t call = 0;  // positions in the order of events, all different
  uint64_t end = 0;   // only if required
  bool required = false;
};

enum class SearchStatus {
  kUnfinished,  // run() may be called again
  kLinearizable,
  kIllegal,  // no order exists; certain only with options.exact
};

struct SearchOptions {
  // Keep the configurations themselves, not only hashes of 128 bits of them. Two configurations of
  // one hash would make the search skip one of them: it could overlook an order that exists, and
  // say Illegal wrongly. (It can never say Linearizable wrongly: then it holds an order in its
  // hands.) So a verdict of Illegal is only reported after an exact search has confirmed it.
  bool exact = false;
  // The rules (1) to (6) in the source, which leave the verdict as it is. Off only to test them.
  bool reductions = true;
  // Which bits of the hashes count. Fewer only to test what collisions do.
  uint64_t hash_mask = ~uint64_t{0};
};

class LinearSearch {
 public:
  // The operations are in the order of their calls. `transitions` must outlive the search.
  LinearSearch(Transitions* transitions, std::vector<LinearOperation> operations,
               const SearchOptions& options);

  // Searches on for about `steps` steps.
  SearchStatus run(uint64_t steps);

  uint64_t steps() const { return steps_; }
  size_t bytes() const;

  // After kIllegal: every operation that ended before this position could be given a place, in some
  // order, so that the prefix of the history before it is fine.
  uint64_t furthest() const { return furthest_; }

 private:
  // One operation put into the order, and what is needed to take it out again.
  struct Frame {
    uint32_t operation;
    uint32_t state;  // before it
    uint32_t first_end;
    uint32_t next_look;
    uint32_t next_break;
    uint32_t next_blind;
    uint32_t lifted;  // how many were, before it
    bool idle;
  };

  uint32_t call_node(uint32_t operation) const { return 2 * operation; }
  uint32_t end_node(uint32_t operation) const { return 2 * operation + 1; }
  bool is_placed(uint32_t operation) const {
    return (placed_[operation / 64] >> (operation % 64)) & 1;
  }

  void build_lists();
  void classify();
  void unlink(uint32_t node);
  void relink(uint32_t node);
  void lift(uint32_t operation);
  void unlift();
  void flip(uint32_t operation);

  void arrive();
  void place_pure();
  void advance();
  bool seen_before();
  bool allowed(uint32_t operation) const;
  bool useful(uint32_t operation, uint32_t next_state) const;
  bool can_grow_to_next_look() const;
  bool is_wanted(uint32_t state) const;
  bool accepts(uint32_t operation, uint32_t state) const;
  void try_next();
  void place(uint32_t operation, uint32_t next_state);
  void back();

  Transitions& transitions_;
  std::vector<LinearOperation> operations_;
  SearchOptions options_;
  SearchStatus status_ = SearchStatus::kUnfinished;
  uint64_t steps_ = 0;
  uint64_t furthest_ = 0;

  // Two doubly linked lists over calls and ends: the required operations, then the calls of the
  // others.
  uint32_t required_head_ = 0, required_tail_ = 0, optional_head_ = 0, optional_tail_ = 0;
  std::vector<uint32_t> next_, previous_;

  std::vector<OperationKind> kinds_;
  std::vector<uint32_t> twins_;   // the optional operation before it that is the same; kNone
  std::vector<uint32_t> looks_;   // required pure operations that say what they saw, by their ends
  std::vector<uint32_t> breaks_;  // operations that are neither pure nor growing, by their calls
  std::vector<uint32_t> blinds_;  // required blind operations, by their ends
  std::vector<uint32_t> optional_observers_;  // optional operations, neither blind nor growing

  // The configuration, and how it was reached.
  uint32_t state_ = Transitions::kInitial;
  std::vector<uint64_t> placed_;  // a bit for each operation
  uint64_t hash_[2] = {0, 0};
  bool idle_ = false;        // an optional operation was placed, and nothing saw its effect yet
  uint32_t first_end_ = 0;   // node: what is called after it must wait
  uint32_t next_look_ = 0;   // in looks_: all before it are placed
  uint32_t next_break_ = 0;  // in breaks_, likewise
  uint32_t next_blind_ = 0;  // in blinds_, likewise
  uint32_t cursor_ = 0;      // node: what to try next
  std::vector<uint32_t> lifted_;
  std::vector<Frame> frames_;

  IndexTable seen_;
  std::vector<uint64_t> second_hashes_;
  std::vector<uint64_t> exact_;  // if exact: (state, idle) and placed_, one after the other
};

}  // namespace seedbed
