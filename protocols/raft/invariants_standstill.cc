#include "protocols/raft/invariants_standstill.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/raft/raft.pb.h"
#include "protocols/raft/ready.h"
#include "sim/check/payload.h"

namespace seedbed::raft {
namespace {

std::string name(NodeId node) { return fmt::format("n{}", seedbed::number(node)); }

std::string names(const std::vector<NodeId>& nodes) {
  std::string text;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (i > 0) text += i + 1 == nodes.size() ? " and " : ", ";
    text += name(nodes[i]);
  }
  return text;
}

}  // namespace

Standstill::Standstill(std::vector<NodeId> servers, const std::vector<NodeId>& founders,
                       Safeguards safeguards, std::shared_ptr<ServerLogs> logs)
    : servers_(std::move(servers)),
      safeguards_(safeguards),
      logs_(std::move(logs)),
      configurations_(founders) {}

void Standstill::follow(const TraceEvent& event) {
  configurations_.follow(event);
  if (event.kind == EventKind::kDurable) {
    logs_->follow(event);
  } else if (event.kind == EventKind::kCut) {
    cut_.insert({event.node, event.peer});
  } else if (event.kind == EventKind::kStart) {
    down_.erase(event.node);
  } else if (event.kind == EventKind::kCrash) {
    down_.insert(event.node);
    leading_.erase(event.node);
  } else if (const auto* change = payload_as<wire::RoleChanged>(event)) {
    if (change->role() == static_cast<uint32_t>(Role::kLeader)) {
      leading_.insert(event.node);
    } else {
      leading_.erase(event.node);
    }
  }
}

bool Standstill::hears(NodeId server, NodeId speaker) const {
  return !down_.contains(speaker) && !cut_.contains({speaker, server});
}

bool Standstill::linked(NodeId one, NodeId other) const {
  return hears(one, other) && hears(other, one);
}

std::vector<NodeId> Standstill::reaching_a_majority() const {
  std::vector<NodeId> reaching;
  for (const NodeId server : servers_) {
    const bool majority =
        configuration_of(server).is_quorum([&](NodeId other) { return linked(server, other); });
    if (majority && is_voter(server)) reaching.push_back(server);
  }
  return reaching;
}

bool Standstill::supports(NodeId voter, NodeId candidate) const {
  return linked(candidate, voter) && logs_->at(voter).last() <= logs_->at(candidate).last();
}

std::optional<std::string> Standstill::reason() const {
  if (cut_.empty()) return std::nullopt;
  const std::vector<NodeId> reaching = reaching_a_majority();
  if (reaching.empty()) return "links are lost, and no server reaches a majority of the voters";
  if (auto reason = nobody_electable(reaching)) return reason;
  if (safeguards_.check_quorum) return std::nullopt;
  if (auto reason = powerless_leader(reaching)) return reason;
  return safeguards_.pre_vote ? std::nullopt : disturbed(reaching);
}

std::optional<std::string> Standstill::nobody_electable(const std::vector<NodeId>& reaching) const {
  std::string logs;
  for (const NodeId candidate : reaching) {
    const Configuration& configuration = configuration_of(candidate);
    const auto supporting = [&](NodeId voter) { return supports(voter, candidate); };
    if (configuration.is_quorum(supporting)) return std::nullopt;
    std::vector<NodeId> voters;
    for (const NodeId server : servers_) {
      if (configuration.is_voter(server) && supporting(server)) voters.push_back(server);
    }
    logs += fmt::format("{}{} would be elected by {} of {}", logs.empty() ? "" : ", ",
                        name(candidate), names(voters), to_string(configuration));
  }
  return fmt::format(
      "links are lost, and whoever reaches a majority has too old a log to be elected by it: {}",
      logs);
}

std::optional<std::string> Standstill::powerless_leader(const std::vector<NodeId>& reaching) const {
  for (const NodeId leader : leading_) {
    const bool powerless = std::find(reaching.begin(), reaching.end(), leader) == reaching.end();
    const bool heard = std::all_of(reaching.begin(), reaching.end(),
                                   [&](NodeId server) { return hears(server, leader); });
    if (!powerless || !heard) continue;
    return fmt::format(
        "links are lost; {} leads on without a majority, as there is no CheckQuorum, and {}, who "
        "could be elected, hears it",
        name(leader), names(reaching));
  }
  return std::nullopt;
}

std::optional<NodeId> Standstill::disturber_of(NodeId leader) const {
  const Configuration& configuration = configuration_of(leader);
  for (const NodeId deaf : servers_) {
    if (deaf == leader || down_.contains(deaf) || hears(deaf, leader) || !is_voter(deaf)) continue;
    for (const NodeId member : configuration.members()) {
      if (member != deaf && hears(member, deaf) && linked(member, leader)) return deaf;
    }
  }
  return std::nullopt;
}

std::optional<std::string> Standstill::disturbed(const std::vector<NodeId>& reaching) const {
  std::string pairs;
  for (const NodeId leader : reaching) {
    const std::optional<NodeId> disturber = disturber_of(leader);
    if (!disturber) return std::nullopt;
    pairs += fmt::format("{}{} by {}", pairs.empty() ? "" : ", ", name(leader), name(*disturber));
  }
  return fmt::format(
      "links are lost; whoever leads is deposed, without PreVote and CheckQuorum, by somebody who "
      "does not hear it: {}",
      pairs);
}

}  // namespace seedbed::raft
