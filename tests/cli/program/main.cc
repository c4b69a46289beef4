// The command line with a protocol of its own: what tests/cli drives.
#include "tests/cli/program/kv.h"
#include "tools/cli/cli.h"

int main(int argc, char** argv) {
  const std::vector<seedbed::ProtocolSpec> protocols{seedbed::kv::spec()};
  return seedbed::run_command_line(
      argc, argv, protocols,
      {.scenario_directories = {SEEDBED_TEST_SCENARIOS}, .revision = seedbed::library_revision()});
}
