// The one table of all protocols. A protocol that is not in it does not exist for the command line.
//
//   const std::vector<ProtocolSpec> protocols = all_protocols();
//   return run_command_line(argc, argv, protocols);
#pragma once

#include <vector>

#include "sim/run/protocol.h"

namespace seedbed {

// In the order in which `seedbed list` shows them.
std::vector<ProtocolSpec> all_protocols();

}  // namespace seedbed
