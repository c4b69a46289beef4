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
  // The last entry that would be recovered; {0, term 0} if none.
  EntryId last() const;
  // True if this very entry, and so the log up to it, would be recovered.
  bool holds(EntryId id) const;
  // The term of the entry that would be recovered at `index`.
  std::optional<Term> term_at(LogIndex index) const;
  // A hash of that entry's kind and data: equal entries have equal ones.
  std::optional<uint64_t> content_hash(LogIndex index) const;

  // How often the log has been read again from its start.
  uint64_t rescans() const { return log_.rescans(); }

 private:
  struct Content {
    Term term{};
    uint64_t hash = 0;
  };

  storage::DurableLog log_{std::string(kWalDirectory)};
  HardState hard_state_;
  std::vector<Content> entries_;  // from index 1
};

}  // namespace seedbed::raft
