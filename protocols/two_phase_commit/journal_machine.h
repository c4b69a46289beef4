// JournalMachine: what a journal amounts to that a group of servers keeps in its log. Pure: every
// member has one, and all that applied the same commands have the same.
//
//   JournalMachine machine;
//   machine.apply(encode_append({encode(Prepared{...})}));
//   machine.apply(encode_checkpoint(machine.end(), state));
//   machine.contents();                       // what a server finds that begins to lead
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/two_phase_commit/journal.h"

namespace seedbed::two_phase_commit {

// Commands of the log.
std::string encode_append(const std::vector<JournalRecord>& records);
// `state` takes the place of all records up to there.
std::string encode_checkpoint(Place place, std::string_view state);

class JournalMachine {
 public:
  // False, and nothing changes, if no server can have written that command here.
  bool apply(std::string_view command);

  const JournalContents& contents() const { return contents_; }
  // Behind the checkpoint, and behind all records.
  Place begin() const { return begin_; }
  Place end() const { return begin_ + contents_.records.size(); }

  // All of this as bytes, and back. False, and nothing changes, if the bytes are none of that.
  std::string snapshot() const;
  bool restore(std::string_view bytes);

 private:
  JournalContents contents_;
  Place begin_ = 0;
};

}  // namespace seedbed::two_phase_commit
