// Histories as bytes, to be kept in a file and checked again later:
//
//   write_file("run.history", encode(history));
//   History same = decode(read_file("run.history"), "run.history");
//
// The format: a line that names it, then size and checksum of a protobuf (history.proto), then the
// protobuf. Equal histories have equal bytes.
#pragma once

#include <string>
#include <string_view>

#include "sim/history/history.h"

namespace seedbed {

std::string encode(const History& history);

// Whether the bytes begin as those of a history.
bool is_encoded_history(std::string_view bytes);

// Throws ConfigError, beginning with `place`, if the bytes are not a history, are cut short, are
// damaged, or contradict themselves (an operation that returns before it begins, an unknown
// outcome).
History decode(std::string_view bytes, std::string_view place = "history");

}  // namespace seedbed
