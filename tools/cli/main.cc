// The command `seedbed`: the command line with the protocols of this repository.
#include <cstdlib>

#include "protocols/registry.h"
#include "tools/cli/cli.h"

int main(int argc, char** argv) {
  const std::vector<seedbed::ProtocolSpec> protocols = seedbed::all_protocols();
  // The script tools/seedbed says where it is: lines that reproduce a run then call it, and it
  // builds what is missing. Without it nobody knows a good place for results.
  const char* root = std::getenv("SEEDBED_ROOT");
  const char* called = root == nullptr ? nullptr : std::getenv("SEEDBED_CALLED");
  return seedbed::run_command_line(
      argc, argv, protocols,
      {.command = root == nullptr ? "" : std::string(root) + "/tools/seedbed",
       .called = called == nullptr ? "" : called,
       .scenario_directories = {SEEDBED_SCENARIO_DIR},
       .store = root == nullptr ? "" : std::string(root) + "/results/raw/hunt.sqlite",
       .revision = seedbed::library_revision()});
}
