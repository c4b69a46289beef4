// LinearLive: judges the operations on one key while they happen, and forgets those that no longer
// matter.
//
//   LinearLive live(model, {});
//   LinearLive::Running* running = live.invoke(entry);
//   live.complete(running, response, event, time);      // returned
//   live.status();                                      // illegal: as soon as that is known
//
// Operations are judged up to the first one whose answer nobody knows yet, by a sweep
// (sim/check/linear_sweep.h): so all before a moment at which nothing runs are, and those before a
// slow operation too. Of what was judged, the newest operations are kept to explain a violation
// with; older ones are forgotten where the history leaves a single state and nothing else behind. A
// history that begins with this state has the same verdict as the whole.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>

#include "sim/check/checker.h"
#include "sim/check/linear_sweep.h"
#include "sim/check/linearizability.h"

namespace seedbed {

class LinearLive {
 public:
  // An operation that has not returned.
  struct Running;

  // `model` must outlive this.
  LinearLive(const Model& model, const LinearizabilityOptions& options);

  // The operations come in the order of their events.
  Running* invoke(Entry entry);
  // It returned; `running` is gone after that.
  void complete(Running* running, Response response, EventIndex at, Time time);
  // Nobody will ever know its outcome; `running` is gone after that.
  void lose(Running* running);

  enum class Status : uint8_t {
    kFine,      // so far
    kIllegal,   // no order explains what has returned
    kUndecided  // too much runs at the same time: outcome() must look at all of it
  };
  Status status() const { return status_; }

  // The verdict of check_linearizable about what is kept. Spends up to `max_steps`. If the sweep
  // says that it is illegal, the outcome is a violation.
  CheckOutcome outcome(uint64_t max_steps) const;

  // Ok operations of the model.
  uint64_t judged() const { return known_ && foreign_ ? 0 : judged_; }
  size_t bytes() const;

 private:
  struct Event {
    Running* running;
    bool ends;
  };

  void answered(Running* running, bool known);
  void advance();
  void begin(Running* running);
  void end(Running* running);
  void forget();
  void drop(Running* running);
  void drop_all();
  bool is_past(const Running& running) const;
  CheckOutcome bare() const;

  const Model& model_;
  LinearizabilityOptions options_;
  LinearSweep sweep_;
  Status status_ = Status::kFine;
  std::list<Running> kept_;           // by invocations
  std::deque<Event> events_;          // that were not judged yet
  std::string initial_;               // the state before all that are kept
  std::optional<std::string> mark_;   // the state after all that are past, and nothing but them
  const Running* culprit_ = nullptr;  // of the last end that was judged
  bool known_ = false;                // some operation is of the model
  bool foreign_ = false;              // some is not
  bool ragged_ = false;               // some were forgotten though they left more than a state
  size_t next_look_;                  // when so many are kept
  uint64_t judged_ = 0;
  size_t bytes_ = 0;  // of what is kept
};

struct LinearLive::Running {
  Entry entry;
  bool answered = false;  // or nobody will ever know
  bool judged = false;    // if it can have an effect, the sweep knows it
  bool past = false;      // and needs it no longer
  std::optional<SweptOperation> swept;
  std::list<Running>::iterator self = {};
};

}  // namespace seedbed
