// Durability, and the weaknesses of replication that is asynchronous, always or after a while.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "protocols/primary_backup/invariants.h"
#include "protocols/primary_backup/primary_backup.pb.h"
#include "sim/check/payload.h"
#include "sim/history/history.pb.h"
#include "sim/history/operation.h"

namespace seedbed::primary_backup {
namespace {

constexpr uint64_t kNumbersPerClient = 1'000'000;  // as ClientPlan::first_id counts
// What may be lost: the tail of an asynchronous primary, and what was waited for in vain.
constexpr std::string_view kTail = "WAL-W1";
constexpr std::string_view kInVain = "WAL-W2";

class Durability final : public Checker {
 public:
  Durability(Disks disks, const AckPolicy& policy)
      : Checker("Durability"), disks_(std::move(disks)), policy_(policy) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kDurable, EventKind::kStart, EventKind::kReturn,
                      EventKind::kProbe);
  }
  void on_event(const TraceEvent& event) override {
    last_ = event.index;
    disks_->follow(event);
    if (event.kind == EventKind::kDurable) look_after_hopes();
    if (event.kind == EventKind::kReturn) {
      acknowledge(event);
    } else if (const auto* change = payload_as<wire::RoleChanged>(event)) {
      if (change->primary()) begin_reign(event, Epoch{change->epoch()});
    }
  }
  void finish() override;

 private:
  struct Acknowledged {
    uint64_t operation = 0;
    Fact fact;
  };

  void acknowledge(const TraceEvent& event);
  void begin_reign(const TraceEvent& event, Epoch epoch);
  void lose(const TraceEvent& event, Epoch epoch, const Acknowledged& one);
  void excuse(const TraceEvent& event, uint64_t operation, std::string message,
              std::vector<Fact> facts);
  void look_after_hopes();
  bool waited_in_vain(const TraceEvent& event, uint64_t operation) const;
  bool was_left_behind(uint64_t operation) const;
  std::string on_disks(uint64_t operation) const;

  Disks disks_;
  AckPolicy policy_;
  Epoch latest_{};
  NodeId primary_{};  // of that epoch
  std::vector<Acknowledged> acknowledged_;
  std::set<uint64_t> hopes_;  // acknowledged after the patience, and not on enough disks since
  std::set<uint64_t> lost_;   // by a weakness
  std::string weakness_;
  std::vector<Fact> weakness_facts_;
  EventIndex weakness_at_ = kNoEvent;
  EventIndex last_ = kNoEvent;
};

std::string Durability::on_disks(uint64_t operation) const {
  std::string text;
  for (const NodeId node : disks_->holders(operation)) text += fmt::format(" n{}", number(node));
  return text.empty() ? " none" : text;
}

void Durability::acknowledge(const TraceEvent& event) {
  if (outcome_from(event.value) != seedbed::Outcome::kOk || event.name == kGet) return;
  const auto* answer = dynamic_cast<const history::Operation*>(event.payload);
  if (answer != nullptr && answer->output() == kMismatch) return;
  evaluated();
  const uint64_t operation =
      operation_key(event.id / kNumbersPerClient, event.id % kNumbersPerClient);
  Acknowledged one{.operation = operation,
                   .fact = fact(event, fmt::format("is told that its {} {} is done", event.name,
                                                   event.id % kNumbersPerClient))};
  const size_t copies = disks_->holders(operation).size();
  const bool few = copies < policy_.copies() && lost_.count(operation) == 0;
  const bool may_hope =
      waited_in_vain(event, operation) && (copies > 0 || was_left_behind(operation));
  if (few && may_hope) {
    hopes_.insert(operation);
  } else if (few) {
    violate(event,
            fmt::format("operation {} of client {} was acknowledged with {} copies on disk; "
                        "{} are promised",
                        event.id % kNumbersPerClient, number(event.node), copies, policy_.copies()),
            {one.fact, fact(event, "it is then on the disks of" + on_disks(operation))});
  }
  acknowledged_.push_back(std::move(one));
}

