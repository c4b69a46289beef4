// GroupServer: a coordinator, or a participant, that a group of servers stands for (Gray, Lamport:
// "Consensus on Transaction Commit", ACM TODS 31(1), 2006; Corbett et al.: "Spanner", OSDI 2012,
// section 2). All keep its journal by Raft; whoever leads the group is the coordinator, or the
// participant, until it is deposed. Nothing else is different: what blocks two-phase commit is that
// one machine alone knows what became of a transaction.
#pragma once

#include <functional>
#include <memory>

#include "protocols/raft/group_member.h"
#include "protocols/two_phase_commit/journal.h"
#include "protocols/two_phase_commit/journal_machine.h"
#include "sim/world/process.h"

namespace seedbed::two_phase_commit {

// A journal that is a group's log. For the leader, in one term.
class GroupJournal final : public Journal {
 public:
  // All of these must outlive it. `applied` is notified whenever the machine has changed.
  GroupJournal(Env& env, raft::GroupMember& member, const JournalMachine& machine, Signal& applied,
               raft::Term term);

  Result<JournalContents> recover() override;
  Place append(std::vector<JournalRecord> records) override;
  void await(Place place) override;
  bool checkpoint(Place place, std::string_view state) override;
  Place end() const override { return end_; }
  uint32_t life() const override { return static_cast<uint32_t>(number(term_)); }
  void confirm() override { member_.confirm(); }

 private:
  Env& env_;
  raft::GroupMember& member_;
  const JournalMachine& machine_;
  Signal& applied_;
  raft::Term term_;
  Place end_ = 0;
};

class GroupServer final : public Process, private raft::GroupService {
 public:
  // What the group stands for, over the journal.
  using MakeServer = std::function<std::unique_ptr<Process>(std::unique_ptr<Journal> journal)>;

  GroupServer(Env& env, raft::GroupOptions options, MakeServer make_server);

  void start() override { member_.run(); }
  void operate(std::string_view order, NodeId about) override;

 private:
  void apply(const raft::Entry& command) override;
  std::string snapshot() const override { return machine_.snapshot(); }
  bool restore(std::string_view state) override;
  void lead(raft::Term term) override;

  Env& env_;
  MakeServer make_server_;
  JournalMachine machine_;
  Signal applied_;
  raft::GroupMember member_;
  std::unique_ptr<Process> server_;  // while it leads
};

}  // namespace seedbed::two_phase_commit
