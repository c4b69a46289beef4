// Configuration: who belongs to the cluster, and what is a majority of it (chapter 4).
//
//   Configuration c{.voters = {n1, n2, n3}};
//   c.is_quorum([&](NodeId id) { return granted(id); })        // a majority of every half
//   c.held_by_quorum([&](NodeId id) { return match_of(id); })  // as far as a majority has come
//
// While the cluster passes from one set of voters to another by joint consensus (§4.3), both count,
// and nothing is decided without a majority of each.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/ids.h"

namespace seedbed::raft {

// All lists are in order and hold no id twice. While consensus is joint, all but `outgoing` are as
// they will be.
struct Configuration {
  std::vector<NodeId> voters;    // in joint consensus C_new
  std::vector<NodeId> outgoing;  // C_old while consensus is joint, else empty
  std::vector<NodeId> learners;  // §4.2.1: get the log, and have no vote, unless an outgoing one
  // Servers that were taken out. Their ids never come back: what an old incarnation promised under
  // the name, a new one does not know.
  std::vector<NodeId> removed;

  bool is_joint() const { return !outgoing.empty(); }
  bool is_voter(NodeId id) const;
  bool is_learner(NodeId id) const;
  bool is_member(NodeId id) const { return is_voter(id) || is_learner(id); }
  bool was_removed(NodeId id) const;
  // Everybody who gets the log, in order.
  std::vector<NodeId> members() const;

  // True if a majority of the voters, and of the outgoing ones, say yes.
  bool is_quorum(const std::function<bool(NodeId)>& yes) const;
  // True if so many of either half say no that the others are no quorum.
  bool is_lost(const std::function<bool(NodeId)>& no) const;
  // The highest value that a quorum has reached; 0 if there are no voters.
  uint64_t held_by_quorum(const std::function<uint64_t(NodeId)>& value) const;

  bool operator==(const Configuration&) const = default;
};

// What an operator wants of the cluster. A server that is to vote and has no part in it yet becomes
// a learner first, until it has caught up.
struct MembershipChange {
  std::vector<NodeId> add;     // are to vote
  std::vector<NodeId> demote;  // are to vote no more, and go on as learners
  std::vector<NodeId> remove;  // are to leave for good

  bool operator==(const MembershipChange&) const = default;
};

// The steps of a change. Each gives the configuration that follows `now`; nothing if there is none
// to be made, or `change` cannot be: it names an id that was removed, or would leave no voter.
//
// 1. Who is to vote, and is no member, becomes a learner.
std::optional<Configuration> with_learners(const Configuration& now,
                                           const MembershipChange& change);
// 2. §4.1: at once, if a single voter comes or goes, and only then: any majorities of the two
//    overlap.
std::optional<Configuration> changed_at_once(const Configuration& now,
                                             const MembershipChange& change);
// 3. §4.3: or both together, C_old,new.
std::optional<Configuration> joint(const Configuration& now, const MembershipChange& change);
// 4. And then the new one alone. `now` must be joint.
Configuration without_outgoing(const Configuration& now);

// Canonical bytes, as they stand in the log and in snapshots; nothing if no configuration has
// those.
std::string encode(const Configuration& configuration);
std::optional<Configuration> decode_configuration(std::string_view bytes);

// As in "{n1 n2 n3 | n4 n5, learners n6}": the outgoing voters stand behind the bar.
std::string to_string(const Configuration& configuration);

}  // namespace seedbed::raft
