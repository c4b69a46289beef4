// TermMono, LeaderAppendOnly, CommitMono, RoleChanges: what never goes back (figure 3.2, §3.3, and
// the run-time invariants of LogCabin, Ongaro's own implementation).
#include <fmt/format.h>

#include <map>
#include <set>

#include "protocols/raft/convert.h"
#include "protocols/raft/invariants.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/ready.h"
#include "protocols/raft/server_logs.h"
#include "sim/check/payload.h"
#include "sim/check/text.h"

namespace seedbed::raft {
namespace {

// The term on a server's disk never decreases, crashes or not. What is done to a disk behind the
// server's back, while it is down, is not its doing; what comes of that, others see.
class TermMono final : public Checker {
 public:
  explicit TermMono(std::shared_ptr<ServerLogs> logs)
      : Checker("TermMono"), logs_(std::move(logs)) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kDurable, EventKind::kStart, EventKind::kFaultBegin,
                      EventKind::kFaultEnd);
  }
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kDurable) {
      logs_->follow(event);
      if (!taken_away_.contains(event.node)) judge(event);
    } else if (event.kind == EventKind::kStart) {
      taken_away_.erase(event.node);
    } else if (event.name == "wiped_disk" || event.name == "restored_disk") {
      taken_away_.insert(event.node);
      seen_.erase(event.node);
    }
  }

 private:
  struct Seen {
    Term term{};
    Fact fact;
  };

  void judge(const TraceEvent& event) {
    evaluated();
    const Term now = logs_->at(event.node).hard_state().term;
    Seen& seen = seen_[event.node];
    if (now == seen.term) return;
    const Fact here = fact(event, fmt::format("its disk holds term {}", number(now)));
    if (now < seen.term) {
      violate(event,
              fmt::format("the term on the disk of {} went back from {} to {}",
                          server_name(event.node), number(seen.term), number(now)),
              {seen.fact, here});
      return;
    }
    seen = {.term = now, .fact = here};
  }

  std::shared_ptr<ServerLogs> logs_;
  std::map<NodeId, Seen> seen_;
  std::set<NodeId> taken_away_;  // whose disks are being emptied or set back
};

// "A leader never overwrites or deletes entries in its log; it only appends new entries": on its
// disk. It was elected by what is durable, so nothing is on its way there that goes back further.
class LeaderAppendOnly final : public Checker {
 public:
  explicit LeaderAppendOnly(std::shared_ptr<ServerLogs> logs)
      : Checker("LeaderAppendOnly"), logs_(std::move(logs)) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kProbe, EventKind::kDurable, EventKind::kCrash);
  }
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kDurable) {
      logs_->follow(event);
      judge(event);
    } else if (event.kind == EventKind::kCrash) {
      leaders_.erase(event.node);
    } else if (const auto* change = payload_as<wire::RoleChanged>(event)) {
      leaders_.erase(event.node);
      if (change->role() != static_cast<uint32_t>(Role::kLeader)) return;
      const EntryId last = logs_->at(event.node).last();
      leaders_.emplace(event.node, Leader{.term = change->term(), .last = last});
    }
  }

 private:
  struct Leader {
    uint64_t term = 0;
    EntryId last;  // of its log on its disk
  };

  void judge(const TraceEvent& event) {
    const auto found = leaders_.find(event.node);
    if (found == leaders_.end()) return;
    evaluated();
    Leader& leader = found->second;
    const WalFollower& disk = logs_->at(event.node);
    if (leader.last.index == 0 || disk.holds(leader.last)) {
      leader.last = disk.last();
      return;
    }
    violate(event,
            fmt::format("{} leads term {}, and index {} of term {} is gone from its disk",
                        server_name(event.node), leader.term, leader.last.index,
                        number(leader.last.term)),
            {fact(event, fmt::format("its log ends at index {} of term {} now", disk.last().index,
                                     number(disk.last().term)))});
  }

  std::shared_ptr<ServerLogs> logs_;
  std::map<NodeId, Leader> leaders_;  // those that lead
};

