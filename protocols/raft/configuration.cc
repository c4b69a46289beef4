#include "protocols/raft/configuration.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/core/bytes.h"

namespace seedbed::raft {
namespace {

using Ids = std::vector<NodeId>;

bool has(const Ids& ids, NodeId id) { return std::binary_search(ids.begin(), ids.end(), id); }

void insert(Ids& ids, NodeId id) {
  if (!has(ids, id)) ids.insert(std::upper_bound(ids.begin(), ids.end(), id), id);
}

void erase(Ids& ids, NodeId id) { ids.erase(std::remove(ids.begin(), ids.end(), id), ids.end()); }

size_t majority(const Ids& ids) { return ids.size() / 2 + 1; }

size_t count(const Ids& ids, const std::function<bool(NodeId)>& yes) {
  size_t count = 0;
  for (const NodeId id : ids) count += yes(id) ? 1 : 0;
  return count;
}

// Asks every value as often as there are ids, which are few, and needs no memory.
uint64_t held_by_majority(const Ids& ids, const std::function<uint64_t(NodeId)>& value) {
  uint64_t highest = 0;
  for (const NodeId id : ids) {
    const uint64_t reached = value(id);
    if (reached <= highest) continue;
    size_t holders = 0;
    for (const NodeId other : ids) holders += value(other) >= reached ? 1 : 0;
    if (holders >= majority(ids)) highest = reached;
  }
  return highest;
}

// `now` with the change made, as if nothing had to be waited for.
std::optional<Configuration> target(const Configuration& now, const MembershipChange& change) {
  if (now.is_joint()) return std::nullopt;
  Configuration next = now;
  for (const NodeId id : change.add) {
    if (now.was_removed(id)) return std::nullopt;
    insert(next.voters, id);
    erase(next.learners, id);
  }
  for (const NodeId id : change.demote) {
    if (!has(next.voters, id)) return std::nullopt;
    erase(next.voters, id);
    insert(next.learners, id);
  }
  for (const NodeId id : change.remove) {
    if (!next.is_member(id)) return std::nullopt;
    erase(next.voters, id);
    erase(next.learners, id);
    insert(next.removed, id);
  }
  if (next.voters.empty() || next == now) return std::nullopt;
  return next;
}

void write(ByteWriter& out, const Ids& ids) {
  out.u32(static_cast<uint32_t>(ids.size()));
  for (const NodeId id : ids) out.u32(number(id));
}

bool read(ByteReader& in, Ids& ids) {
  for (uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
    const NodeId id{in.u32()};
    if (!ids.empty() && id <= ids.back()) return false;
    ids.push_back(id);
  }
  return in.ok();
}

std::string list(const Ids& ids) {
  std::string text;
  for (const NodeId id : ids) text += fmt::format("{}n{}", text.empty() ? "" : " ", number(id));
  return text;
}

}  // namespace

bool Configuration::is_voter(NodeId id) const { return has(voters, id) || has(outgoing, id); }
bool Configuration::is_learner(NodeId id) const { return has(learners, id) && !is_voter(id); }
bool Configuration::was_removed(NodeId id) const { return has(removed, id); }

std::vector<NodeId> Configuration::members() const {
  Ids all = voters;
  for (const NodeId id : outgoing) insert(all, id);
  for (const NodeId id : learners) insert(all, id);
  return all;
}

bool Configuration::is_quorum(const std::function<bool(NodeId)>& yes) const {
  if (voters.empty() || count(voters, yes) < majority(voters)) return false;
  return outgoing.empty() || count(outgoing, yes) >= majority(outgoing);
}

bool Configuration::is_lost(const std::function<bool(NodeId)>& no) const {
  return count(voters, no) >= majority(voters) ||
         (is_joint() && count(outgoing, no) >= majority(outgoing));
}

uint64_t Configuration::held_by_quorum(const std::function<uint64_t(NodeId)>& value) const {
  const uint64_t held = held_by_majority(voters, value);
  return is_joint() ? std::min(held, held_by_majority(outgoing, value)) : held;
}

std::optional<Configuration> with_learners(const Configuration& now,
                                           const MembershipChange& change) {
  if (!target(now, change)) return std::nullopt;
  Configuration next = now;
  for (const NodeId id : change.add) {
    if (!now.is_voter(id)) insert(next.learners, id);
  }
  if (next == now) return std::nullopt;
  return next;
}

std::optional<Configuration> changed_at_once(const Configuration& now,
                                             const MembershipChange& change) {
  std::optional<Configuration> next = target(now, change);
  if (!next) return std::nullopt;
  Ids differ;
  std::set_symmetric_difference(now.voters.begin(), now.voters.end(), next->voters.begin(),
                                next->voters.end(), std::back_inserter(differ));
  if (differ.size() > 1) return std::nullopt;
  return next;
}

std::optional<Configuration> joint(const Configuration& now, const MembershipChange& change) {
  std::optional<Configuration> next = target(now, change);
  if (!next) return std::nullopt;
  next->outgoing = now.voters;
  return next;
}

Configuration without_outgoing(const Configuration& now) {
  Configuration next = now;
  next.outgoing.clear();
  return next;
}

std::string encode(const Configuration& configuration) {
  ByteWriter out;
  for (const Ids* ids : {&configuration.voters, &configuration.outgoing, &configuration.learners,
                         &configuration.removed}) {
    write(out, *ids);
  }
  return out.take();
}

std::optional<Configuration> decode_configuration(std::string_view bytes) {
  ByteReader in(bytes);
  Configuration configuration;
  for (Ids* ids : {&configuration.voters, &configuration.outgoing, &configuration.learners,
                   &configuration.removed}) {
    if (!read(in, *ids)) return std::nullopt;
  }
  if (!in.finished()) return std::nullopt;
  return configuration;
}

std::string to_string(const Configuration& configuration) {
  std::string text = list(configuration.voters);
  if (configuration.is_joint()) text += " | " + list(configuration.outgoing);
  if (!configuration.learners.empty()) text += ", learners " + list(configuration.learners);
  return "{" + text + "}";
}

}  // namespace seedbed::raft
