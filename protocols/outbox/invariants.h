// What the stateless service promises, held against the disks of its parts.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocols/outbox/states.h"
#include "protocols/storage/invariants_durable_log.h"
#include "sim/check/checker.h"
#include "sim/check/durable_image.h"

namespace seedbed::outbox {

// Which server is what.
struct Parts {
  NodeId database{};
  NodeId cache{};
  NodeId queue{};
  NodeId consumer{};
  std::vector<NodeId> front_ends;
  bool complete = true;  // a script may have left out some; then nothing gets done
};

// What the three disks hold, followed through the `durable` events of a run.
class PartDisks {
 public:
  explicit PartDisks(const Parts& parts) : parts_(parts) {}

  // Takes in a `durable` or `start` event; ignores other nodes, and events that it has seen.
  void follow(const TraceEvent& event);

  const DatabaseState& database() const { return database_.state; }
  const QueueState& queue() const { return queue_.state; }
  const ConsumerState& consumer() const { return consumer_.state; }
  // Transactions that changed something, by their causes, and how often.
  const std::map<EventId, uint64_t>& committed() const { return committed_; }
  // Causes of transactions on whose event the consumer has not yet acted.
  const std::set<EventId>& open() const { return open_; }

 private:
  template <class State>
  struct Disk {
    explicit Disk(std::string_view directory) : log(std::string(directory)) {}
    DurableImage image;
    storage::DurableLog log;
    State state;
    uint64_t lsn = 0;  // of the last record that was counted
  };
  template <class State, class OnRecord>
  static void follow(Disk<State>& disk, const TraceEvent& event, OnRecord on_record);

  Parts parts_;
  Disk<DatabaseState> database_{kDatabase};
  Disk<QueueState> queue_{kQueue};
  Disk<ConsumerState> consumer_{kConsumer};
  std::map<EventId, uint64_t> committed_;
  std::set<EventId> open_;
  EventIndex seen_ = kNoEvent;
};

using Disks = std::shared_ptr<PartDisks>;

// The consumer acts on an event if and only if its transaction was committed, and once: nothing is
// on the consumer's disk that is not on the database's; nothing is there twice; and what is on the
// database's and not yet there is in the outbox or in the queue. Evaluates transactions.
std::unique_ptr<Checker> make_outbox(Disks disks, const Parts& parts);

// What was acknowledged is on the database's disk. Evaluates acknowledged changes.
std::unique_ptr<Checker> make_durability(Disks disks);

// Some time after healing, the consumer has acted on all that was committed. Not promised if the
// database, the queue or the consumer does not come back: there is one of each. Evaluates
// transactions.
std::unique_ptr<Checker> make_drained(Disks disks, const Parts& parts);

// sim/check/progress.h, not promised if the database does not come back.
std::unique_ptr<Checker> make_progress(const Parts& parts, std::vector<NodeId> clients,
                                       Duration bound);

}  // namespace seedbed::outbox
