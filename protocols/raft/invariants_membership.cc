// ConfigOverlap and ConfigRollback: chapter 4.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "protocols/raft/convert.h"
#include "protocols/raft/invariants.h"
#include "protocols/raft/invariants_configurations.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/ready.h"
#include "sim/check/payload.h"

namespace seedbed::raft {
namespace {

using Servers = std::vector<NodeId>;

bool has(const Servers& servers, NodeId id) {
  return std::find(servers.begin(), servers.end(), id) != servers.end();
}

// Whether a quorum of one configuration and a quorum of the other, each from those servers, have
// nobody in common.
bool can_part(const Configuration& one, const Servers& for_one, const Configuration& other,
              const Servers& for_other) {
  const auto is_quorum_of = [](const Configuration& configuration, const Servers& of,
                               uint32_t set) {
    return configuration.is_quorum([&](NodeId id) {
      const auto place = std::find(of.begin(), of.end(), id);
      return place != of.end() && (set >> (place - of.begin()) & 1) != 0;
    });
  };
  for (uint32_t set = 1; set < uint32_t{1} << for_one.size(); ++set) {
    if (!is_quorum_of(one, for_one, set)) continue;
    // All the others would have to do for the other one.
    const bool others = other.is_quorum([&](NodeId id) {
      const auto place = std::find(for_one.begin(), for_one.end(), id);
      const bool taken = place != for_one.end() && (set >> (place - for_one.begin()) & 1) != 0;
      return has(for_other, id) && !taken;
    });
    if (others) return true;
  }
  return false;
}

// Any two configurations under which somebody could be elected, as the logs on the disks are, have
// no quorums without a common server; otherwise there could be two leaders, and two histories. And
// a log has no more than one configuration that is not committed.
class ConfigOverlap final : public Checker {
 public:
  ConfigOverlap(std::shared_ptr<ServerLogs> logs, const std::vector<NodeId>& servers,
                const std::vector<NodeId>& founders)
      : Checker("ConfigOverlap"),
        logs_(std::move(logs)),
        servers_(servers),
        configurations_(founders) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kProbe, EventKind::kCrash, EventKind::kDurable);
  }

  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kDurable) {
      logs_->follow(event);
      return;
    }
    configurations_.follow(event);
    if (payload_as<wire::ConfigurationChanged>(event) != nullptr) {
      look(event);
    } else if (const auto* change = payload_as<wire::RoleChanged>(event)) {
      if (change->role() == static_cast<uint32_t>(Role::kLeader)) look(event);
    }
  }

 private:
  struct Candidate {
    NodeId node{};
    Servers voters;  // who could vote for it, as their logs are
  };

  void look(const TraceEvent& event) {
    evaluated();
    std::vector<Candidate> candidates;
    for (const NodeId node : servers_) {
      Candidate one{.node = node, .voters = voters_for(node)};
      const Configuration& own = configurations_.in_force(node);
      const bool electable = configurations_.knows(node) && own.is_voter(node) &&
                             own.is_quorum([&](NodeId id) { return has(one.voters, id); });
      if (electable) candidates.push_back(std::move(one));
    }
    for (size_t i = 0; i < candidates.size(); ++i) {
      for (size_t j = i + 1; j < candidates.size(); ++j) {
        if (!compare(event, candidates[i], candidates[j])) return;
      }
    }
  }

  Servers voters_for(NodeId candidate) const {
    const Configuration& own = configurations_.in_force(candidate);
    const EntryId last = logs_->at(candidate).last();
    Servers voters;
    for (const NodeId id : own.members()) {
      if (own.is_voter(id) && last >= logs_->at(id).last()) voters.push_back(id);
    }
    return voters;
  }

  bool compare(const TraceEvent& event, const Candidate& one, const Candidate& other) {
    const Configuration& first = configurations_.in_force(one.node);
    const Configuration& second = configurations_.in_force(other.node);
    if (first == second) return true;
    if (!can_part(first, one.voters, second, other.voters)) return true;
    const auto say = [&](const Candidate& candidate, const Configuration& configuration) {
      TraceEvent at = event;
      at.node = candidate.node;
      return fact(at, fmt::format("could be elected by {}", to_string(configuration)));
    };
    violate(event,
            fmt::format("n{} could be elected by {} and n{} by {}, without a common voter",
                        number(one.node), to_string(first), number(other.node), to_string(second)),
            {say(one, first), say(other, second)});
    return false;
  }

  std::shared_ptr<ServerLogs> logs_;
  Servers servers_;
  ConfigurationsSeen configurations_;
};

// A server that starts goes by the latest configuration in its log and snapshot, and so does one
// whose log was cut back: an entry has one content, whoever goes by it.
class ConfigRollback final : public Checker {
 public:
  ConfigRollback(std::shared_ptr<ServerLogs> logs, const std::vector<NodeId>& founders)
      : Checker("ConfigRollback"), logs_(std::move(logs)), founders_{.voters = founders} {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kProbe, EventKind::kStart, EventKind::kDurable);
  }

  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kDurable) {
      logs_->follow(event);
    } else if (event.kind == EventKind::kStart) {
      started_[event.node] = true;
    } else if (const auto* change = payload_as<wire::ConfigurationChanged>(event)) {
      judge(event, from_wire(change->at()), from_wire(change->configuration()));
    }
  }

 private:
  void judge(const TraceEvent& event, EntryId at, const Configuration& said) {
    evaluated();
    const auto [known, added] = contents_.try_emplace({at.index, at.term}, said);
    if (!added && known->second != said) {
      say(event, at, said, fmt::format("which was {} elsewhere", to_string(known->second)));
    }
    if (!std::exchange(started_[event.node], false)) return;
    const WalFollower& log = logs_->at(event.node);
    const Configuration& found = log.configuration().value_or(founders_);
    if (found == said) return;
    say(event, at, said, fmt::format("but the latest in its log is {}", to_string(found)));
  }

  void say(const TraceEvent& event, EntryId at, const Configuration& said, const std::string& but) {
    const std::string goes =
        fmt::format("goes by configuration {} of {}", to_string(said), to_string(at));
    violate(event, fmt::format("n{} {}, {}", number(event.node), goes, but), {fact(event, goes)});
  }

  std::shared_ptr<ServerLogs> logs_;
  Configuration founders_;
  std::map<NodeId, bool> started_;  // and has not said yet what it goes by
  std::map<std::pair<LogIndex, Term>, Configuration> contents_;
};

}  // namespace

std::unique_ptr<Checker> make_config_overlap(std::shared_ptr<ServerLogs> logs,
                                             const std::vector<NodeId>& servers,
                                             const std::vector<NodeId>& founders) {
  return std::make_unique<ConfigOverlap>(std::move(logs), servers, founders);
}
std::unique_ptr<Checker> make_config_rollback(std::shared_ptr<ServerLogs> logs,
                                              const std::vector<NodeId>& founders) {
  return std::make_unique<ConfigRollback>(std::move(logs), founders);
}

}  // namespace seedbed::raft
