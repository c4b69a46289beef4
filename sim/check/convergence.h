// Convergence: once the faults are over and the updates have stopped, do all replicas hold the same
// state? The promise of every eventually consistent system, and of every replicated state machine.
//
//   ConvergenceChecker checker("converged", [](const TraceEvent& event) ->
//   std::optional<std::string> {
//     const auto* state = dynamic_cast<const kv::StateProbe*>(event.payload);
//     if (state == nullptr) return std::nullopt;              // some other probe
//     return state->digest();
//   });
//
// The protocol speaks of its state in probes of its own; the digest may be a hash or the state
// itself, in any encoding in which equal states, and only they, have equal bytes. Of each replica
// the last digest counts that it has reported after the last `heal`.
//
// Judged are the nodes that ever reported a digest, are up at the end, and belong to the core that
// was healed. The check is inconclusive
// if there was no `heal`, if the run was cut off before its quiet end, if fewer than two replicas
// are up, or if one of them has not reported since: then the run ended too early, or the protocol
// does not report on its own. Whether a replica ought to have converged *by then* is for the
// scenario to say, which decides how long a run goes on after healing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/checker.h"

namespace seedbed {

class ConvergenceChecker : public Checker {
 public:
  // The digest of the state of `event.node` that a probe event reports; nullopt: it reports none.
  // Must be a pure function. Not called where the digest could not matter.
  using DigestOf = std::function<std::optional<std::string>(const TraceEvent& event)>;

  ConvergenceChecker(std::string name, DigestOf digest_of)
      : Checker(std::move(name)), digest_of_(std::move(digest_of)) {}

  EventKinds interests() const override {
    return EventKinds(EventKind::kProbe, EventKind::kStart, EventKind::kCrash, EventKind::kHeal,
                      EventKind::kOutside, EventKind::kEnd);
  }
  void on_event(const TraceEvent& event) override;
  // Evaluates the replicas that were compared.
  void finish() override;

 protected:
  // Whether that node still has a part in the system; the others are not judged. Asked at the end.
  virtual bool takes_part(NodeId) const { return true; }

 private:
  struct Replica {
    NodeId node{};
    bool up = true;
    bool reported = false;  // since it was started and since the last heal
    std::string digest;
    EventIndex event{};
    Time time{};
  };

  bool cut_off_ = false;  // the run ended otherwise than by completing

  void report(const TraceEvent& event, std::string digest);
  Replica* find(NodeId node);
  void compare(const std::vector<const Replica*>& live);

  DigestOf digest_of_;
  bool healed_ = false;
  std::vector<Replica> replicas_;  // in the order of their first reports
  std::vector<NodeId> outside_;    // of the core that is healed: left to their fates
};

}  // namespace seedbed
