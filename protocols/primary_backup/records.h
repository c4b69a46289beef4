// What a replica keeps on its disk: records of a write-ahead log (protocols/storage), and now and
// then a checkpoint in place of them.
//
//   epoch     the newest epoch that the replica has heard of (8)
//   truncate  the first index to drop (8)
//   entry     index (8), epoch (8), command
//   install   index (8), epoch (8), data: a state in place of all entries
//
// A checkpoint is the whole image: data, table and the index of the last applied entry in one
// piece, so that they cannot come apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/primary_backup/types.h"
#include "protocols/storage/format.h"

namespace seedbed::primary_backup {

// The directory of the log on a replica's disk.
inline constexpr std::string_view kDirectory = "replica";

struct EpochSeen {
  Epoch epoch{};
};
struct Truncated {
  Index from = 0;
};
struct Installed {
  EntryId id;
  std::string data;
};
using Record = std::variant<EpochSeen, Truncated, LogEntry, Installed>;

void add(storage::Batch& batch, const Record& record);
// Nothing if no replica has written it.
std::optional<Record> decode_record(uint8_t type, std::string_view payload);

// What a disk amounts to.
struct Image {
  Epoch promised{};
  EntryId applied;                // the last entry that is in the data
  std::string data;               // Store::data(); empty: a new store
  std::vector<LogEntry> entries;  // behind it

  // False, and nothing changes, if the record cannot stand behind the others.
  bool take(Record record);
};

std::string encode(const Image& image);
std::optional<Image> decode_image(std::string_view bytes);

}  // namespace seedbed::primary_backup
