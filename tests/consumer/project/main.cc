// A program outside the repository: its own protocol, under the whole command line.
#include "tally.h"
#include "tools/cli/cli.h"

int main(int argc, char** argv) {
  const std::vector<seedbed::ProtocolSpec> protocols{tally::spec()};
  return seedbed::run_command_line(argc, argv, protocols, {.name = "tally"});
}
