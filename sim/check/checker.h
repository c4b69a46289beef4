// Checker: watches the events of one run and says whether a promise was kept.
//
//   class NoCrash : public Checker {
//    public:
//     NoCrash() : Checker("NoCrash") {}
//     EventKinds interests() const override { return EventKinds(EventKind::kCrash); }
//     void on_event(const TraceEvent& event) override {
//       evaluated();
//       violate(event, "a node crashed", {});
//     }
//   };
//
// A checker is a function of the event sequence: fed with a recorded trace it gives the same
// result, byte for byte, as it gave live. It knows no clock, no file and no run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/event.h"

namespace seedbed {

enum class CheckStatus {
  kPass,
  kViolation,         // a promise was broken
  kExpectedWeakness,  // a documented weakness, recognised by its classifier
  kLiveness,          // no progress within the bound after healing
  kAssumptionBroken,  // broken after an assumption it rests on was
  kInconclusive,      // a budget ran out, or nothing was evaluated
};
std::string_view to_string(CheckStatus status);

// One observation that contributes to a contradiction.
struct Fact {
  EventIndex event{};
  Time time{};
  NodeId node{};
  std::string text;
};

// A fact taken from an event.
Fact fact(const TraceEvent& event, std::string text);

struct CheckResult {
  std::string name;
  CheckStatus status = CheckStatus::kInconclusive;
  uint64_t evaluated = 0;   // how many operations, events or states were really looked at
  std::string message;      // one sentence with concrete values; empty when it passed
  std::vector<Fact> facts;  // the contradicting observations, in order of time
  EventIndex event{};       // where it was noticed
  // The documented weakness or broken assumption that explains it, by its id; as a rule empty.
  std::string weakness;
  // What a weakness or a broken assumption excuses: a violation, or that there was no progress.
  CheckStatus excused = CheckStatus::kViolation;
};

class Checker : public EventSink {
 public:
  explicit Checker(std::string name) { result_.name = std::move(name); }

  const std::string& name() const { return result_.name; }

  // Called once, after the last event. History checkers do their work here.
  virtual void finish() {}

  // Complete after finish(). A checker that evaluated nothing is inconclusive, never a pass.
  CheckResult result() const;

  // True from the first violation on: the run may stop.
  bool violated() const { return result_.status == CheckStatus::kViolation; }

 protected:
  void evaluated(uint64_t count = 1) { result_.evaluated += count; }

  // There is a violation, which conclude() will tell of in finish().
  void announce_violation() { result_.status = CheckStatus::kViolation; }

  // The first finding stands; later ones are ignored.
  void violate(const TraceEvent& at, std::string message, std::vector<Fact> facts);
  // The documented weakness of that id showed itself. Without it, this would be a finding of the
  // status `excused`: kViolation or kLiveness. Only the latter explains why clients wait in vain.
  void excuse_by(std::string weakness, CheckStatus excused, std::string message,
                 std::vector<Fact> facts, EventIndex at);
  void conclude(CheckStatus status, std::string message, std::vector<Fact> facts = {},
                EventIndex at = kNoEvent);

 private:
  CheckResult result_;
  bool concluded_ = false;
};

}  // namespace seedbed
