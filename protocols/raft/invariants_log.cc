// LogMatching (§3.5) on the disks of all servers, and AckDurable: what a follower acknowledges, it
// has.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "protocols/raft/convert.h"
#include "protocols/raft/invariants.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/server_logs.h"
#include "sim/check/payload.h"

namespace seedbed::raft {
namespace {

// "If two logs contain an entry with the same index and term, then the logs are identical in all
// entries up through the given index." By induction: entries of one name have one content and one
// predecessor.
class LogMatching final : public Checker {
 public:
  explicit LogMatching(std::shared_ptr<ServerLogs> logs)
      : Checker("LogMatching"), logs_(std::move(logs)) {}
  EventKinds interests() const override { return EventKinds(EventKind::kDurable); }

  void on_event(const TraceEvent& event) override {
    logs_->follow(event);
    const WalFollower& log = logs_->at(event.node);
    std::vector<Term>& seen = seen_[event.node];
    const LogIndex last = log.last().index;
    // The log was checked up to where it still has the terms that it had then.
    const LogIndex base = log.base().index;
    LogIndex index = std::min<LogIndex>(last, seen.size());
    while (index > base && log.term_at(index) != seen[index - 1]) --index;
    index = std::max(index, base);  // what a snapshot covers has no entries to compare
    seen.resize(index);
    while (index < last) {
      ++index;
      check(event, log, index);
      seen.push_back(*log.term_at(index));
    }
  }

 private:
  // An entry, and on whose disk it was seen first.
  struct Known {
    Term term{};
    Term previous{};
    uint64_t content = 0;
    EventIndex event{};
    Time time{};
    NodeId node{};
  };

  void check(const TraceEvent& event, const WalFollower& log, LogIndex index) {
    evaluated();
    const EntryId id{.index = index, .term = *log.term_at(index)};
    const uint64_t content = *log.content_hash(index);
    const Term previous = *log.term_at(index - 1);
    if (known_.size() < index) known_.resize(index);
    std::vector<Known>& known = known_[index - 1];
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const Known& other) { return other.term == id.term; });
    if (found == known.end()) {
      known.push_back({.term = id.term,
                       .previous = previous,
                       .content = content,
                       .event = event.index,
                       .time = event.time,
                       .node = event.node});
      return;
    }
    if (found->content == content && found->previous == previous) return;
    violate(event,
            fmt::format("n{} and n{} hold different logs up to index {} of term {}",
                        seedbed::number(found->node), seedbed::number(event.node), index,
                        number(id.term)),
            {Fact{.event = found->event,
                  .time = found->time,
                  .node = found->node,
                  .text = describe(id, found->previous, found->content)},
             fact(event, describe(id, previous, content))});
  }

  static std::string describe(EntryId id, Term previous, uint64_t content) {
    return fmt::format(
        "its disk holds index {} of term {} behind an entry of term {} (content {:x})", id.index,
        number(id.term), number(previous), content & 0xffff);
  }

  std::shared_ptr<ServerLogs> logs_;
  std::map<NodeId, std::vector<Term>> seen_;  // what was checked of each server's log
  std::vector<std::vector<Known>> known_;     // by index, from 1: one of each term
};

// When an acknowledgement enters the network, the follower's disk holds the log of the leader of
// that term through the acknowledged index. What that log is, the leader's disk told when it began
// to send, and its messages since.
class AckDurable final : public Checker {
 public:
  explicit AckDurable(std::shared_ptr<ServerLogs> logs)
      : Checker("AckDurable"), logs_(std::move(logs)) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kSend, EventKind::kDurable);
  }

  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kDurable) {
      logs_->follow(event);
    } else if (const auto* append = payload_as<wire::AppendEntries>(event)) {
      learn(event.node, *append);
    } else if (const auto* snapshot = payload_as<wire::InstallSnapshot>(event)) {
      note(log_of(event.node, snapshot->term()), from_wire(snapshot->last()));
    } else if (const auto* ack = payload_as<wire::AppendEntriesResponse>(event)) {
      if (ack->success()) check(event, *ack);
    }
  }

 private:
  struct LeaderLog {
    EntryId base;                 // when it began to send
    std::vector<uint64_t> terms;  // by index; 0: not known
  };

  LeaderLog& log_of(NodeId leader, uint64_t term) {
    LeaderLog& log = leader_logs_[term];
    if (log.terms.empty()) {
      const WalFollower& disk = logs_->at(leader);
      log.base = disk.base();
      for (LogIndex i = 0; i <= disk.last().index; ++i) {
        log.terms.push_back(number(disk.term_at(i).value_or(Term{})));
      }
    }
    return log;
  }

  static void note(LeaderLog& log, EntryId entry) {
    if (log.terms.size() <= entry.index) log.terms.resize(entry.index + 1, 0);
    log.terms[entry.index] = number(entry.term);
  }

  // The term of the leader's entry; 0 if it has none there, nothing if no log has it any more.
  std::optional<Term> expected(const LeaderLog& log, LogIndex index) const {
    if (index >= log.terms.size()) return Term{};
    if (log.terms[index] != 0 || index >= log.base.index) return Term{log.terms[index]};
    return logs_->term_before(log.base, index);
  }

  void learn(NodeId leader, const wire::AppendEntries& append) {
    LeaderLog& log = log_of(leader, append.term());
    note(log, from_wire(append.prev()));
    for (const wire::Entry& entry : append.entries()) {
      note(log, {.index = entry.index(), .term = Term{entry.term()}});
    }
  }

  void check(const TraceEvent& event, const wire::AppendEntriesResponse& ack) {
    const auto leader = leader_logs_.find(ack.term());
    if (ack.match() == 0 || leader == leader_logs_.end()) return;
    const WalFollower& disk = logs_->at(event.node);
    if (ack.match() < disk.base().index) return;  // its snapshot covers it
    const std::optional<Term> known = expected(leader->second, ack.match());
    if (!known) return;
    const uint64_t expected = number(*known);
    evaluated();
    const std::optional<Term> held = disk.term_at(ack.match());
    if (expected != 0 && held == Term{expected}) return;
    const std::string what = held ? fmt::format("term {}", number(*held)) : std::string("nothing");
    violate(event,
            fmt::format("n{} acknowledged the log of term {} through index {}, where its disk "
                        "holds {}{}",
                        seedbed::number(event.node), ack.term(), ack.match(), what,
                        expected == 0 ? " and the leader nothing"
                                      : fmt::format(" and the leader term {}", expected)),
            {fact(event, fmt::format("acknowledges index {} to n{} in term {}", ack.match(),
                                     seedbed::number(event.peer), ack.term()))});
  }

  std::shared_ptr<ServerLogs> logs_;
  std::map<uint64_t, LeaderLog> leader_logs_;  // by term: of the leader's entries
};

}  // namespace

std::unique_ptr<Checker> make_log_matching(std::shared_ptr<ServerLogs> logs) {
  return std::make_unique<LogMatching>(std::move(logs));
}
std::unique_ptr<Checker> make_ack_durable(std::shared_ptr<ServerLogs> logs) {
  return std::make_unique<AckDurable>(std::move(logs));
}

}  // namespace seedbed::raft
