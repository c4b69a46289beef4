// Progress and StableLeader: what must happen once the faults are over.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "protocols/raft/invariants.h"
#include "protocols/raft/invariants_standstill.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/ready.h"
#include "sim/check/payload.h"
#include "sim/check/progress.h"
#include "sim/core/limits.h"

namespace seedbed::raft {
namespace {

constexpr std::string_view kWeakness = "RAFT-L1";

std::string ms(Duration duration) {
  return fmt::format("{} ms",
                     std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

// Every client is served again, unless lost links excuse it.
class Progress final : public Checker {
 public:
  Progress(const LivenessOptions& options, std::shared_ptr<ServerLogs> logs)
      : Checker("Progress"),
        clients_("Progress", options.clients, options.bound),
        standstill_(options.servers, options.founders, options.safeguards, std::move(logs)) {}

  EventKinds interests() const override {
    return Standstill::interests()
        .with(EventKind::kHeal)
        .with(EventKind::kInvoke)
        .with(EventKind::kReturn);
  }
  void on_event(const TraceEvent& event) override {
    if (Standstill::interests().contains(event.kind)) {
      standstill_.follow(event);
    } else {
      clients_.on_event(event);
    }
  }
  void finish() override {
    clients_.finish();
    const CheckResult result = clients_.result();
    evaluated(result.evaluated);
    if (result.status != CheckStatus::kLiveness) return;
    if (const auto reason = standstill_.reason()) {
      excuse_by(std::string(kWeakness), CheckStatus::kLiveness, *reason, result.facts,
                result.event);
    } else {
      conclude(CheckStatus::kLiveness, result.message, result.facts, result.event);
    }
  }

 private:
  ProgressChecker clients_;
  Standstill standstill_;
};

// Within ten of the longest election timeouts after the faults, one server leads, a majority of its
// voters follows it, and it commits; for another fifty, it stays, and no member's term changes. At
// the end all members who are linked with it, and were healed, have applied what it has.
class StableLeader final : public Checker {
 public:
  StableLeader(const LivenessOptions& options, std::shared_ptr<ServerLogs> logs)
      : Checker("StableLeader"),
        servers_(options.servers),
        longest_timeout_(2 * options.election_timeout),
        standstill_(options.servers, options.founders, options.safeguards, std::move(logs)) {}

  EventKinds interests() const override {
    return Standstill::interests()
        .with(EventKind::kHeal)
        .with(EventKind::kOutside)
        .with(EventKind::kInvoke)
        .with(EventKind::kEnd);
  }

  void on_event(const TraceEvent& event) override {
    if (healed_ && !judged_ && event.time > healed_at_ + 10 * longest_timeout_) settle(event);
    standstill_.follow(event);
    if (event.kind == EventKind::kHeal) {
      healed_ = true;
      healed_at_ = event.time;
    } else if (event.kind == EventKind::kOutside) {
      outside_.insert(event.node);
    } else if (event.kind == EventKind::kInvoke) {
      asked_ = asked_ || healed_;
    } else if (event.kind == EventKind::kEnd) {
      end_ = event.time;
      completed_ = event.value == static_cast<uint64_t>(RunEnd::kCompleted);
    } else if (event.kind == EventKind::kCrash) {
      servers_seen_.erase(event.node);
    } else if (event.kind == EventKind::kProbe) {
      learn(event);
    }
  }

  void finish() override {
    if (violated() || !judged_ || !leader_) return;
    if (!completed_ || end_ < quiet_until()) {
      conclude(CheckStatus::kInconclusive, "the run ended before the leader had proved stable");
      return;
    }
    for (const NodeId server : servers_) judge_applied(server);
  }

 private:
  struct Seen {
    uint32_t role = 0;
    uint64_t term = 0;
    uint32_t leader = 0;
    uint64_t applied = 0;
  };

  Time quiet_until() const { return healed_at_ + 60 * longest_timeout_; }

  void learn(const TraceEvent& event) {
    Seen& seen = servers_seen_[event.node];
    if (const auto* applied = payload_as<wire::Applied>(event)) {
      seen.applied = applied->entry().index();
    } else if (const auto* advance = payload_as<wire::CommitAdvanced>(event)) {
      if (healed_ && advance->leads()) committed_by_ = event.node;
    } else if (const auto* change = payload_as<wire::RoleChanged>(event)) {
      if (leader_ && event.time <= quiet_until()) judge_change(event, seen, *change);
      seen.role = change->role();
      seen.term = change->term();
      seen.leader = change->leader();
    }
  }

  // The time is over by which there had to be a leader.
  void settle(const TraceEvent& event) {
    judged_ = true;
    evaluated();
    const std::vector<NodeId> leaders = leaders_now();
    if (leaders.size() != 1) {
      stuck(event, fmt::format("{} servers lead", leaders.size()));
      return;
    }
    const NodeId leader = leaders.front();
    const auto following = [&](NodeId server) { return follows(server, leader); };
    if (!standstill_.configuration_of(leader).is_quorum(following)) {
      stuck(event, too_few_follow(leader));
    } else if (asked_ && committed_by_ != leader) {
      stuck(event, fmt::format("n{} leads, and has committed nothing", number(leader)));
    } else {
      leader_ = leader;
    }
  }

  // One that was left to its fate may never learn that there is another.
  std::vector<NodeId> leaders_now() const {
    std::vector<NodeId> leaders;
    uint64_t latest = 0;
    for (const auto& [server, seen] : servers_seen_) {
      if (seen.role != static_cast<uint32_t>(Role::kLeader)) continue;
      leaders.push_back(server);
      latest = std::max(latest, seen.term);
    }
    std::erase_if(leaders, [&](NodeId server) {
      return outside_.contains(server) && servers_seen_.at(server).term < latest;
    });
    return leaders;
  }

  // A leader follows itself.
  bool follows(NodeId server, NodeId leader) const {
    const auto seen = servers_seen_.find(server);
    return seen != servers_seen_.end() && seen->second.leader == number(leader) &&
           seen->second.term == servers_seen_.at(leader).term;
  }

  std::string too_few_follow(NodeId leader) const {
    const Configuration& configuration = standstill_.configuration_of(leader);
    const auto following = std::count_if(servers_.begin(), servers_.end(), [&](NodeId server) {
      return configuration.is_voter(server) && follows(server, leader);
    });
    return fmt::format("only {} of the voters {} follow n{}", following, to_string(configuration),
                       number(leader));
  }

  void stuck(const TraceEvent& event, const std::string& what) {
    not_stable(event,
               fmt::format("{} after the faults were over, {}", ms(10 * longest_timeout_), what));
  }

  void judge_change(const TraceEvent& event, const Seen& before, const wire::RoleChanged& change) {
    const bool deposed =
        event.node == leader_ && change.role() != static_cast<uint32_t>(Role::kLeader);
    const bool member = standstill_.configuration_of(*leader_).is_member(event.node);
    if (!deposed && (!member || before.term == change.term())) return;
    not_stable(event, deposed
                          ? fmt::format("n{} had a majority, and leads no more", number(event.node))
                          : fmt::format("n{} went from term {} to term {} under a leader that "
                                        "had a majority",
                                        number(event.node), before.term, change.term()));
  }

  void not_stable(const TraceEvent& event, std::string message) {
    const std::vector<Fact> facts{fact(event, message)};
    if (const auto reason = standstill_.reason()) {
      excuse_by(std::string(kWeakness), CheckStatus::kLiveness, *reason, facts, event.index);
    } else {
      conclude(CheckStatus::kLiveness, std::move(message), facts, event.index);
    }
  }

  void judge_applied(NodeId server) {
    const auto seen = servers_seen_.find(server);
    if (seen == servers_seen_.end() || !standstill_.linked(server, *leader_)) return;
    if (!standstill_.configuration_of(*leader_).is_member(server)) return;
    if (outside_.contains(server)) return;
    evaluated();
    const uint64_t due = servers_seen_.at(*leader_).applied;
    if (seen->second.applied == due) return;
    conclude(CheckStatus::kLiveness,
             fmt::format("n{} is linked with the leader n{}, and has applied {} of {} entries",
                         number(server), number(*leader_), seen->second.applied, due));
  }

  std::vector<NodeId> servers_;
  Duration longest_timeout_;
  Standstill standstill_;
  std::map<NodeId, Seen> servers_seen_;  // those that are up
  std::set<NodeId> outside_;             // left to their fates when the others were healed
  std::optional<NodeId> committed_by_;   // which leader committed last, after the faults
  std::optional<NodeId> leader_;         // who has to stay
  bool healed_ = false;
  bool asked_ = false;  // clients have, after the faults
  bool judged_ = false;
  bool completed_ = false;
  Time healed_at_{};
  Time end_{};
};

}  // namespace

std::unique_ptr<Checker> make_progress(const LivenessOptions& options,
                                       std::shared_ptr<ServerLogs> logs) {
  return std::make_unique<Progress>(options, std::move(logs));
}
std::unique_ptr<Checker> make_stable_leader(const LivenessOptions& options,
                                            std::shared_ptr<ServerLogs> logs) {
  return std::make_unique<StableLeader>(options, std::move(logs));
}

}  // namespace seedbed::raft
