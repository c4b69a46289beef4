#include "tests/raft/ghost.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/core/hash.h"

namespace seedbed::raft {

void Ghost::broken(std::string invariant, const std::string& how) {
  if (!violation_) violation_ = std::move(invariant) + ": " + how;
}

void Ghost::on_start(const Witnessed& server) {
  in_force_[server.id] = server.raft->configuration();
}

// Log Matching (§3.5), by induction: an entry of one name has one content and one predecessor.
void Ghost::on_write(const Witnessed& server, const Write& write) {
  for (const Entry& entry : write.entries) {
    const Content content{server.raft->log().term_at(entry.index - 1).value_or(Term{}), entry.kind,
                          entry.data};
    const auto [known, added] = contents_.try_emplace({entry.index, entry.term}, content);
    if (!added && known->second != content) {
      broken("LogMatching", fmt::format("server {} has another entry {} than was seen before",
                                        number(server.id), to_string(entry.id())));
    }
  }
}

void Ghost::on_send(const std::vector<Witnessed>& servers, const Witnessed& from,
                    const Envelope& envelope) {
  if (const auto* vote = std::get_if<RequestVoteResponse>(&envelope.message)) {
    if (!vote->pre_vote && vote->granted) on_grant(from, envelope.to, vote->requested);
  } else if (const auto* ack = std::get_if<AppendEntriesResponse>(&envelope.message)) {
    if (ack->success) on_acknowledgement(servers, from, envelope.to, ack->term, ack->match);
  }
}

void Ghost::on_grant(const Witnessed& voter, NodeId candidate, Term term) {
  if (consequences_only_) return;
  if (voter.disk->hard_state() != HardState{term, candidate}) {
    broken("VoteDurable", fmt::format("server {} grants its vote of term {} to {} before its disk "
                                      "has it",
                                      number(voter.id), number(term), number(candidate)));
  }
  const auto [vote, added] = votes_.try_emplace({voter.id, term}, candidate);
  if (!added && vote->second != candidate) {
    broken("VoteOnce", fmt::format("server {} votes for {} and {} in term {}", number(voter.id),
                                   number(vote->second), number(candidate), number(term)));
  }
}

void Ghost::on_acknowledgement(const std::vector<Witnessed>& servers, const Witnessed& follower,
                               NodeId leader, Term term, LogIndex match) {
  if (consequences_only_) return;
  for (const Witnessed& server : servers) {
    if (server.id != leader || server.raft == nullptr) continue;
    if (!server.raft->leads() || server.raft->term() != term) continue;
    const std::optional<Term> theirs = server.raft->log().term_at(match);
    if (!theirs || follower.disk->holds({match, *theirs})) continue;
    broken("AckDurable", fmt::format("server {} acknowledges through {} in term {}, but its disk "
                                     "does not hold the leader's entry",
                                     number(follower.id), match, number(term)));
  }
}

void Ghost::on_notice(const std::vector<Witnessed>& servers, const Witnessed& server,
                      const Notice& notice) {
  if (const auto* role = std::get_if<RoleChange>(&notice)) {
    if (role->role == Role::kLeader) on_leader(server, role->term);
  } else if (const auto* commit = std::get_if<CommitAdvance>(&notice)) {
    on_commit(servers, server, commit->through, commit->term);
  } else if (const auto* change = std::get_if<ConfigurationChange>(&notice)) {
    in_force_[server.id] = change->configuration;
  }
}

void Ghost::on_leader(const Witnessed& server, Term term) {
  const auto [leader, added] = leaders_.try_emplace(term, server.id);
  if (!added && leader->second != server.id) {
    broken("ElectionSafety", fmt::format("servers {} and {} both lead term {}",
                                         number(leader->second), number(server.id), number(term)));
  }
  for (const Committed& entry : committed_) {
    const bool covered = entry.id.index <= server.raft->snapshot().last.index;
    if (entry.in >= term || covered || server.raft->log().contains(entry.id)) continue;
    broken("LeaderCompleteness",
           fmt::format("server {} leads term {} without {}, committed in term {}",
                       number(server.id), number(term), to_string(entry.id), number(entry.in)));
    return;
  }
}

void Ghost::on_commit(const std::vector<Witnessed>& servers, const Witnessed& server,
                      EntryId through, Term term) {
  for (LogIndex index = committed_.size() + 1; index <= through.index; ++index) {
    const std::optional<Term> known = server.raft->log().term_at(index);
    if (!known) broken("SnapshotOK", "a snapshot of entries that nobody committed");
    committed_.push_back({{index, known.value_or(Term{})}, term});
  }
  if (consequences_only_) return;
  if (server.raft->leads() && server.raft->term() == term && through.term != term) {
    broken("CommitTermRule", fmt::format("leader {} of term {} commits {} by counting",
                                         number(server.id), number(term), to_string(through)));
  }
  // A follower may go by an older configuration than the leader that counted.
  const bool counts = server.raft->leads() || through.index > counted_.size();
  if (!counts) {
    if (counted_[through.index - 1].value_or(through.term) == through.term) return;
    broken("CommitQuorumDurable", fmt::format("server {} takes {} for committed, another entry was",
                                              number(server.id), to_string(through)));
    return;
  }
  const auto holds = [&](NodeId id) {
    const auto place = std::find_if(servers.begin(), servers.end(),
                                    [id](const Witnessed& other) { return other.id == id; });
    return place != servers.end() && place->disk->holds(through);
  };
  const Configuration& configuration = in_force_[server.id];
  if (!configuration.is_quorum(holds)) {
    broken("CommitQuorumDurable",
           fmt::format("server {} takes {} for committed, which the disks of no quorum of {} hold",
                       number(server.id), to_string(through), to_string(configuration)));
  }
  while (counted_.size() < through.index) {
    counted_.push_back(server.raft->log().term_at(counted_.size() + 1));
  }
}

// What a snapshot says of the state, and of who belongs to the cluster, is what the entries say.
void Ghost::on_restore(const Witnessed& server, const Snapshot& snapshot) {
  const LogIndex last = snapshot.last.index;
  if (last > applied_.size() || applied_[last - 1].id() != snapshot.last) {
    broken("SnapshotOK", fmt::format("server {} restores a snapshot through {}, which nobody "
                                     "applied",
                                     number(server.id), to_string(snapshot.last)));
    return;
  }
  if (snapshot.state.view() != state_at(last)) {
    broken("SnapshotOK", fmt::format("server {} restores another state than that behind {}",
                                     number(server.id), last));
  }
  for (LogIndex index = last; index > 0; --index) {
    const Entry& entry = applied_[index - 1];
    if (entry.kind != EntryKind::kConfiguration) continue;
    if (snapshot.configuration == decode_configuration(entry.data)) return;
    broken("SnapshotOK", fmt::format("server {} restores a snapshot through {} with {}",
                                     number(server.id), last, to_string(snapshot.configuration)));
    return;
  }
}

std::string Ghost::state_at(LogIndex index) const {
  uint64_t hash = 0;
  for (LogIndex i = 1; i <= index; ++i) hash = hash_bytes(applied_[i - 1].data, mix(hash, i));
  return fmt::format("{} {:016x}", index, hash);
}

// State Machine Safety (§3.6.3): what one server applies at an index, every server applies there.
void Ghost::on_apply(const Witnessed& server, const Entry& entry) {
  if (entry.index <= applied_.size()) {
    if (applied_[entry.index - 1] == entry) return;
    broken("StateMachineSafety",
           fmt::format("server {} applies {}, but {} was applied there", number(server.id),
                       to_string(entry), to_string(applied_[entry.index - 1])));
  } else if (entry.index == applied_.size() + 1) {
    applied_.push_back(entry);
  } else {
    broken("ApplyOrder", fmt::format("server {} applies {}, but {} was never applied",
                                     number(server.id), entry.index, applied_.size() + 1));
  }
}

}  // namespace seedbed::raft
