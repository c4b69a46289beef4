// What the replicated counter promises, held against a run: its operations as clients saw them, and
// the states that replicas report. All of them look at entries, not at values, in which a lost
// increment and a lost decrement would hide each other.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/crdt_counter/counters.h"
#include "sim/check/checker.h"
#include "sim/check/durable_image.h"

namespace seedbed::crdt_counter {

// The state in that event, if it is a StateReport.
std::optional<Counters> reported_state(const TraceEvent& event);
// The same as text, which is equal if the states are: what ConvergenceChecker compares.
std::optional<std::string> digest(const TraceEvent& event);

// Additions and subtractions of one counter, summed over clients.
struct Amounts {
  uint64_t added = 0;
  uint64_t taken = 0;
};

// What clients have asked for so far. What failed did not happen, and does not count.
class AskedFor {
 public:
  static EventKinds interests() { return EventKinds(EventKind::kInvoke, EventKind::kReturn); }
  void follow(const TraceEvent& event);
  Amounts of(const std::string& key) const;

 private:
  struct Change {
    std::string key;
    uint64_t amount = 0;
    bool taken = false;
  };
  uint64_t& sum(const Change& change);

  std::map<uint64_t, Change> running_;  // by operation
  std::map<std::string, Amounts> asked_;
};

// Nobody knows more of a replica's entries than the replica itself. This is what makes max() the
// right merge; without it increments vanish. Evaluates reported entries.
class OwnEntriesAreGreatest final : public Checker {
 public:
  OwnEntriesAreGreatest() : Checker("OwnEntriesAreGreatest") {}
  EventKinds interests() const override { return EventKinds(EventKind::kProbe); }
  void on_event(const TraceEvent& event) override;

 private:
  struct Seen {
    uint64_t count = 0;
    Fact fact;
  };
  struct Place {  // of one entry, and in which half of the counter it is
    NodeId replica{};
    std::string key;
    bool taken = false;
    auto operator<=>(const Place&) const = default;
  };
  void look_at(const TraceEvent& event, const std::string& key, const GCounter& half, bool taken);

  std::map<Place, Seen> greatest_;
};

// At no time does a replica know of more than clients have asked for. Evaluates reports.
class NothingCountedTwice final : public Checker {
 public:
  NothingCountedTwice() : Checker("NothingCountedTwice") {}
  EventKinds interests() const override { return AskedFor::interests().with(EventKind::kProbe); }
  void on_event(const TraceEvent& event) override;

 private:
  void judge(const TraceEvent& event, const Counters& state);

  AskedFor asked_;
};

// Nobody reads what no set of the operations that clients have asked for can explain. All that a
// client can hold against counters that promise no fresh reads. Evaluates reads.
class ReadsArePossible final : public Checker {
 public:
  ReadsArePossible() : Checker("ReadsArePossible") {}
  EventKinds interests() const override { return AskedFor::interests(); }
  void on_event(const TraceEvent& event) override;

 private:
  void judge(const TraceEvent& event, const std::string& key, int64_t value);

  AskedFor asked_;
  std::map<uint64_t, std::string> reads_;  // running ones, by operation: of which counter
};

// At the end the replicas together know of everything that was acknowledged; of one that is down
// then, what its disk holds counts. Evaluates acknowledged changes.
class NoIncrementLost final : public Checker {
 public:
  explicit NoIncrementLost(std::vector<NodeId> replicas)
      : Checker("NoIncrementLost"), replicas_(std::move(replicas)) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kProbe, EventKind::kStart, EventKind::kCrash, EventKind::kDurable,
                      EventKind::kInvoke, EventKind::kReturn);
  }
  void on_event(const TraceEvent& event) override;
  void finish() override;

 private:
  struct Asked {
    std::string key;
    uint64_t amount = 0;
  };
  struct Reported {
    Counters state;
    EventIndex event{};
    Time time{};
  };

  std::vector<NodeId> replicas_;
  std::map<uint64_t, Asked> running_;  // by operation
  std::map<std::string, Amounts> acknowledged_;
  std::map<NodeId, Reported> reported_;  // last, of those that are up
  std::map<NodeId, DurableImage> disks_;
};

}  // namespace seedbed::crdt_counter
