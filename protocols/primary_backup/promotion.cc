// How a backup becomes the primary of the next epoch.
#include <algorithm>

#include "protocols/primary_backup/convert.h"
#include "protocols/primary_backup/replica.h"

namespace seedbed::primary_backup {
namespace {

constexpr Site kPatience("primary_backup.patience", ChoiceClass::kAmbient);
constexpr Duration kLook = 25ms;  // between two looks at the clock
constexpr int kLooksPerReport = 20;
constexpr Duration kAgain = 25ms;  // between two requests to the same replica
constexpr Duration kAnswerTime = 150ms;

}  // namespace

void Replica::keep_watch() {
  bool again = true;
  for (int look = 0;; ++look, env_.sleep(kLook)) {
    if (look % kLooksPerReport == 0) report_standing();
    if (again) {
      const auto spread = static_cast<uint64_t>(options_.lease.count());
      patience_ = Duration(static_cast<int64_t>(env_.random(kPatience, spread)));
    }
    again = false;
    retire_if_stuck();
    if (!may_stand()) continue;
    const bool promoted = stand();
    if (!promoted && role_ == Role::kCandidate) role_ = Role::kBackup;
    heard_ = env_.now();
    again = true;
  }
}

// A primary that nobody answers may still be heard, and one whose disk stands still may still be
// answered: its backups would be loyal to it for ever.
void Replica::retire_if_stuck() {
  const bool moves = commit_ >= log_.last().index || commit_ != commit_seen_;
  commit_seen_ = commit_;
  if (role_ != Role::kPrimary || (leased() && moves)) {
    fit_ = env_.now();
    return;
  }
  if (env_.now() < fit_ + options_.lease * 2) return;
  env_.reached("primary_backup.retired");
  role_ = Role::kBackup;
  primary_ = NodeId{};
  heard_ = env_.now();
  report_role(false);
  answer_all_unknown();
  changed_.notify_all();
}

// Whoever has promised itself to a primary, or has heard of one, leaves it in peace.
bool Replica::may_stand() const {
  return role_ == Role::kBackup && env_.now() >= promised_until_ &&
         env_.now() >= heard_ + options_.lease + patience_;
}

bool Replica::stand() {
  const std::optional<Ownership> latest = authority_.read();
  if (!latest || !may_stand()) return false;
  if (latest->owner == env_.self() && latest->epoch == promised_ && options_.rules.may_resume()) {
    reign();
    return true;
  }
  if (latest->epoch > seen_) {
    // News: somebody was quicker, and gets the time to introduce itself.
    seen_ = latest->epoch;
    if (latest->owner != env_.self()) return false;
  }
  const Epoch epoch{number(latest->epoch) + 1};
  if (!authority_.replace(*latest, {.epoch = epoch, .owner = env_.self()})) return false;
  if (!may_stand() || promised_ >= epoch) return false;
  adopt(epoch);
  role_ = Role::kCandidate;
  journal_.commit();
  await(journal_.end());
  if (!is_candidate(epoch) || !gather_fences(epoch) || !fetch_best(epoch)) return false;
  reign();
  return true;
}

// Blocks until enough replicas have promised to follow nobody but the owner of that epoch.
bool Replica::gather_fences(Epoch epoch) {
  votes_ = {{.from = env_.self(), .last = log_.last()}};
  const NodeTime deadline = env_.now() + options_.lease * 3;
  for (const NodeId other : others()) {
    env_.spawn("fence", [this, other, epoch, deadline] { ask_for_fence(other, epoch, deadline); });
  }
  while (votes_.size() < options_.policy.fences()) {
    const Duration left = deadline - env_.now();
    if (left <= Duration::zero()) return false;
    changed_.wait_for(left);
    if (!is_candidate(epoch)) return false;
  }
  return true;
}

void Replica::ask_for_fence(NodeId other, Epoch epoch, NodeTime deadline) {
  while (is_candidate(epoch) && env_.now() < deadline) {
    wire::Fence::Request request;
    request.set_epoch(number(epoch));
    const auto answer = env_.call<wire::Fence>(other, std::move(request), kAnswerTime);
    if (!is_candidate(epoch)) return;
    if (answer && answer->granted()) {
      votes_.push_back({.from = other, .last = from_wire(answer->last())});
      changed_.notify_all();
      return;
    }
    if (answer && Epoch{answer->epoch()} > epoch) {
      adopt(Epoch{answer->epoch()});
      journal_.commit();
      return;
    }
    env_.sleep(kAgain);
  }
}

// Blocks until this replica has all that any of those that it fenced has: one of them has all that
// was acknowledged, and none can change any more but by its word.
bool Replica::fetch_best(Epoch epoch) {
  const auto best =
      std::max_element(votes_.begin(), votes_.end(),
                       [](const Vote& a, const Vote& b) { return behind(a.last, b.last); });
  const Vote vote = *best;
  if (!options_.rules.must_fetch(log_.last(), vote.last)) return true;
  env_.reached("primary_backup.fetched_before_promotion");
  const NodeTime deadline = env_.now() + options_.lease * 2;
  while (env_.now() < deadline) {
    wire::Fetch::Request request;
    request.set_epoch(number(epoch));
    to_wire(store_.applied(), request.mutable_behind());
    const auto answer = env_.call<wire::Fetch>(vote.from, std::move(request), kAnswerTime);
    if (!is_candidate(epoch)) return false;
    if (!answer || !answer->granted()) {
      env_.sleep(kAgain);
      continue;
    }
    if (answer->has_snapshot()) {
      install(from_wire(answer->snapshot().id()), answer->snapshot().data());
    }
    if (!merge(answer->entries())) return false;
    journal_.commit();
    await(journal_.end());
    return is_candidate(epoch);
  }
  return false;
}

}  // namespace seedbed::primary_backup
