// Ghost: the all-knowing witness of a cluster. It sees every log, disk and message and says which
// of Raft's promises was broken first (figure 3.2, and what they rest on).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocols/raft/messages.h"
#include "protocols/raft/raft.h"
#include "tests/raft/test_disk.h"

namespace seedbed::raft {

// One server as the witness sees it.
struct Witnessed {
  NodeId id{};
  const Raft* raft = nullptr;  // null while it is down
  const TestDisk* disk = nullptr;
};

class Ghost {
 public:
  // With `consequences_only`, looks at what users could notice (the four properties of figure 3.2
  // that concern several servers), not at the durable copies behind them.
  explicit Ghost(bool consequences_only = false) : consequences_only_(consequences_only) {}

  void on_start(const Witnessed& server);
  void on_write(const Witnessed& server, const Write& write);
  void on_send(const std::vector<Witnessed>& servers, const Witnessed& from,
               const Envelope& envelope);
  void on_notice(const std::vector<Witnessed>& servers, const Witnessed& server,
                 const Notice& notice);
  void on_apply(const Witnessed& server, const Entry& entry);
  void on_restore(const Witnessed& server, const Snapshot& snapshot);
  // What a state machine that is made of these entries would write into a snapshot.
  std::string state_at(LogIndex index) const;
  void broken(std::string invariant, const std::string& how);

  // The first broken promise, as "Invariant: how"; nothing if all were kept.
  const std::optional<std::string>& violation() const { return violation_; }
  // What has been committed and applied, from index 1.
  const std::vector<Entry>& applied() const { return applied_; }
  uint64_t terms_with_leader() const { return leaders_.size(); }

 private:
  void on_leader(const Witnessed& server, Term term);
  void on_commit(const std::vector<Witnessed>& servers, const Witnessed& server, EntryId through,
                 Term term);
  void on_grant(const Witnessed& voter, NodeId candidate, Term term);
  void on_acknowledgement(const std::vector<Witnessed>& servers, const Witnessed& follower,
                          NodeId leader, Term term, LogIndex match);

  struct Content {
    Term previous{};
    EntryKind kind = EntryKind::kNoOp;
    EntryData data;
    bool operator==(const Content&) const = default;
  };

  struct Committed {
    EntryId id;
    Term in{};  // the term in which it was committed, which may be later than its own
  };

  bool consequences_only_;
  std::optional<std::string> violation_;
  std::map<Term, NodeId> leaders_;
  std::map<std::pair<NodeId, Term>, NodeId> votes_;
  std::map<std::pair<LogIndex, Term>, Content> contents_;
  std::vector<Committed> committed_;          // from index 1
  std::map<NodeId, Configuration> in_force_;  // as they have said
  std::vector<std::optional<Term>> counted_;  // from index 1: what a leader took for committed
  std::vector<Entry> applied_;                // from index 1
};

}  // namespace seedbed::raft
