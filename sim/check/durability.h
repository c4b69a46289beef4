// Durability: an acknowledged write is never lost. What a client was told had happened stands on
// enough disks that no permitted crash can take it away.
//
//   class RaftLogReader : public DurableReader {   // protocol code: it knows its files
//     void read(const DurableImage& image, DurableSet& set) override {
//       const DurableFile* log = image.find("log");
//       // Entries beyond log->unchanged(): set.erase(key). Then parse the rest: set.insert(key).
//     }
//   };
//   DurabilityChecker checker("durable", {.replicas = {n1, n2, n3}, .required = 2},
//                             [](NodeId) { return std::make_unique<RaftLogReader>(); });
//
// Keys name operations; a key is a number that both sides know: the operation's number in the
// history, or, where the protocol has sessions, client and sequence packed into one. Of each node
// the checker keeps the image of its disk and the set of keys that a reader finds there; a ledger
// counts on how many disks each acknowledged key stands, so that a look at the end costs nothing
// where nothing has changed.
//
// `required` is what the protocol promises. One disk: 1. Raft: a majority, since an entry on a
// majority of durable logs is in the log of every later leader, and since a majority remains one
// when every node is restarted. More generally, if any q of n replicas must be enough to recover:
// n - q + 1.
//
// Looks are taken when a replica crashes, when one starts, and at the end of the run; with
// options.at_acknowledgement also at each acknowledgement: then the write must be durable before
// the client is told, which most protocols promise. A protocol that compacts its log counts what a
// snapshot covers as present: that is for its reader to know. Changing the set of replicas is not
// supported: give such protocols a checker that follows the configurations.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/checker.h"
#include "sim/check/durable_image.h"
#include "sim/check/index_table.h"
#include "sim/history/history.h"

namespace seedbed {

// Counts the disks on which keys stand, and how many acknowledged keys stand on too few. Up to 64
// replicas.
class DurableLedger {
 public:
  explicit DurableLedger(size_t required) : required_(required) {}

  void insert(uint64_t key, uint32_t replica) { set_holders(key, replica, true); }
  void erase(uint64_t key, uint32_t replica) { set_holders(key, replica, false); }
  void acknowledge(uint64_t key);

  // A bit for each replica, in the order of options.replicas.
  uint64_t holders(uint64_t key) { return line(key).holders; }
  bool stands(uint64_t key) { return is_enough(line(key).holders); }
  // Acknowledged keys that do not stand.
  uint64_t missing() const { return missing_; }

 private:
  struct Line {
    uint64_t key = 0;
    uint64_t holders = 0;
    bool acknowledged = false;
  };
  Line& line(uint64_t key);
  void set_holders(uint64_t key, uint32_t replica, bool holds);
  bool is_enough(uint64_t holders) const {
    return static_cast<size_t>(std::popcount(holders)) >= required_;
  }

  size_t required_;
  std::vector<Line> lines_;
  IndexTable numbers_;
  uint64_t missing_ = 0;
};

// The keys on one disk, as its reader sees them. Both calls may be repeated without effect.
class DurableSet {
 public:
  DurableSet(DurableLedger* ledger, uint32_t replica) : ledger_(*ledger), replica_(replica) {}
  void insert(uint64_t key) { ledger_.insert(key, replica_); }
  void erase(uint64_t key) { ledger_.erase(key, replica_); }

 private:
  DurableLedger& ledger_;
  uint32_t replica_;
};

// Knows the format of one protocol's files. One for each replica; it may remember what it has
// parsed.
class DurableReader {
 public:
  virtual ~DurableReader() = default;
  // Brings `set` up to date with the image, which has changed since the last call: files say how
  // far they are unchanged, and image.names_changed() whether others have taken their names. Reads
  // what a restarted process would recover: a torn or damaged record is not there.
  virtual void read(const DurableImage& image, DurableSet& set) = 0;
};

struct DurabilityOptions {
  std::vector<NodeId> replicas;  // up to 64
  size_t required = 1;           // on how many of their disks an acknowledged operation must stand
  bool at_acknowledgement = false;
};

class DurabilityChecker : public Checker {
 public:
  using MakeReader = std::function<std::unique_ptr<DurableReader>(NodeId replica)>;
  // The key of an ok operation that must be durable; nullopt: it changed nothing.
  using KeyOf = std::function<std::optional<uint64_t>(const Entry& entry)>;

  // The key of an operation is its number in the history. Not of get, read, and a cas that found
  // another value.
  static std::optional<uint64_t> key_by_number(const Entry& entry);

  DurabilityChecker(std::string name, DurabilityOptions options, const MakeReader& make_reader,
                    KeyOf key_of = key_by_number);

  EventKinds interests() const override {
    return EventKinds(EventKind::kDurable, EventKind::kStart, EventKind::kCrash, EventKind::kInvoke,
                      EventKind::kReturn);
  }
  void on_event(const TraceEvent& event) override;
  // Evaluates the acknowledged operations.
  void finish() override;

 private:
  struct Replica {
    NodeId node{};
    DurableImage image;
    std::unique_ptr<DurableReader> reader;
  };
  struct Acknowledged {
    uint64_t key;
    uint32_t entry;  // in the history
  };

  Replica* find(NodeId node);
  void acknowledge(const TraceEvent& event);
  void read_disks();
  void look(const TraceEvent& at, const std::string& occasion);
  void report(const Acknowledged& lost, const TraceEvent& at, const std::string& occasion);

  DurabilityOptions options_;
  KeyOf key_of_;
  std::vector<Replica> replicas_;
  DurableLedger ledger_;
  HistoryBuilder builder_;
  std::vector<Acknowledged> acknowledged_;
  TraceEvent last_;  // the last event, without its texts
};

}  // namespace seedbed
