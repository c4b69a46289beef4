// WalFollower: knows at every moment what a server's write-ahead log would be recovered to, from
// nothing but what stands durably on its disk. Invariants ask it what a server's disk really holds,
// instead of asking the server.
//
//   WalFollower disk;
//   image.apply(event);                      // a durable event of the simulated disk
//   disk.look(image);
//   disk.holds({.index = 7, .term = Term{3}})
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/raft/storage.h"
#include "protocols/raft/types.h"
#include "protocols/storage/invariants_durable_log.h"

namespace seedbed::raft {

class WalFollower {
 public:
  // To be called whenever the image of the server's disk has changed, before it is settled. The
  // image must outlive it.
  void look(const DurableImage& image);

  const HardState& hard_state() const { return hard_state_; }

  // The latest configuration in log and snapshot; nothing if neither has one.
  std::optional<Configuration> configuration() const;

  // What the snapshot covers; {0, term 0} if there is none. Its configuration and state.
  EntryId snapshot() const { return snapshot_; }
  const Configuration& snapshot_configuration() const { return snapshot_configuration_; }
  std::string_view snapshot_state() const { return snapshot_state_; }
  // How often another snapshot was found.
  uint64_t snapshots() const { return snapshots_; }
  // The log goes on behind this entry, which a snapshot covers.
  EntryId base() const { return base_; }
  // Whether what was found is a log at all: it begins where the snapshot leaves off, or before.
  bool is_whole() const { return whole_ && last().index >= snapshot_.index; }

  // The last entry that would be recovered, or the base; {0, term 0} if none.
  EntryId last() const;
  // True if this very entry, and so the log up to it, would be recovered, or if the snapshot covers
  // it.
  bool holds(EntryId id) const;
  // The term of the entry that would be recovered at `index`.
  std::optional<Term> term_at(LogIndex index) const;
  // A hash of that entry's kind and data: equal entries have equal ones. Nothing for the base.
  std::optional<uint64_t> content_hash(LogIndex index) const;

  // How often the log has been read again from its start.
  uint64_t rescans() const { return log_.rescans(); }

 private:
  struct Content {
    Term term{};
    uint64_t hash = 0;
  };
  struct ConfigurationAt {
    LogIndex index = 0;
    Configuration configuration;
  };

  void begin();

  storage::DurableLog log_{std::string(kWalDirectory)};
  HardState hard_state_;
  EntryId snapshot_;
  Configuration snapshot_configuration_;
  std::string snapshot_state_;
  uint64_t snapshots_ = 0;
  bool whole_ = true;
  EntryId base_;
  std::vector<Content> entries_;  // behind the base
  std::vector<ConfigurationAt> configurations_;
};

}  // namespace seedbed::raft
