// What the primary-backup service promises, held against a run: its disks, its messages, and what
// clients were told.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/primary_backup/invariants_disks.h"
#include "protocols/primary_backup/rules.h"
#include "sim/check/checker.h"

namespace seedbed::primary_backup {

using Disks = std::shared_ptr<ReplicaDisks>;

// What was acknowledged stands on as many disks as the policy says, when it is acknowledged and in
// the end, and on that of every primary when its reign begins, unless a later one has begun.
// Evaluates acknowledged writes.
//
// An asynchronous primary promises less. If it is replaced, the tail of what it acknowledged is
// lost: that is the weakness WAL-W1. It is recognised by this: no other disk had the write when the
// next reign began. Anything else that is lost is a violation there too.
//
// So does one whose patience ends. What it acknowledges without its backups may be lost in the same
// way: WAL-W2. That is recognised by this: the write stood on a disk for as long as the patience
// lasts before the client was answered, never on as many as the policy says, and the primary of a
// later reign does not have it. `policy.patience` is in the world's time.
std::unique_ptr<Checker> make_durability(Disks disks, const AckPolicy& policy);

// Clients are answered in an epoch's name by the replica that the authority gave it to, and by no
// other; and what a replica confirms to a primary, it confirms in the newest epoch that its disk
// has heard of. Evaluates answers.
std::unique_ptr<Checker> make_one_writer(Disks disks);

// Logs that share an entry are identical up to it. Evaluates entries.
std::unique_ptr<Checker> make_replica_prefix(Disks disks);

// The data of a state on a disk is what its applied index says; the same index means the same state
// on all replicas. Evaluates states.
std::unique_ptr<Checker> make_applied_atomic(Disks disks);

// No replica executes an operation at two places of its log. Evaluates executions.
std::unique_ptr<Checker> make_exactly_once();

// A get finds whatever the same client was told it has appended or has read before. For workloads
// that only append. Evaluates gets.
std::unique_ptr<Checker> make_reads_your_writes();

// A get finds a value that was there at most `bound` before the get began. Evaluates operations.
std::unique_ptr<Checker> make_bounded_staleness(Duration bound);

// The id and the hash of the state that a replica reports, as text.
std::optional<std::string> digest_of(const TraceEvent& event);

}  // namespace seedbed::primary_backup
