// AC4: a coordinator that heard YES from everybody, and in time, commits.
#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "protocols/two_phase_commit/convert.h"
#include "protocols/two_phase_commit/invariants.h"
#include "sim/check/payload.h"

namespace seedbed::two_phase_commit {
namespace {

class Ac4 final : public Checker {
 public:
  Ac4(Roles roles, Duration soon) : Checker("AC4"), roles_(std::move(roles)), soon_(soon) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kSend, EventKind::kReceive);
  }
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kReceive) {
      hear(event);
    } else if (const auto* question = payload_as<wire::Prepare::Request>(event)) {
      Poll& poll =
          polls_.try_emplace(from_wire(question->id()), Poll{.asked_at = event.time}).first->second;
      poll.asked.insert(roles_.name_of(event.peer));
    } else if (const auto* vote = payload_as<wire::Prepare::Response>(event)) {
      const bool for_it = vote->vote() == wire::VOTE_YES || vote->vote() == wire::VOTE_READ;
      if (for_it) on_their_way_[event.id] = from_wire(vote->id());
    } else if (const auto* decision = payload_as<wire::Decide::Request>(event)) {
      if (decision->outcome() == wire::OUTCOME_ABORTED) abort(event, from_wire(decision->id()));
    }
  }

 private:
  struct Poll {
    Time asked_at{};
    std::set<NodeId> asked;
    std::set<NodeId> said_yes;  // and were heard in time
  };

  void hear(const TraceEvent& event) {
    const auto vote = on_their_way_.find(event.id);
    if (vote == on_their_way_.end()) return;
    const auto poll = polls_.find(vote->second);
    if (poll != polls_.end() && event.time - poll->second.asked_at <= soon_) {
      poll->second.said_yes.insert(roles_.name_of(event.peer));
      if (poll->second.said_yes == poll->second.asked) evaluated();
    }
    on_their_way_.erase(vote);
  }

  void abort(const TraceEvent& event, const TxnId& id) {
    const auto poll = polls_.find(id);
    if (poll == polls_.end() || poll->second.asked != poll->second.said_yes) return;
    violate(event,
            fmt::format("n{} aborts {}, to which everybody had said YES", number(event.node),
                        to_string(id)),
            {fact(event, fmt::format("aborts {}", to_string(id)))});
  }

  Roles roles_;
  Duration soon_;
  std::map<TxnId, Poll> polls_;
  std::map<uint64_t, TxnId> on_their_way_;  // by message
};

}  // namespace

std::unique_ptr<Checker> make_ac4(const Roles& roles, Duration soon) {
  return std::make_unique<Ac4>(roles, soon);
}

}  // namespace seedbed::two_phase_commit
