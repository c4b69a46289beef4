// Operation maps in a text of EDN or JSON: one after the other, or all in one vector or list.
#pragma once

#include "sim/history/formats/edn_parser.h"
#include "sim/history/formats/jepsen_op.h"

namespace seedbed {

// The source reads `text`, which must outlive it; places are lines.
OpSource edn_operations(std::string_view text, Notation notation);

// The first character of a text that is neither white space nor in a comment; '\0' if there is
// none. `after` gets what follows it.
char first_character(std::string_view text, std::string_view* after);

}  // namespace seedbed
