// What two-phase commit promises, held against a run: the disks of its servers, their messages, and
// what clients were told. AC1 to AC5 are those of BHG, section 7.3.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "protocols/two_phase_commit/invariants_ends.h"
#include "protocols/two_phase_commit/invariants_ledger.h"
#include "sim/check/checker.h"

namespace seedbed::two_phase_commit {

using LedgerPtr = std::shared_ptr<Ledger>;
using EndsPtr = std::shared_ptr<EndsHeard>;

// --- By the disks: invariants_decisions.cc ---

// AC1: no two servers decide differently. An operator's decision that differs is the weakness
// 2PC-W2. Evaluates decisions.
std::unique_ptr<Checker> make_ac1(LedgerPtr ledger);
// AC2: who has decided does not reverse its decision, nor can it vote any more. Evaluates
// decisions.
std::unique_ptr<Checker> make_ac2(LedgerPtr ledger);
// AC3: what is decided to commit, all who have written can commit. Evaluates decisions.
std::unique_ptr<Checker> make_ac3(LedgerPtr ledger);
// GC: a coordinator forgets a commit only when all who have written know it. Evaluates what is
// forgotten.
std::unique_ptr<Checker> make_gc(LedgerPtr ledger);

// --- By what is said, and by the disks: invariants_messages.cc, invariants_votes.cc ---

// PrepDurable: a YES is on the disk of whoever says it. Evaluates votes.
std::unique_ptr<Checker> make_prep_durable(LedgerPtr ledger);
// DecDurable: a decision is on the disk of whoever tells it, or says that it knows, unless the
// transaction has ended and all who had to know it did. Evaluates messages.
std::unique_ptr<Checker> make_dec_durable(LedgerPtr ledger, EndsPtr ends);
// NamesOnce: a coordinator names a transaction once. Evaluates names.
std::unique_ptr<Checker> make_names_once();
// AC4: if all said YES, and the coordinator heard them in time, it does not abort. In time: within
// `soon` of the question. Evaluates votes that are complete.
std::unique_ptr<Checker> make_ac4(const Roles& roles, Duration soon);

// --- Locks: invariants_locks.cc ---

// LockHold: what a transaction in doubt has written, nobody else touches until the participant
// hears of a decision. Evaluates work.
std::unique_ptr<Checker> make_lock_hold(LedgerPtr ledger, EndsPtr ends);

// --- By what clients were told, and by the disks: invariants_clients.cc ---

// AckedCommit: what a client was told is done, is committed. Evaluates acknowledged operations.
std::unique_ptr<Checker> make_acked_commit(LedgerPtr ledger);
// ExactlyOnce: of the transactions that were run for an operation, one is committed at most.
// Evaluates committed transactions.
std::unique_ptr<Checker> make_exactly_once(LedgerPtr ledger);

// --- In the end: invariants_blocking.cc ---

struct LivenessOptions {
  std::vector<NodeId> clients;
  Duration bound{};
};

// AC5: after healing, every transaction is decided everywhere, and its coordinator has forgotten
// it. Evaluates transactions. If its coordinator is gone for good, and all who can be reached are
// in doubt, it may stay so: that is the weakness 2PC-W1.
std::unique_ptr<Checker> make_ac5(LedgerPtr ledger);
// After healing every client is served again, or what it wants is locked by the weakness 2PC-W1.
std::unique_ptr<Checker> make_progress(LedgerPtr ledger, const LivenessOptions& options);

// --- Of clients, where operators decide: invariants_operators.cc ---

// What `inner` finds is the weakness 2PC-W2 if an operator's decision stands against the
// coordinator's: then half of a transaction is there, whatever the protocol does.
std::unique_ptr<Checker> make_excused(std::unique_ptr<Checker> inner, LedgerPtr ledger);

// --- For all of them ---

// "commits n1.1.7, by its disk", and the like.
Fact fact_of(const Deed& deed);

}  // namespace seedbed::two_phase_commit
