// The tables of this folder, and the scenarios they name.
#pragma once

#include <cstdint>
#include <fstream>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "sim/run/scenario.h"

namespace seedbed {

inline std::string read_of_repository(const std::string& path) {
  std::ifstream file(std::string(SEEDBED_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The lines that are neither empty nor comments.
inline std::vector<std::istringstream> rows_of(const std::string& path) {
  std::vector<std::istringstream> rows;
  std::istringstream lines(read_of_repository(path));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != '#') rows.emplace_back(line);
  }
  return rows;
}

inline Scenario load_scenario(const std::string& name, std::span<const ProtocolSpec> protocols) {
  return parse_scenario(read_of_repository("scenarios/" + name + ".textproto"), name, name,
                        protocols);
}

// A row of medians.txt.
struct Median {
  std::string mutant;
  std::string scenario;
  std::string caught;  // "20/20"
  uint64_t least = 0;
  uint64_t median = 0;
  uint64_t most = 0;
  // By what clients can see: "20/20", and the numbers, as far as they are known.
  std::string seen;
  std::string seen_least;
  std::string seen_median;
  std::string seen_most;
};

inline std::vector<Median> read_medians() {
  std::vector<Median> medians;
  for (std::istringstream& row : rows_of("tests/mutants/medians.txt")) {
    Median median;
    row >> median.mutant >> median.scenario >> median.caught;
    row >> median.least >> median.median >> median.most;
    row >> median.seen >> median.seen_least >> median.seen_median >> median.seen_most;
    medians.push_back(median);
  }
  return medians;
}

}  // namespace seedbed
