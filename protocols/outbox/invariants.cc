#include "protocols/outbox/invariants.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/check/progress.h"
#include "sim/history/history.pb.h"
#include "sim/history/operation.h"

namespace seedbed::outbox {
namespace {

constexpr uint64_t kNumbersPerClient = 1'000'000;  // as ClientPlan::first_id counts

std::string in_words(const EventId& id) {
  return fmt::format("operation {} of client {}", id.operation, id.client);
}

class Outbox final : public Checker {
 public:
  Outbox(Disks disks, Parts parts)
      : Checker("Outbox"), disks_(std::move(disks)), parts_(std::move(parts)) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kDurable, EventKind::kStart);
  }
  void on_event(const TraceEvent& event) override {
    disks_->follow(event);
    if (event.kind != EventKind::kDurable) return;
    if (event.node == parts_.consumer) look_at_effects(event);
    if (event.node == parts_.database || event.node == parts_.queue) look_for_lost(event);
  }
  void finish() override { evaluated(disks_->committed().size()); }

 private:
  void look_at_effects(const TraceEvent& event) {
    for (const auto& [id, times] : disks_->consumer().acted()) {
      const auto committed = disks_->committed().find(id);
      if (committed == disks_->committed().end()) {
        violate(event,
                fmt::format("the consumer acted on {}, which the database has not committed",
                            in_words(id)),
                {fact(event, "writes the effect of " + in_words(id))});
      } else if (times > 1) {
        violate(event, fmt::format("the consumer acted {} times on {}", times, in_words(id)),
                {fact(event, "writes its effect again")});
      }
    }
  }

  void look_for_lost(const TraceEvent& event) {
    std::set<EventId> known;
    for (const auto& [number, row] : disks_->database().rows()) known.insert(row.id);
    for (const auto& [number, published] : disks_->queue().events()) known.insert(published.id);
    for (const EventId& id : disks_->open()) {
      if (known.count(id) != 0) continue;
      violate(event,
              fmt::format("{} is committed, but neither outbox nor queue has its event, and the "
                          "consumer has not acted on it",
                          in_words(id)),
              {fact(event, "its disk has changed; no event is left")});
    }
    for (const auto& [id, times] : disks_->committed()) {
      if (times <= 1) continue;
      violate(event, fmt::format("{} was committed {} times", in_words(id), times),
              {fact(event, "commits it again, under another key")});
    }
  }

  Disks disks_;
  Parts parts_;
};

class Durability final : public Checker {
 public:
  explicit Durability(Disks disks) : Checker("Durability"), disks_(std::move(disks)) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kDurable, EventKind::kStart, EventKind::kReturn);
  }
  void on_event(const TraceEvent& event) override {
    disks_->follow(event);
    if (event.kind != EventKind::kReturn || event.name == kGet) return;
    if (outcome_from(event.value) != Outcome::kOk) return;
    const auto* answer = dynamic_cast<const history::Operation*>(event.payload);
    if (answer != nullptr && answer->output() == kMismatch) return;
    evaluated();
    const EventId id{.client = static_cast<uint32_t>(event.id / kNumbersPerClient),
                     .operation = event.id % kNumbersPerClient};
    if (disks_->committed().count(id) != 0) return;
    violate(event,
            fmt::format("{} was acknowledged, but is not on the database's disk", in_words(id)),
            {fact(event, "is told that it is done")});
  }

 private:
  Disks disks_;
};

