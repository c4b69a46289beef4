// LockTable: who may touch which key. Strict two-phase locking (BHG, chapter 3): a transaction
// takes locks as it goes, and gives them all back at its end.
//
//   LockTable table;
//   const Asked asked = table.acquire(age, "x", LockMode::kExclusive);
//   for (const TxnId& victim : asked.wounded) abort(victim);     // ... which calls release()
//   if (!asked.granted) wait until a release() names the transaction;
//   table.release(age.id);
//
// Deadlocks do not arise: wound-wait (Rosenkrantz, Stearns, Lewis: "System Level Concurrency
// Control for Distributed Database Systems", ACM TODS 3(2), 1978). Whoever finds a younger
// transaction in its way wounds it; whoever finds an older one waits. So all waiting is of the
// younger for the older. The exception are those that have voted, which nobody can wound any more:
// they wait for no lock themselves.
//
// A value: no clock, no world. One that waits is behind all older ones that want the same key, and
// waits for one lock at a time.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/two_phase_commit/types.h"

namespace seedbed::two_phase_commit {

enum class LockMode : uint8_t { kShared = 1, kExclusive = 2 };

struct Lock {
  std::string key;
  LockMode mode = LockMode::kShared;

  bool operator==(const Lock&) const = default;
};

class LockTable {
 public:
  struct Asked {
    bool granted = false;
    std::vector<TxnId> wounded;  // to be aborted now; oldest first
  };

  // Asks for a lock, or for more than a shared one that is held. What is not granted is waited for.
  // The transaction must not wait already, nor be pinned.
  Asked acquire(const Age& age, std::string_view key, LockMode mode);
  // Gives back whatever the transaction holds, and stops waiting. Returns those whose request is
  // granted by that, in the order of keys, the oldest first.
  std::vector<TxnId> release(const TxnId& id);
  // From now on the transaction cannot be wounded. It must not wait.
  void pin(const TxnId& id);

  // What it holds, in the order of keys.
  std::vector<Lock> held_by(const TxnId& id) const;
  bool holds(const TxnId& id, std::string_view key, LockMode mode) const;
  bool waits(const TxnId& id) const;
  bool empty() const { return owners_.empty(); }

 private:
  struct Claim {
    Age age;
    LockMode mode = LockMode::kShared;
  };
  struct Entry {
    std::vector<Claim> holders;
    std::vector<Claim> waiters;  // the oldest first
  };
  struct Owner {
    std::vector<std::string> keys;  // that it holds
    std::optional<std::string> waits_for;
    bool pinned = false;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  bool pinned(const TxnId& id) const;
  bool may_hold(const Entry& entry, size_t waiter) const;
  void grant(const std::string& key, Entry& entry, const Claim& claim);
  void grant_waiters(Entries::iterator place, std::vector<TxnId>& granted);

  Entries entries_;
  std::map<TxnId, Owner> owners_;
};

}  // namespace seedbed::two_phase_commit