// In one life of a server, its commit index only grows, to at most the end of its log, and it
// applies no more than what is committed.
class CommitMono final : public Checker {
 public:
  CommitMono() : Checker("CommitMono") {}
  EventKinds interests() const override { return EventKinds(EventKind::kProbe); }
  void on_event(const TraceEvent& event) override {
    if (const auto* advance = payload_as<wire::CommitAdvanced>(event)) {
      commit(event, *advance);
    } else if (const auto* applied = payload_as<wire::Applied>(event)) {
      evaluated();
      const uint64_t index = applied->entry().index();
      const uint64_t committed = of(event).index;
      if (index <= committed) return;
      violate(event,
              fmt::format("{} applied index {}, and only {} is committed", server_name(event.node),
                          index, committed),
              {fact(event, fmt::format("applies index {}", index))});
    }
  }

 private:
  struct Commit {
    uint64_t incarnation = 0;
    uint64_t index = 0;
  };

  Commit& of(const TraceEvent& event) {
    Commit& commit = commits_[event.node];
    if (commit.incarnation != event.id) commit = {.incarnation = event.id, .index = 0};
    return commit;
  }

  void commit(const TraceEvent& event, const wire::CommitAdvanced& advance) {
    evaluated();
    Commit& before = of(event);
    const uint64_t index = advance.through().index();
    if (index < before.index) {
      violate(event,
              fmt::format("the commit index of {} went back from {} to {}", server_name(event.node),
                          before.index, index),
              {fact(event, fmt::format("commits through {}", index))});
    } else if (index > advance.last()) {
      violate(event,
              fmt::format("{} committed index {}, and its log ends at {}", server_name(event.node),
                          index, advance.last()),
              {fact(event, fmt::format("commits through {}", index))});
    }
    before.index = index;
  }

  std::map<NodeId, Commit> commits_;
};

// Within a term, a server knows at most one leader; it leads only after it was a candidate, stops
// only by becoming a follower, and never leads that term, or runs for it, again.
class RoleChanges final : public Checker {
 public:
  RoleChanges() : Checker("RoleChanges") {}
  EventKinds interests() const override { return EventKinds(EventKind::kProbe, EventKind::kCrash); }
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kCrash) {
      servers_.erase(event.node);
    } else if (const auto* change = payload_as<wire::RoleChanged>(event)) {
      evaluated();
      judge(event, *change);
    }
  }

 private:
  struct Server {
    uint64_t term = 0;
    Role role = Role::kFollower;
    uint32_t leader = 0;  // that it has known in this term
    bool led = false;     // this term
    Fact fact;
  };

  void judge(const TraceEvent& event, const wire::RoleChanged& change) {
    Server& server = servers_[event.node];
    const Server before = server;
    const auto role = static_cast<Role>(change.role());
    Fact here = fact(
        event,
        fmt::format("is {} in term {}{}", to_string(role), change.term(),
                    change.leader() == 0 ? "" : fmt::format(" of leader n{}", change.leader())));
    const bool same_term = before.term == change.term();
    if (!same_term) server = Server{.term = change.term()};
    server.role = role;
    server.fact = here;
    if (change.leader() != 0) server.leader = change.leader();
    server.led = server.led || role == Role::kLeader;
    const std::string wrong = wrong_with(before, same_term, role, change.leader());
    if (wrong.empty()) return;
    std::vector<Fact> facts;
    if (!before.fact.text.empty()) facts.push_back(before.fact);
    facts.push_back(std::move(here));
    violate(event, fmt::format("in term {} {} {}", change.term(), server_name(event.node), wrong),
            std::move(facts));
  }

  static std::string wrong_with(const Server& before, bool same_term, Role role, uint32_t leader) {
    const bool leads = role == Role::kLeader;
    if (leads && (!same_term || before.role != Role::kCandidate)) {
      return "leads, and was no candidate";
    }
    if (!same_term) return {};
    if (before.leader != 0 && leader != 0 && before.leader != leader) {
      return fmt::format("takes n{} for the leader after n{}", leader, before.leader);
    }
    if (before.led && role == Role::kCandidate) return "runs for a term that it has led";
    return {};
  }

  std::map<NodeId, Server> servers_;  // those that are up
};

}  // namespace

std::unique_ptr<Checker> make_term_mono(std::shared_ptr<ServerLogs> logs) {
  return std::make_unique<TermMono>(std::move(logs));
}
std::unique_ptr<Checker> make_leader_append_only(std::shared_ptr<ServerLogs> logs) {
  return std::make_unique<LeaderAppendOnly>(std::move(logs));
}
std::unique_ptr<Checker> make_commit_mono() { return std::make_unique<CommitMono>(); }
std::unique_ptr<Checker> make_role_changes() { return std::make_unique<RoleChanges>(); }

}  // namespace seedbed::raft
