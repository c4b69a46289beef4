// LinearSearch: is there an order in which the operations on one object, or on several, could have
// happened, one after the other? The search of Wing and Gong (JPDC 1993), with Lowe's memory of
// configurations (CCPE 2017) and reductions of our own.
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
#include "sim/check/linear_defect.h"
#include "sim/check/transitions.h"

namespace seedbed {

struct LinearOperation {
  uint32_t what = 0;    // its number in the Transitions
  uint64_t call = 0;    // positions in the order of events, all different
  uint64_t end = 0;     // only if required
  uint32_t name = 0;    // order() calls it that
  uint32_t object = 0;  // from 0 on; each is a state of its own
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
  // Those who search again and again ask the model's method first (sim/check/linear_method.h).
  bool methods = true;
  LinearDefect defect = LinearDefect::kNone;
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

  // After kLinearizable: the names of the operations in the order that was found; all required
  // ones, and those of the others that were placed.
  std::vector<uint32_t> order() const;

  // After kIllegal: every operation that ended before this position could be given a place, in some
  // order, so that the prefix of the history before it is fine.
  uint64_t furthest() const { return furthest_; }

 private:
  // One operation put into the order, and what is needed to take it out again.
  struct Frame {
    uint32_t operation;
    uint32_t state;  // of its object, before it
    uint32_t first_end;
    uint32_t lifted;  // how many were, before it
    bool idle;        // its object, before it
  };

  struct Lifted {
    uint32_t operation;
    bool idle;  // its object, before
  };

  // Operations of one object, in an order, of which the first ones are placed.
  struct Row {
    std::vector<uint32_t> operations;
    uint32_t next = 0;  // all before it are placed
  };

  // An object in the present configuration.
  struct Object {
    uint32_t state = Transitions::kInitial;
    bool idle = false;  // an optional operation was placed, and nothing saw its effect yet
    Row looks;          // required pure operations that say what they saw, by their ends
    Row breaks;         // operations that are neither pure nor growing, by their calls
    Row blinds;         // required blind operations, by their ends
    std::vector<uint32_t> observers;  // optional operations, neither blind nor growing
  };
  // Where an operation stands in the rows of its object; kNone: nowhere.
  struct Stand {
    uint32_t look, bar, blind;
  };

  uint32_t call_node(uint32_t operation) const { return 2 * operation; }
  uint32_t end_node(uint32_t operation) const { return 2 * operation + 1; }
  bool is_placed(uint32_t operation) const {
    return (placed_[operation / 64] >> (operation % 64)) & 1;
  }

  bool is(LinearDefect defect) const { return options_.defect == defect; }

  void build_lists();
  void classify();
  void classify(uint32_t operation);
  void unlink(uint32_t node);
  void relink(uint32_t node);
  void lift(uint32_t operation);
  void unlift();
  void flip(uint32_t operation);

  void arrive();
  void place_pure();
  bool may_be_placed_at_once(uint32_t operation) const;
  void set_object(uint32_t object, uint32_t state, bool idle);
  void advance(Row* row) const;
  void retreat(uint32_t operation);
  bool all_can_go_on(size_t lifted_from);
  bool seen_before();
  void write_record();
  bool allowed(uint32_t operation) const;
  bool useful(uint32_t operation, uint32_t next_state) const;
  bool can_grow_to_next_look(const Object& object) const;
  bool is_wanted(const Object& object, uint32_t number, uint32_t state) const;
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
  std::vector<uint32_t> twins_;  // the optional operation before it that is the same; kNone
  std::vector<Stand> stands_;

  // The configuration, and how it was reached.
  std::vector<Object> objects_;
  std::vector<uint64_t> placed_;  // a bit for each operation
  uint64_t hash_[2] = {0, 0};     // of placed_ and the objects
  uint32_t first_end_ = 0;        // node: what is called after it must wait
  uint32_t cursor_ = 0;           // node: what to try next
  std::vector<Lifted> lifted_;
  std::vector<Frame> frames_;

  IndexTable seen_;
  std::vector<uint64_t> second_hashes_;
  // If exact: of each configuration that was seen, the states of the objects, then the words of
  // placed_ from the first that is not full to the last that is not empty, with the number of the
  // first before them.
  std::vector<uint64_t> records_;
  std::vector<uint64_t> record_ends_;
  std::vector<uint64_t> record_;
};

}  // namespace seedbed
