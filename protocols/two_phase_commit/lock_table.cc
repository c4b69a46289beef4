// Invariants:
//   1. Two holders of a key are compatible.
//   2. Nobody waits who could be granted: whoever waits conflicts with a holder, or with an older
//      one that waits.
//   3. Whoever is in the way of an older transaction is pinned, or has been named as wounded.
#include "protocols/two_phase_commit/lock_table.h"

#include <algorithm>

#include "sim/core/check.h"

namespace seedbed::two_phase_commit {
namespace {

bool compatible(LockMode one, LockMode other) {
  return one == LockMode::kShared && other == LockMode::kShared;
}

}  // namespace

bool LockTable::pinned(const TxnId& id) const {
  const auto owner = owners_.find(id);
  return owner != owners_.end() && owner->second.pinned;
}

bool LockTable::holds(const TxnId& id, std::string_view key, LockMode mode) const {
  const auto place = entries_.find(key);
  if (place == entries_.end()) return false;
  for (const Claim& holder : place->second.holders) {
    if (holder.age.id == id) return holder.mode >= mode;
  }
  return false;
}

bool LockTable::waits(const TxnId& id) const {
  const auto owner = owners_.find(id);
  return owner != owners_.end() && owner->second.waits_for.has_value();
}

std::vector<Lock> LockTable::held_by(const TxnId& id) const {
  std::vector<Lock> locks;
  const auto owner = owners_.find(id);
  if (owner == owners_.end()) return locks;
  for (const std::string& key : owner->second.keys) {
    const bool exclusive = holds(id, key, LockMode::kExclusive);
    locks.push_back({key, exclusive ? LockMode::kExclusive : LockMode::kShared});
  }
  std::sort(locks.begin(), locks.end(), [](const Lock& a, const Lock& b) { return a.key < b.key; });
  return locks;
}

LockTable::Asked LockTable::acquire(const Age& age, std::string_view key, LockMode mode) {
  if (holds(age.id, key, mode)) return {.granted = true, .wounded = {}};
  Owner& owner = owners_[age.id];
  INVARIANT(!owner.waits_for && !owner.pinned, "a transaction that waits, or has voted, asks");
  const std::string name(key);
  Entry& entry = entries_[name];
  Asked asked;
  for (const Claim& holder : entry.holders) {
    if (holder.age.id == age.id || compatible(holder.mode, mode)) continue;
    if (age < holder.age && !pinned(holder.age.id)) asked.wounded.push_back(holder.age.id);
  }
  const auto behind =
      std::upper_bound(entry.waiters.begin(), entry.waiters.end(), age,
                       [](const Age& one, const Claim& other) { return one < other.age; });
  const auto place = entry.waiters.insert(behind, Claim{age, mode});
  const auto position = static_cast<size_t>(place - entry.waiters.begin());
  if (may_hold(entry, position)) {
    const Claim claim = entry.waiters[position];
    entry.waiters.erase(entry.waiters.begin() + static_cast<ptrdiff_t>(position));
    grant(name, entry, claim);
    asked.granted = true;
  } else {
    owner.waits_for = name;
  }
  return asked;
}

// Whether nothing is in the way of that waiter: no holder, and no older one that waits.
bool LockTable::may_hold(const Entry& entry, size_t waiter) const {
  const Claim& claim = entry.waiters[waiter];
  for (const Claim& holder : entry.holders) {
    if (holder.age.id != claim.age.id && !compatible(holder.mode, claim.mode)) return false;
  }
  for (size_t i = 0; i < waiter; ++i) {
    if (!compatible(entry.waiters[i].mode, claim.mode)) return false;
  }
  return true;
}

void LockTable::grant(const std::string& key, Entry& entry, const Claim& claim) {
  Owner& owner = owners_[claim.age.id];
  owner.waits_for.reset();
  for (Claim& holder : entry.holders) {
    if (holder.age.id != claim.age.id) continue;
    holder.mode = claim.mode;  // it held a shared lock
    return;
  }
  entry.holders.push_back(claim);
  owner.keys.push_back(key);
}

void LockTable::grant_waiters(Entries::iterator place, std::vector<TxnId>& granted) {
  Entry& entry = place->second;
  for (size_t i = 0; i < entry.waiters.size();) {
    if (!may_hold(entry, i)) {
      ++i;
      continue;
    }
    const Claim claim = entry.waiters[i];
    entry.waiters.erase(entry.waiters.begin() + static_cast<ptrdiff_t>(i));
    grant(place->first, entry, claim);
    granted.push_back(claim.age.id);
  }
}

std::vector<TxnId> LockTable::release(const TxnId& id) {
  std::vector<TxnId> granted;
  const auto owner = owners_.find(id);
  if (owner == owners_.end()) return granted;
  std::vector<std::string> keys = std::move(owner->second.keys);
  if (owner->second.waits_for) keys.push_back(*owner->second.waits_for);
  owners_.erase(owner);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  const auto is_its = [&](const Claim& claim) { return claim.age.id == id; };
  for (const std::string& key : keys) {
    const auto place = entries_.find(key);
    CHECK(place != entries_.end());
    std::erase_if(place->second.holders, is_its);
    std::erase_if(place->second.waiters, is_its);
    grant_waiters(place, granted);
    if (place->second.holders.empty() && place->second.waiters.empty()) entries_.erase(place);
  }
  return granted;
}

void LockTable::pin(const TxnId& id) {
  Owner& owner = owners_[id];
  INVARIANT(!owner.waits_for, "a transaction that waits for a lock votes");
  owner.pinned = true;
}

}  // namespace seedbed::two_phase_commit
