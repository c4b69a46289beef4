// What the primary does.
#include <algorithm>
#include <functional>
#include <utility>

#include "protocols/primary_backup/convert.h"
#include "protocols/primary_backup/replica.h"

namespace seedbed::primary_backup {
namespace {

constexpr Site kSmallMessages("primary_backup.small_messages", ChoiceClass::kFault);
constexpr size_t kMostEntries = 64;
// How long it waits for a backup's answer, and how long after a refusal.
constexpr Duration kAnswerTime = 120ms;
constexpr Duration kPause = 20ms;
// Between two looks whether a write has waited for too long.
constexpr Duration kLook = 10ms;

}  // namespace

// Called by the owner of the epoch, which has all that was acknowledged. Nothing of it is committed
// by counting before an entry of this epoch is: an entry of an earlier one may stand on many disks
// and yet give way to another (Ongaro, "Consensus", 2014, section 3.6.2).
void Replica::reign() {
  role_ = Role::kPrimary;
  primary_ = env_.self();
  env_.reached("primary_backup.promoted");
  own_ = log_.last().index;
  first_ = own_ + 1;
  followers_.clear();
  kept_.clear();
  for (const NodeId other : others()) followers_[other].next = first_;
  report_role(true);
  append(Command());
  const Epoch epoch = promised_;
  for (const NodeId other : others()) {
    env_.spawn("send", [this, other, epoch] { keep_sending(other, epoch); });
  }
  if (options_.policy.patience > Duration()) {
    env_.spawn("patience", [this, epoch] { keep_patience(epoch); });
  }
}

void Replica::append(const Command& command) {
  LogEntry entry{.id = {.index = log_.last().index + 1, .epoch = promised_},
                 .command = encode(command)};
  const EntryId id = entry.id;
  journal_.add(entry);
  log_.append(std::move(entry));
  journal_.commit([this, id] {
    if (!leads(id.epoch)) return;
    own_ = std::max(own_, id.index);
    if (options_.policy.patience > Duration()) kept_.push_back({own_, env_.now()});
    advance();
  });
  if (!options_.rules.waits_for_disk()) own_ = id.index;
  advance();
  changed_.notify_all();
}

void Replica::keep_sending(NodeId backup, Epoch epoch) {
  while (leads(epoch)) {
    const Follower& follower = followers_.at(backup);
    const bool idle = follower.next > log_.last().index && follower.told >= commit_;
    if (idle && !follower.wants_snapshot) {
      // Woken by anything that changes, it looks whether that is news.
      const NodeTime due = env_.now() + options_.heartbeat;
      while (leads(epoch) && followers_.at(backup).next > log_.last().index &&
             followers_.at(backup).told >= commit_ && env_.now() < due) {
        changed_.wait_for(due - env_.now());
      }
      if (!leads(epoch)) return;
    }
    if (followers_.at(backup).wants_snapshot) {
      send_snapshot(backup, epoch);
    } else {
      send_entries(backup, epoch);
    }
  }
}

void Replica::send_entries(NodeId backup, Epoch epoch) {
  Follower& follower = followers_.at(backup);
  if (follower.next <= log_.base().index) {
    follower.wants_snapshot = EntryId();  // in place of nothing that is known
    return;
  }
  wire::Replicate::Request request;
  request.set_epoch(number(epoch));
  const Index prev = follower.next - 1;
  to_wire({.index = prev, .epoch = *log_.epoch_at(prev)}, request.mutable_prev());
  const size_t most = env_.buggify(kSmallMessages) ? 1 : kMostEntries;
  for (const LogEntry& entry : log_.behind(prev, most)) to_wire(entry, request.add_entries());
  request.set_commit(commit_);
  if (serving() && leased()) request.set_echo(follower.echo);
  const Index told = commit_;
  const NodeTime asked = env_.now();
  const Label label{.first = "epoch",
                    .first_value = number(epoch),
                    .second = "last",
                    .second_value = prev + static_cast<uint64_t>(request.entries_size())};
  const auto answer = env_.call<wire::Replicate>(backup, std::move(request), kAnswerTime, label);
  if (!leads(epoch)) return;
  if (!answer) {
    if (answer.error() == Error::kUnavailable) env_.sleep(kPause);
    return;
  }
  if (!answer->accepted()) {
    step_down_for(Epoch{answer->epoch()});
    return;
  }
  follower.told = told;
  follower.promised = std::max(follower.promised, asked);
  take_answer(follower, *answer);
  advance();
  changed_.notify_all();
}

void Replica::take_answer(Follower& follower, const wire::Replicate::Response& response) {
  follower.echo = response.at();
  if (response.matched()) {
    follower.match = std::max(follower.match, response.match());
    follower.next = follower.match + 1;
    return;
  }
  const EntryId applied = from_wire(response.applied());
  follower.told = 0;
  if (log_.holds(applied)) {
    follower.next = applied.index + 1;
  } else {
    follower.wants_snapshot = applied;
  }
}

void Replica::send_snapshot(NodeId backup, Epoch epoch) {
  wire::Install::Request request;
  request.set_epoch(number(epoch));
  const EntryId id = store_.applied();
  to_wire(id, request.mutable_snapshot()->mutable_id());
  request.mutable_snapshot()->set_data(store_.data());
  to_wire(*followers_.at(backup).wants_snapshot, request.mutable_replaces());
  const NodeTime asked = env_.now();
  const auto answer = env_.call<wire::Install>(backup, std::move(request), kAnswerTime);
  if (!leads(epoch)) return;
  if (!answer) {
    if (answer.error() == Error::kUnavailable) env_.sleep(kPause);
    return;
  }
  if (!answer->accepted()) {
    step_down_for(Epoch{answer->epoch()});
    return;
  }
  Follower& follower = followers_.at(backup);
  follower.wants_snapshot.reset();
  follower.next = id.index + 1;
  follower.promised = std::max(follower.promised, asked);
  advance();
}

void Replica::step_down_for(Epoch newer) {
  if (newer <= promised_) {
    env_.sleep(kPause);
    return;
  }
  adopt(newer);
  heard_ = env_.now();
  journal_.commit();
}

void Replica::advance() {
  if (role_ != Role::kPrimary) return;
  std::vector<Index> backups;
  for (const auto& [node, follower] : followers_) backups.push_back(follower.match);
  Index counted = options_.rules.acknowledged(options_.policy, own_, std::move(backups));
  if (const Index alone = waited_in_vain(); alone > counted) {
    env_.reached("primary_backup.went_on_alone");
    counted = alone;
  }
  if (counted < first_ || counted <= commit_) return;
  // Without backups to ask, only the lease tells that nobody else acknowledges writes.
  if (options_.policy.asynchronous() && !leased()) return;
  commit_ = counted;
  while (!kept_.empty() && kept_.front().index <= commit_) kept_.pop_front();
  apply_committed();
}

Index Replica::waited_in_vain() const {
  Index last = 0;
  for (const Kept& kept : kept_) {
    if (env_.now() < kept.since + options_.policy.patience) break;
    last = kept.index;
  }
  return last;
}

void Replica::keep_patience(Epoch epoch) {
  while (leads(epoch)) {
    env_.sleep(kLook);
    advance();
  }
}

bool Replica::leased() const {
  const size_t needed = options_.policy.promises();
  if (needed == 0) return true;
  std::vector<NodeTime> promised;
  for (const auto& [node, follower] : followers_) promised.push_back(follower.promised);
  if (promised.size() < needed) return false;
  std::sort(promised.begin(), promised.end(), std::greater<>());
  const Duration length = options_.rules.lease_length(options_.lease, options_.drift_ppm);
  const NodeTime since = promised[needed - 1];
  return since != NodeTime() && env_.now() < since + length;
}

}  // namespace seedbed::primary_backup