class OutboxDrained final : public Checker {
 public:
  OutboxDrained(Disks disks, Parts parts)
      : Checker("OutboxDrained"),
        disks_(std::move(disks)),
        parts_(std::move(parts)),
        promised_(parts_.complete) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kDurable, EventKind::kStart, EventKind::kOutside, EventKind::kHeal,
                      EventKind::kEnd);
  }
  void on_event(const TraceEvent& event) override {
    disks_->follow(event);
    if (event.kind == EventKind::kHeal) healed_ = true;
    if (event.kind == EventKind::kEnd) end_ = event.index;
    if (event.kind != EventKind::kOutside) return;
    const bool alone = event.node == parts_.database || event.node == parts_.queue ||
                       event.node == parts_.consumer;
    if (alone) promised_ = false;
  }
  void finish() override {
    evaluated(disks_->committed().size());
    if (!promised_ || !healed_ || disks_->open().empty()) return;
    conclude(CheckStatus::kLiveness,
             fmt::format("in the end the consumer has not acted on {} events, the first of {}",
                         disks_->open().size(), in_words(*disks_->open().begin())),
             {}, end_);
  }

 private:
  Disks disks_;
  Parts parts_;
  bool promised_;
  bool healed_ = false;
  EventIndex end_ = kNoEvent;
};

// Passes on what it sees, until it is clear that nothing is promised.
class ServedAgain final : public Checker {
 public:
  ServedAgain(Parts parts, std::vector<NodeId> clients, Duration bound)
      : Checker("Progress"),
        parts_(std::move(parts)),
        promised_(parts_.complete),
        inner_("Progress", std::move(clients), bound) {}
  EventKinds interests() const override { return inner_.interests().with(EventKind::kOutside); }
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kOutside && event.node == parts_.database) promised_ = false;
    if (event.kind != EventKind::kOutside) inner_.on_event(event);
  }
  void finish() override {
    inner_.finish();
    const CheckResult result = inner_.result();
    evaluated(std::max<uint64_t>(result.evaluated, promised_ ? 0 : 1));
    if (!promised_ || result.status == CheckStatus::kPass) return;
    conclude(result.status, result.message, result.facts, result.event);
  }

 private:
  Parts parts_;
  bool promised_;
  ProgressChecker inner_;
};

}  // namespace

template <class State, class OnRecord>
void PartDisks::follow(Disk<State>& disk, const TraceEvent& event, OnRecord on_record) {
  disk.image.apply(event);
  disk.log.look(disk.image);
  if (disk.log.take_restart()) {
    disk.state = State();
    if (const auto checkpoint = disk.log.checkpoint()) {
      (void)disk.state.restore(checkpoint->state);
    }
  }
  while (const auto record = disk.log.next()) {
    on_record(disk.state.take(record->type, record->payload), record->lsn > disk.lsn);
    disk.lsn = std::max<uint64_t>(disk.lsn, record->lsn);
  }
  disk.image.settle();
}

void PartDisks::follow(const TraceEvent& event) {
  if (event.kind != EventKind::kDurable && event.kind != EventKind::kStart) return;
  if (event.index <= seen_ && event.index != kNoEvent) return;
  seen_ = event.index;
  if (event.node == parts_.database) {
    follow(database_, event, [&](const auto& change, bool fresh) {
      if (!fresh || !change || !change->committed) return;
      ++committed_[*change->committed];
      if (!consumer_.state.has_acted(*change->committed)) open_.insert(*change->committed);
    });
  } else if (event.node == parts_.queue) {
    follow(queue_, event, [](bool, bool) {});
  } else if (event.node == parts_.consumer) {
    follow(consumer_, event, [](bool, bool) {});
    for (const auto& [id, times] : consumer_.state.acted()) open_.erase(id);
  }
}

std::unique_ptr<Checker> make_outbox(Disks disks, const Parts& parts) {
  return std::make_unique<Outbox>(std::move(disks), parts);
}
std::unique_ptr<Checker> make_durability(Disks disks) {
  return std::make_unique<Durability>(std::move(disks));
}
std::unique_ptr<Checker> make_drained(Disks disks, const Parts& parts) {
  return std::make_unique<OutboxDrained>(std::move(disks), parts);
}
std::unique_ptr<Checker> make_progress(const Parts& parts, std::vector<NodeId> clients,
                                       Duration bound) {
  return std::make_unique<ServedAgain>(parts, std::move(clients), bound);
}

}  // namespace seedbed::outbox
