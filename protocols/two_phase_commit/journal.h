// Journal: what a coordinator or a participant must find again after a crash.
//
//   journal.force({encode(Prepared{...})});                   // Blocks until it is durable.
//   const Place end = journal.append({encode(End{...})});     // some time later it will be
//   journal.checkpoint(end, state);
//
// How it is kept is nobody's business: on a disk (disk_journal.h), or by a group of servers. The
// one promise is that records are kept in the order in which they were appended, without a gap.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/core/result.h"
#include "sim/core/wait.h"
#include "sim/world/env.h"

namespace seedbed::two_phase_commit {

// A record as the journal sees it: the type is the owner's.
struct JournalRecord {
  uint8_t type = 0;
  std::string bytes;
};

// Behind some record of the journal. Later places are greater.
using Place = uint64_t;

struct JournalContents {
  std::string checkpoint;              // empty: there is none
  std::vector<JournalRecord> records;  // behind it
};

class Journal {
 public:
  virtual ~Journal() = default;

  // Blocks. What is there; call it first, and once. kCorrupt if something was lost that had been
  // durable: do not serve.
  virtual Result<JournalContents> recover() = 0;
  // Appends the records behind all others, all of them or none. Never blocks.
  virtual Place append(std::vector<JournalRecord> records) = 0;
  // Blocks until the journal is durable through there. If nobody can know that any more, it never
  // returns: the process ends.
  virtual void await(Place place) = 0;
  // Blocks until `state`, which is that behind `place`, has taken the place of all records up to
  // there. False if that could not be done now.
  virtual bool checkpoint(Place place, std::string_view state) = 0;
  // Behind all that was appended.
  virtual Place end() const = 0;
  // Of whoever keeps it: what was not in the journal of an earlier life is gone. No two lives have
  // the same number.
  virtual uint32_t life() const = 0;
  // Blocks until it is certain that nobody else had begun to keep this journal when this was
  // called. If somebody had, it never returns: the process ends.
  virtual void confirm() = 0;

  // Blocks until the records are durable.
  void force(std::vector<JournalRecord> records) { await(append(std::move(records))); }
};

// Blocks for ever. Whenever so many records have come, `state`, which is what all that was appended
// amounts to, takes their place. `changed` is notified whenever something is appended.
[[noreturn]] void keep_checkpointing(Env& env, Journal& journal, Signal& changed, uint64_t every,
                                     const std::function<std::string()>& state);

}  // namespace seedbed::two_phase_commit
