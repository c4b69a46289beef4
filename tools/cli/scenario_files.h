// ScenarioFiles: where scenarios are. One is asked for by path, or by its name: the path below a
// directory of scenarios, without the suffix (`raft/partitions`).
//
//   ScenarioFiles files({"./scenarios", "/usr/share/seedbed/scenarios"});
//   ScenarioFile file = files.find("raft/partitions");
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace seedbed {

inline constexpr std::string_view kScenarioSuffix = ".textproto";

struct ScenarioFile {
  std::string name;            // "raft/partitions", or the path as it was given
  std::filesystem::path path;  // absolute
  // Whether the name alone finds the file from any current directory.
  bool found_from_everywhere = false;
};

struct ScenarioDirectory {
  std::filesystem::path path;
  bool found_from_everywhere = false;
};

class ScenarioFiles {
 public:
  // In the order in which they are searched. Those that do not exist are skipped.
  explicit ScenarioFiles(const std::vector<ScenarioDirectory>& directories);

  // Throws ConfigError, with the nearest name, if there is no such file.
  ScenarioFile find(const std::string& wanted) const;

  // Every scenario that can be asked for by name, by name.
  std::vector<ScenarioFile> all() const;

 private:
  [[noreturn]] void unknown(const std::string& wanted) const;

  std::vector<ScenarioDirectory> directories_;
};

// The whole file. Throws ConfigError if it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace seedbed
