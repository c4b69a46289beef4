// What the tests of this folder take from the repository.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "protocols/registry.h"
#include "sim/explore/reproducer.h"

namespace seedbed {

inline const std::vector<ProtocolSpec>& protocols() {
  static const std::vector<ProtocolSpec> specs = all_protocols();
  return specs;
}

inline std::string read_whole(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline Scenario load(const std::string& name, const std::string& mutant = "") {
  const std::string path = std::string(SEEDBED_SOURCE_DIR) + "/scenarios/" + name + ".textproto";
  Scenario scenario = parse_scenario(read_whole(path), name, name, protocols());
  if (!mutant.empty()) set_mutant(scenario, mutant);
  return scenario;
}

}  // namespace seedbed
