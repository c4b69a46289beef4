#include "tests/raft/ghost.h"

#include <fmt/format.h>

namespace seedbed::raft {

void Ghost::broken(std::string invariant, const std::string& how) {
  if (!violation_) violation_ = std::move(invariant) + ": " + how;
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
    if (theirs && follower.disk->log().contains({match, *theirs})) continue;
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
  }
}

void Ghost::on_leader(const Witnessed& server, Term term) {
  const auto [leader, added] = leaders_.try_emplace(term, server.id);
  if (!added && leader->second != server.id) {
    broken("ElectionSafety", fmt::format("servers {} and {} both lead term {}",
                                         number(leader->second), number(server.id), number(term)));
  }
  for (const Committed& entry : committed_) {
    if (entry.in >= term || server.raft->log().contains(entry.id)) continue;
    broken("LeaderCompleteness",
           fmt::format("server {} leads term {} without {}, committed in term {}",
                       number(server.id), number(term), to_string(entry.id), number(entry.in)));
    return;
  }
}

void Ghost::on_commit(const std::vector<Witnessed>& servers, const Witnessed& server,
                      EntryId through, Term term) {
  for (LogIndex index = committed_.size() + 1; index <= through.index; ++index) {
    committed_.push_back({server.raft->log().id_at(index), term});
  }
  if (consequences_only_) return;
  if (server.raft->leads() && server.raft->term() == term && through.term != term) {
    broken("CommitTermRule", fmt::format("leader {} of term {} commits {} by counting",
                                         number(server.id), number(term), to_string(through)));
  }
  size_t copies = 0;
  for (const Witnessed& other : servers) {
    if (other.disk->log().contains(through)) ++copies;
  }
  if (copies < servers.size() / 2 + 1) {
    broken("CommitQuorumDurable",
           fmt::format("server {} takes {} for committed, which {} of {} disks hold",
                       number(server.id), to_string(through), copies, servers.size()));
  }
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
