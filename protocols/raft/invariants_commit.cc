// CommitQuorumDurable, CommitTermRule, LeaderCompleteness: what committed means (§3.6).
#include <fmt/format.h>

#include <map>

#include "protocols/raft/convert.h"
#include "protocols/raft/invariants.h"
#include "protocols/raft/invariants_configurations.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/ready.h"
#include "protocols/raft/server_logs.h"
#include "sim/check/payload.h"

namespace seedbed::raft {
namespace {

std::string in_words(EntryId id) {
  return fmt::format("index {} of term {}", id.index, number(id.term));
}

// When a leader takes an entry for committed, a quorum of the configuration that it goes by holds
// it on disk. When another server does, it is the entry that was committed there, or a quorum holds
// it by that server's own configuration.
class CommitQuorumDurable final : public Checker {
 public:
  CommitQuorumDurable(std::shared_ptr<ServerLogs> logs, const std::vector<NodeId>& founders)
      : Checker("CommitQuorumDurable"), logs_(std::move(logs)), configurations_(founders) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kProbe, EventKind::kCrash, EventKind::kDurable);
  }
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kDurable) {
      logs_->follow(event);
      return;
    }
    configurations_.follow(event);
    const auto* advance = payload_as<wire::CommitAdvanced>(event);
    if (advance == nullptr) return;
    evaluated();
    const EntryId entry = from_wire(advance->through());
    if (!advance->leads() && entry.index <= committed_.size()) {
      compare(event, entry);
      return;
    }
    const Configuration& configuration = configurations_.in_force(event.node);
    if (logs_->held_by_quorum(entry, configuration)) {
      note(entry);
      return;
    }
    const std::vector<NodeId> holders = logs_->holders(entry);
    std::string on;
    for (const NodeId node : holders) on += fmt::format(" n{}", seedbed::number(node));
    violate(event,
            fmt::format("n{} took {} for committed, which the disks of no quorum of {} hold",
                        seedbed::number(event.node), in_words(entry), to_string(configuration)),
            {fact(event, fmt::format("takes {} for committed; it is on the disks of{}",
                                     in_words(entry), holders.empty() ? " none" : on))});
  }

 private:
  // The terms of the entries through this one, as far as a holder's log tells.
  void note(EntryId entry) {
    if (entry.index <= committed_.size()) return;
    const WalFollower& log = logs_->at(logs_->holders(entry).front());
    while (committed_.size() < entry.index) {
      committed_.push_back(log.term_at(committed_.size() + 1).value_or(Term{}));
    }
    committed_.back() = entry.term;
  }

  void compare(const TraceEvent& event, EntryId entry) {
    const Term known = committed_[entry.index - 1];
    if (known == Term{} || known == entry.term) return;
    violate(event,
            fmt::format("n{} took {} for committed, where the entry of term {} was",
                        seedbed::number(event.node), in_words(entry), number(known)),
            {fact(event, fmt::format("takes {} for committed", in_words(entry)))});
  }

  std::shared_ptr<ServerLogs> logs_;
  ConfigurationsSeen configurations_;
  std::vector<Term> committed_;  // by index, from 1; term 0: not known
};

// A leader commits only entries of its own term by counting (§3.6.2, figure 3.8).
class CommitTermRule final : public Checker {
 public:
  CommitTermRule() : Checker("CommitTermRule") {}
  EventKinds interests() const override { return EventKinds(EventKind::kProbe); }
  void on_event(const TraceEvent& event) override {
    const auto* advance = payload_as<wire::CommitAdvanced>(event);
    if (advance == nullptr || !advance->leads()) return;
    evaluated();
    if (advance->through().term() == advance->term()) return;
    violate(event,
            fmt::format("n{} leads term {} and committed {} by counting copies",
                        seedbed::number(event.node), advance->term(),
                        in_words(from_wire(advance->through()))),
            {fact(event, fmt::format("as leader of term {} commits through {}", advance->term(),
                                     in_words(from_wire(advance->through()))))});
  }
};

// "If a log entry is committed in a given term, then that entry will be present in the logs of the
// leaders for all higher-numbered terms": on their disks, in fact, at the moment of their election.
class LeaderCompleteness final : public Checker {
 public:
  explicit LeaderCompleteness(std::shared_ptr<ServerLogs> logs)
      : Checker("LeaderCompleteness"), logs_(std::move(logs)) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kProbe, EventKind::kDurable);
  }
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kDurable) {
      logs_->follow(event);
    } else if (const auto* advance = payload_as<wire::CommitAdvanced>(event)) {
      commit(event, *advance);
    } else if (const auto* change = payload_as<wire::RoleChanged>(event)) {
      if (change->role() == static_cast<uint32_t>(Role::kLeader)) elect(event, change->term());
    }
  }

 private:
  struct Committed {
    EntryId entry;
    EventIndex event{};
    Time time{};
    NodeId node{};
  };

  // The entry was committed in the term of whoever says so, or before.
  void commit(const TraceEvent& event, const wire::CommitAdvanced& advance) {
    const EntryId entry = from_wire(advance.through());
    Committed& last = by_term_[advance.term()];
    if (last.entry.index >= entry.index) return;
    last = {.entry = entry, .event = event.index, .time = event.time, .node = event.node};
  }

  void elect(const TraceEvent& event, uint64_t term) {
    evaluated();
    const WalFollower& log = logs_->at(event.node);
    for (const auto& [committed_in, committed] : by_term_) {
      if (committed_in >= term) return;
      if (log.holds(committed.entry)) continue;
      violate(
          event,
          fmt::format("n{} became leader of term {} without {}, which was committed in term {}",
                      seedbed::number(event.node), term, in_words(committed.entry), committed_in),
          {Fact{.event = committed.event,
                .time = committed.time,
                .node = committed.node,
                .text = fmt::format("takes {} for committed in term {}", in_words(committed.entry),
                                    committed_in)},
           fact(event, fmt::format("becomes leader of term {}; its disk ends at {}", term,
                                   in_words(log.last())))});
      return;
    }
  }

  std::shared_ptr<ServerLogs> logs_;
  std::map<uint64_t, Committed> by_term_;  // the furthest that was committed in each term
};

}  // namespace

std::unique_ptr<Checker> make_commit_quorum_durable(std::shared_ptr<ServerLogs> logs,
                                                    const std::vector<NodeId>& founders) {
  return std::make_unique<CommitQuorumDurable>(std::move(logs), founders);
}
std::unique_ptr<Checker> make_commit_term_rule() { return std::make_unique<CommitTermRule>(); }
std::unique_ptr<Checker> make_leader_completeness(std::shared_ptr<ServerLogs> logs) {
  return std::make_unique<LeaderCompleteness>(std::move(logs));
}

}  // namespace seedbed::raft
