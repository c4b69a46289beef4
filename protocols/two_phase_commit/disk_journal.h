// DiskJournal: a journal on the disk of its server, in the write-ahead log of protocols/storage.
#pragma once

#include <string_view>

#include "protocols/primary_backup/direct_wal.h"
#include "protocols/two_phase_commit/journal.h"

namespace seedbed::two_phase_commit {

// The directory of the log on a server's disk.
inline constexpr std::string_view kDirectory = "journal";

class DiskJournal final : public Journal {
 public:
  DiskJournal(Env& env, uint64_t segment_bytes)
      : env_(env),
        wal_(env, {.directory = std::string(kDirectory),
                   .segment_bytes = segment_bytes,
                   .preallocate = false}) {}

  Result<JournalContents> recover() override;
  Place append(std::vector<JournalRecord> records) override;
  void await(Place place) override { wal_.await(place); }
  bool checkpoint(Place place, std::string_view state) override {
    return wal_.checkpoint(place, state);
  }
  Place end() const override { return wal_.end(); }
  uint32_t life() const override { return number(env_.incarnation()); }
  // Nobody else has this disk.
  void confirm() override {}

 private:
  Env& env_;
  primary_backup::DirectWal wal_;
};

}  // namespace seedbed::two_phase_commit
