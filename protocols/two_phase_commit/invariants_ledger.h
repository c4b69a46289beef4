// Ledger: what stands about transactions on the disks of all servers, followed through the
// `durable` events of a run. The invariants look here, never at what a server says of its disk.
// They share one (sim/check/shared_views.h).
//
// Coordinators and participants go by their names (roles.h). What one of them has on its disk is,
// if a group stands for it, what the disks of the group's members can never lose any more.
//
//   auto ledger = setup.views->get<Ledger>(...);
//   ledger->follow(event);
//   for (; next < ledger->deeds().size(); ++next) judge(ledger->deeds()[next]);
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "protocols/raft/invariants_settled.h"
#include "protocols/storage/invariants_durable_log.h"
#include "protocols/two_phase_commit/disk_journal.h"
#include "protocols/two_phase_commit/journal_machine.h"
#include "protocols/two_phase_commit/records.h"
#include "protocols/two_phase_commit/roles.h"
#include "sim/check/durable_image.h"
#include "sim/core/event.h"

namespace seedbed::two_phase_commit {

// Something came to stand on a disk for the first time.
struct Deed {
  enum class Kind : uint8_t {
    kPrepared,   // a participant could say YES from now on
    kCommitted,  // on a participant
    kAborted,
    kDecision,  // a coordinator's: commit
    kEnd,       // a coordinator's: nobody will ask for it
  };
  Kind kind{};
  NodeId node{};  // the coordinator's or participant's name
  TxnId id;
  bool by_operator = false;
  EventIndex event{};
  Time time{};
};

class Ledger {
 public:
  explicit Ledger(const Roles& roles);

  static EventKinds interests() { return EventKinds(EventKind::kDurable, EventKind::kStart); }
  // Takes in a `durable` or `start` event; ignores events that it has seen.
  void follow(const TraceEvent& event);

  const Roles& roles() const { return roles_; }
  // What that machine stands for.
  NodeId name_of(NodeId machine) const { return roles_.name_of(machine); }
  // In the order in which they happened.
  const std::vector<Deed>& deeds() const { return deeds_; }
  // The last such deed of that server; null if there is none. Valid until the next follow().
  const Deed* find(Deed::Kind kind, NodeId node, const TxnId& id) const;
  // Who must decide the transaction, by any record of it; empty if there is none.
  const std::vector<NodeId>& writers(const TxnId& id) const;

  // A decision of an operator that is not the coordinator's; null if there is none. Valid until the
  // next follow().
  const Deed* damage() const;

  // Whether another one stands for the participant by now than whoever did in that life.
  bool is_over(NodeId participant, uint32_t life) const;

  // What the participant would recover if it lost power now, but for the losers.
  const ParticipantImage& participant(NodeId node) const;
  const CoordinatorImage& coordinator(NodeId node) const;

 private:
  // A coordinator or a participant.
  struct Server {
    explicit Server(const Roles& roles, NodeId name);

    DurableImage image;                                // alone: its disk
    storage::DurableLog log{std::string(kDirectory)};  // on it
    raft::SettledLog group;                            // of the disks of several
    JournalMachine machine;                            // in that log
    ParticipantImage participant;
    CoordinatorImage coordinator;
  };

  void follow_disk(const TraceEvent& event, NodeId name, Server& server);
  void follow_group(const TraceEvent& event, NodeId name, Server& server);
  void begin_anew(NodeId name, Server& server, std::string_view checkpoint);
  void take(const TraceEvent& event, NodeId name, Server& server, uint8_t type,
            std::string_view bytes);
  void take(const TraceEvent& event, NodeId name, Server& server, const ParticipantRecord& record);
  void take(const TraceEvent& event, NodeId name, Server& server, const CoordinatorRecord& record);
  void note(const TraceEvent& event, Deed deed);

  Roles roles_;
  std::map<NodeId, Server> servers_;
  std::vector<Deed> deeds_;
  std::map<std::tuple<Deed::Kind, NodeId, TxnId>, size_t> known_;
  std::map<TxnId, std::vector<NodeId>> writers_;
  EventIndex seen_ = kNoEvent;
};

// A transaction's name, for people: n1.2.17 is the 17th of the second life of coordinator n1.
std::string to_string(const TxnId& id);

}  // namespace seedbed::two_phase_commit
