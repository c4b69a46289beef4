// Changes of membership (chapter 4).
//
// A configuration is an entry of the log, and in force on a server from the moment it is there,
// committed or not (§4.1): so a leader counts the votes and copies of those it has just taken in,
// and a server whose log is cut back returns to the configuration before.
//
// A leader makes one change at a time, and its steps are these, each an entry that must be
// committed before the next one is appended:
//
//   1. new servers become learners, and catch up in rounds (§4.2.1);
//   2. C_old,new: nothing is decided without majorities of both (§4.3);
//   3. C_new. A leader that is not in it has done its work, and steps down (§4.2.2).
//
// With single_server_changes, a change of one voter goes from 1 to 3 directly (§4.1), for any
// majorities of the two overlap. That was unsafe as it was first published: two leaders of
// different terms may each begin a change that does not overlap with the other's. So no leader may
// begin before an entry of its own term is committed (Ongaro, "bug in single-server membership
// changes", raft-dev, 2015).
#include <algorithm>
#include <utility>

#include "protocols/raft/raft.h"
#include "sim/core/check.h"

namespace seedbed::raft {
namespace {

constexpr uint32_t kMostRounds = 10;

}  // namespace

// --- Every server: which configuration is in force -------------------------------------------

const Raft::ConfigurationAt& Raft::in_force() const {
  for (auto one = configurations_.rbegin(); one + 1 != configurations_.rend(); ++one) {
    if (rules_.is_in_force(one->at.index, commit_)) return *one;
  }
  return configurations_.front();
}

const Configuration& Raft::configuration() const { return in_force().configuration; }
EntryId Raft::configuration_entry() const { return in_force().at; }

// From the snapshot, or the founders, and what recovery found in the log.
void Raft::find_configurations() {
  configurations_.clear();
  if (snapshot_.last.index > 0) {
    configurations_.push_back({snapshot_.last, snapshot_.configuration});
  } else {
    configurations_.push_back({{}, Configuration{.voters = config_.voters}});
  }
  for (LogIndex index = log_.first_index(); index <= log_.last_index(); ++index) {
    const Entry& entry = log_.at(index);
    if (entry.kind != EntryKind::kConfiguration || index <= snapshot_.last.index) continue;
    configurations_.push_back({entry.id(), *decode_configuration(entry.data)});
  }
}

void Raft::append(Entry entry) {
  if (entry.kind == EntryKind::kConfiguration) {
    std::optional<Configuration> configuration = decode_configuration(entry.data);
    INVARIANT(configuration, "entry {} is no configuration", entry.index);
    configurations_.push_back({entry.id(), *std::move(configuration)});
  }
  log_.append(std::move(entry));
}

void Raft::truncate(LogIndex from) {
  log_.truncate(from);
  writes_.stage_truncation(from);
  while (configurations_.size() > 1 && configurations_.back().at.index >= from) {
    note(Occasion::kRolledBack);
    configurations_.pop_back();
  }
}

// Another configuration may be in force: whom a leader sends to follows from it.
void Raft::note_configuration() {
  if (in_force().at == noted_configuration_) return;
  noted_configuration_ = in_force().at;
  notices_.push_back(ConfigurationChange{in_force().at, configuration()});
  auto* leader = std::get_if<Leader>(&state_);
  if (leader == nullptr) return;
  std::vector<Progress> followers;
  for (const NodeId member : configuration().members()) {
    if (member == config_.self) continue;
    const Progress* known = find(*leader, member);
    followers.push_back(known != nullptr ? *known : Progress(member, log_.last_index(), now_));
    if (known == nullptr) leader->heartbeat_due = now_;  // and find out what it has
  }
  leader->followers = std::move(followers);
}

// --- The leader -------------------------------------------------------------------------------

bool Raft::change_membership(NodeTime now, const MembershipChange& change) {
  advance_time(now);
  auto* leader = std::get_if<Leader>(&state_);
  if (leader == nullptr || leader->transfer || leader->change) return false;
  for (const NodeId id : change.add) {
    if (configuration().was_removed(id)) note(Occasion::kRemovedComesBack);
  }
  const std::optional<Configuration> target = joint(configuration(), change);
  if (!target || target->voters.size() < config_.least_voters) return false;
  leader->change = PendingChange{
      .change = change,
      .gives_up = now_ + config_.catch_up_timeouts * config_.election_timeout,
      .rounds = {},
  };
  return true;
}

bool Raft::changing_membership() const {
  const auto* leader = std::get_if<Leader>(&state_);
  return leader != nullptr && (leader->change || configuration().is_joint());
}

// Takes the next step of a change, this leader's or one that it has found half made.
void Raft::advance_membership(Leader& leader) {
  const bool between =
      !leader.change && !configuration().is_joint() && configuration().is_voter(config_.self);
  if (between || leader.transfer) return;
  const LogIndex latest = configurations_.back().at.index;
  if (latest > commit_) return note(Occasion::kChangeWaitsForCommit);  // one at a time
  if (!rules_.may_reconfigure(log_.id_at(commit_).term, hard_state_.term)) {
    return note(Occasion::kChangeWaitsForTerm);
  }
  const Configuration& now = configuration();
  if (now.is_joint()) {
    if (in_force().at.term != hard_state_.term) note(Occasion::kJointInherited);
    return append_configuration(without_outgoing(now));
  }
  if (!now.is_voter(config_.self)) {
    note(Occasion::kLeaderLeaves);
    return follow(hard_state_.term, std::nullopt);
  }

  if (const auto next = with_learners(now, leader.change->change)) {
    return append_configuration(*next);
  }
  if (!have_caught_up(leader)) return;
  const MembershipChange change = std::exchange(leader.change, std::nullopt)->change;
  std::optional<Configuration> next;
  if (config_.single_server_changes) next = changed_at_once(now, change);
  if (!next) next = joint(now, change);
  if (next) append_configuration(*next);
}

void Raft::append_configuration(const Configuration& configuration) {
  append_in_term(EntryKind::kConfiguration, encode(configuration));
  note_configuration();
}

// §4.2.1. A change whose new servers do not come after the log is given up; they stay learners.
bool Raft::have_caught_up(Leader& leader) {
  PendingChange& pending = *leader.change;
  bool all = true, hopeless = now_ >= pending.gives_up;
  for (const NodeId server : pending.change.add) {
    if (configuration().is_voter(server)) continue;
    const auto round =
        std::find_if(pending.rounds.begin(), pending.rounds.end(),
                     [&](const PendingChange::Round& one) { return one.server == server; });
    const Progress* progress = find(leader, server);
    if (round == pending.rounds.end() || progress == nullptr) {
      pending.rounds.push_back({.server = server, .through = log_.last_index(), .began = now_});
      all = false;
    } else if (progress->match() < round->through) {
      all = false;
    } else if (now_ - round->began >= config_.election_timeout) {
      note(Occasion::kNextRound);
      hopeless |= round->number == kMostRounds;
      *round = {.server = server,
                .through = log_.last_index(),
                .began = now_,
                .number = round->number + 1};
      all = false;
    }
  }
  if (all && !pending.rounds.empty()) note(Occasion::kLearnerCaughtUp);
  if (!all && hopeless) {
    note(Occasion::kChangeGivenUp);
    leader.change.reset();
  }
  return all;
}

}  // namespace seedbed::raft
