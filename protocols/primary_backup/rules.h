// The rules on which the service's safety rests, each a small function with a name. Each mutant is
// written beside the rule that it breaks, in rules.cc.
//
// They count replicas. Of n replicas, a write stands on the primary and on k backups before it is
// acknowledged; the owner of a new epoch fences n - k replicas before it serves. The two sets have
// one in common, which has the write, and which the old primary cannot use any more.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/primary_backup/mutants.h"
#include "protocols/primary_backup/types.h"
#include "sim/core/time.h"

namespace seedbed::primary_backup {

// When a write is acknowledged.
struct AckPolicy {
  size_t replicas = 3;
  size_t backups = 1;  // that have it on their disks; 0: the primary does not wait (asynchronous)

  // For so long a write waits for them, from when the primary has it on its disk; then it is
  // acknowledged without. 0: for ever.
  Duration patience{};

  bool asynchronous() const { return backups == 0; }
  // Whether all that is acknowledged outlives its primary.
  bool keeps_all() const { return !asynchronous() && patience == Duration(); }
  // How many replicas must have promised to follow only the owner of a new epoch, itself included.
  size_t fences() const { return replicas - promises(); }
  // How many backups must have promised to follow nobody else, for a primary to be the only one.
  size_t promises() const { return backups == 0 ? (replicas > 1 ? 1 : 0) : backups; }
  // On how many disks an acknowledged write stands, unless it was waited for too long.
  size_t copies() const { return backups + 1; }
};

class Rules {
 public:
  explicit Rules(Mutant mutant = Mutant::kNone) : mutant_(mutant) {}

  // A replica follows no primary of an earlier epoch than the latest it has heard of.
  bool may_follow(Epoch epoch, Epoch promised) const;

  // Whether a replica must wait for its disk before it says that it has something.
  bool waits_for_disk() const;

  // Up to where entries may be acknowledged, given what the primary has on its disk, and how far
  // its backups have come, each on its own.
  Index acknowledged(const AckPolicy& policy, Index own, std::vector<Index> backups) const;

  // What a primary knows is the latest only while nobody else can be primary.
  bool may_read(bool leased) const;

  // Whether the owner of a new epoch must first fetch what the log that ends with `best` has.
  bool must_fetch(const EntryId& mine, const EntryId& best) const;

  // The index that stands in a checkpoint, whose data was copied when `copied` had been applied.
  // `now`: what is applied at the moment of writing.
  EntryId index_of_checkpoint(const EntryId& copied, const EntryId& now) const;

  // Whether a write is carried out, given whether its key has a value.
  bool executes(bool has_value) const;

  // Whether the owner of the latest epoch, which has restarted, may go on in it.
  bool may_resume() const;

  // Whether an operation is answered from the table, given whether it stands there.
  bool answers_from_table(bool stands_there) const;

  // Whether a replica that has applied so much may answer a client that has seen `token`.
  bool has_seen(Index applied, Index token) const;

  // As of when a backup's state is fresh, by its own clock, if it has all that the primary knew
  // when it repeated what the backup had said at `echo`.
  NodeTime fresh_as_of(NodeTime echo, NodeTime now) const;

  // For how long a primary may rely on promises of `promise` that were asked for at one moment, if
  // its own clock may be too slow by that much, and those of the backups too fast.
  Duration lease_length(Duration promise, int64_t drift_ppm) const;

 private:
  Mutant mutant_;
};

}  // namespace seedbed::primary_backup