// Of those that were acknowledged for want of patience, some come to stand where they should.
void Durability::look_after_hopes() {
  std::erase_if(hopes_, [&](uint64_t operation) {
    return disks_->holders(operation).size() >= policy_.copies();
  });
}

bool Durability::waited_in_vain(const TraceEvent& event, uint64_t operation) const {
  if (policy_.patience == Duration()) return false;
  const auto entries = disks_->entries_of(operation);
  return std::any_of(entries.begin(), entries.end(), [&](const ReplicaDisks::Kept& entry) {
    return event.time - entry.since >= policy_.patience;
  });
}

// A later reign than that in which it was written has begun without it.
bool Durability::was_left_behind(uint64_t operation) const {
  const auto entries = disks_->entries_of(operation);
  return !disks_->holds(primary_, operation) &&
         std::all_of(entries.begin(), entries.end(),
                     [&](const ReplicaDisks::Kept& entry) { return entry.id.epoch < latest_; });
}

// Whoever is so slow that a later reign has begun meanwhile will find nobody to follow it.
void Durability::begin_reign(const TraceEvent& event, Epoch epoch) {
  if (epoch < latest_) return;
  latest_ = epoch;
  primary_ = event.node;
  for (const Acknowledged& one : acknowledged_) {
    if (lost_.count(one.operation) != 0 || disks_->holds(event.node, one.operation)) continue;
    lose(event, epoch, one);
  }
}

void Durability::lose(const TraceEvent& event, Epoch epoch, const Acknowledged& one) {
  const std::vector<NodeId> holders = disks_->holders(one.operation);
  std::string message = fmt::format(
      "n{} became primary of epoch {} without an acknowledged write; it is on the disks of{}",
      number(event.node), number(epoch), on_disks(one.operation));
  std::vector<Fact> facts{one.fact,
                          fact(event, fmt::format("becomes primary of epoch {}; its log ends at {}",
                                                  number(epoch), disks_->last(event.node).index))};
  // Only the disk of whoever acknowledged it has it: it came after the last that a backup heard.
  const bool tail = policy_.asynchronous() && holders.size() <= 1;
  if (tail || hopes_.count(one.operation) != 0) {
    excuse(event, one.operation, std::move(message), std::move(facts));
  } else {
    violate(event, std::move(message), std::move(facts));
  }
}

// The first loss is told of.
void Durability::excuse(const TraceEvent& event, uint64_t operation, std::string message,
                        std::vector<Fact> facts) {
  lost_.insert(operation);
  hopes_.erase(operation);
  if (!weakness_.empty()) return;
  weakness_ = std::move(message);
  weakness_facts_ = std::move(facts);
  weakness_at_ = event.index;
}

void Durability::finish() {
  for (const Acknowledged& one : acknowledged_) {
    const size_t copies = disks_->holders(one.operation).size();
    if (copies >= policy_.copies() || lost_.count(one.operation) != 0) continue;
    // Acknowledged by a primary that was none any more.
    if (hopes_.count(one.operation) != 0 && was_left_behind(one.operation)) {
      excuse(TraceEvent{.index = last_}, one.operation,
             fmt::format("in the end an acknowledged write is on the disks of{}",
                         on_disks(one.operation)),
             {one.fact});
      continue;
    }
    conclude(CheckStatus::kViolation,
             fmt::format("in the end an acknowledged write stands on {} disks; {} are promised",
                         copies, policy_.copies()),
             {one.fact}, last_);
    return;
  }
  if (weakness_.empty()) return;
  excuse_by(std::string(policy_.asynchronous() ? kTail : kInVain), CheckStatus::kViolation,
            weakness_, weakness_facts_, weakness_at_);
}

}  // namespace

std::unique_ptr<Checker> make_durability(Disks disks, const AckPolicy& policy) {
  return std::make_unique<Durability>(std::move(disks), policy);
}

}  // namespace seedbed::primary_backup
