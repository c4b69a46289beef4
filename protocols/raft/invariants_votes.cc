// ElectionSafety, VoteOnce, VoteDurable: §3.4 and what must be on disk before a vote leaves (§3.8).
#include <fmt/format.h>

#include <map>

#include "protocols/raft/invariants.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/ready.h"
#include "protocols/raft/server_logs.h"
#include "sim/check/payload.h"

namespace seedbed::raft {
namespace {

// "At most one leader can be elected in a given term."
class ElectionSafety final : public Checker {
 public:
  ElectionSafety() : Checker("ElectionSafety") {}
  EventKinds interests() const override { return EventKinds(EventKind::kProbe); }
  void on_event(const TraceEvent& event) override {
    const auto* change = payload_as<wire::RoleChanged>(event);
    if (change == nullptr || change->role() != static_cast<uint32_t>(Role::kLeader)) return;
    evaluated();
    Fact now = fact(event, fmt::format("became leader of term {}", change->term()));
    const auto [first, inserted] = leaders_.emplace(change->term(), now);
    if (inserted || first->second.node == event.node) return;
    violate(event,
            fmt::format("term {} has two leaders: n{} and n{}", change->term(),
                        seedbed::number(first->second.node), seedbed::number(event.node)),
            {first->second, now});
  }

 private:
  std::map<uint64_t, Fact> leaders_;  // by term
};

// A vote, as it leaves a server: granted to a candidate, or to itself by asking for votes.
struct Vote {
  uint64_t term = 0;
  NodeId candidate{};
};

std::optional<Vote> vote_in(const TraceEvent& event) {
  if (const auto* response = payload_as<wire::RequestVoteResponse>(event)) {
    if (response->pre_vote() || !response->granted()) return std::nullopt;
    return Vote{.term = response->requested(), .candidate = event.peer};
  }
  if (const auto* request = payload_as<wire::RequestVote>(event)) {
    if (request->pre_vote()) return std::nullopt;
    return Vote{.term = request->term(), .candidate = event.node};
  }
  return std::nullopt;
}

// "Each server votes for at most one candidate in a given term", across all its incarnations.
class VoteOnce final : public Checker {
 public:
  VoteOnce() : Checker("VoteOnce") {}
  EventKinds interests() const override { return EventKinds(EventKind::kSend); }
  void on_event(const TraceEvent& event) override {
    const std::optional<Vote> vote = vote_in(event);
    if (!vote) return;
    evaluated();
    const auto [first, inserted] =
        votes_.emplace(std::pair(event.node, vote->term), std::pair(vote->candidate, event));
    const NodeId before = first->second.first;
    if (inserted || before == vote->candidate) return;
    violate(
        event,
        fmt::format("n{} voted twice in term {}: for n{} and for n{}", seedbed::number(event.node),
                    vote->term, seedbed::number(before), seedbed::number(vote->candidate)),
        {say(first->second.second, vote->term, before), say(event, vote->term, vote->candidate)});
  }

 private:
  static Fact say(const TraceEvent& event, uint64_t term, NodeId candidate) {
    return fact(event, fmt::format("voted for n{} in term {}", seedbed::number(candidate), term));
  }
  std::map<std::pair<NodeId, uint64_t>, std::pair<NodeId, TraceEvent>> votes_;
};

// When a vote enters the network, the voter's disk holds it.
class VoteDurable final : public Checker {
 public:
  explicit VoteDurable(std::shared_ptr<ServerLogs> logs)
      : Checker("VoteDurable"), logs_(std::move(logs)) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kSend, EventKind::kDurable);
  }
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kDurable) {
      logs_->follow(event);
      return;
    }
    const std::optional<Vote> vote = vote_in(event);
    if (!vote) return;
    evaluated();
    const HardState& disk = logs_->at(event.node).hard_state();
    if (number(disk.term) > vote->term) return;  // it can never vote in that term again
    if (number(disk.term) == vote->term && disk.voted_for == vote->candidate) return;
    violate(
        event,
        fmt::format("n{} voted for n{} in term {}, but its disk holds term {} and {}",
                    seedbed::number(event.node), seedbed::number(vote->candidate), vote->term,
                    number(disk.term),
                    disk.voted_for ? fmt::format("a vote for n{}", seedbed::number(*disk.voted_for))
                                   : std::string("no vote")),
        {fact(event, fmt::format("the vote for n{} in term {} enters the network",
                                 seedbed::number(vote->candidate), vote->term))});
  }

 private:
  std::shared_ptr<ServerLogs> logs_;
};

}  // namespace

std::unique_ptr<Checker> make_election_safety() { return std::make_unique<ElectionSafety>(); }
std::unique_ptr<Checker> make_vote_once() { return std::make_unique<VoteOnce>(); }
std::unique_ptr<Checker> make_vote_durable(std::shared_ptr<ServerLogs> logs) {
  return std::make_unique<VoteDurable>(std::move(logs));
}

}  // namespace seedbed::raft
