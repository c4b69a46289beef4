#include "protocols/primary_backup/journal.h"

namespace seedbed::primary_backup {

Result<Image> Journal::recover() {
  Result<storage::Recovered> found = wal_.recover();
  if (!found) return found.error();
  torn_ = found->torn;
  Image image;
  if (found->checkpoint) {
    std::optional<Image> checkpoint = decode_image(found->checkpoint->state);
    if (!checkpoint) return Error::kCorrupt;
    image = *std::move(checkpoint);
  }
  for (const storage::Record& bytes : found->records) {
    std::optional<Record> record = decode_record(bytes.type, bytes.payload);
    if (!record || !image.take(*std::move(record))) return Error::kCorrupt;
  }
  return image;
}

}  // namespace seedbed::primary_backup
