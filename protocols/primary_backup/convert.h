// Between the types of types.h and what stands in messages.
#pragma once

#include "protocols/primary_backup/primary_backup.pb.h"
#include "protocols/primary_backup/types.h"

namespace seedbed::primary_backup {

inline EntryId from_wire(const wire::EntryId& id) {
  return {.index = id.index(), .epoch = Epoch{id.epoch()}};
}
inline void to_wire(const EntryId& id, wire::EntryId* message) {
  message->set_index(id.index);
  message->set_epoch(number(id.epoch));
}
inline LogEntry from_wire(const wire::Entry& entry) {
  return {.id = from_wire(entry.id()), .command = entry.command()};
}
inline void to_wire(const LogEntry& entry, wire::Entry* message) {
  to_wire(entry.id, message->mutable_id());
  message->set_command(entry.command);
}

}  // namespace seedbed::primary_backup
