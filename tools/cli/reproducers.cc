#include "tools/cli/reproducers.h"

#include <fmt/format.h>

#include "sim/core/arena.h"
#include "sim/core/check.h"
#include "sim/explore/shrink.h"
#include "sim/report/event_log.h"
#include "tools/cli/crash.h"
#include "tools/cli/output_file.h"
#include "tools/cli/selection.h"
#include "tools/cli/text.h"

namespace seedbed {

namespace fs = std::filesystem;

Reproducer read_reproducer(const std::string& path, const Context& context) {
  return parse_reproducer(read_file(path), path, context.protocols);
}

void write_reproducer(const std::string& path, const Reproducer& reproducer) {
  OutputFile file(path);
  file.write(to_text(reproducer));
  file.commit();
}

fs::path regressions_directory(const Context& context) {
  for (const std::string& scenarios : context.program.scenario_directories) {
    std::error_code ignored;
    if (fs::is_directory(scenarios, ignored)) return fs::path(scenarios) / "regressions";
  }
  return fs::path("scenarios") / "regressions";
}

std::vector<std::string> schedule_of(const Reproducer& reproducer) {
  std::vector<std::string> lines;
  for (const auto& fault : reproducer.script.fault()) lines.push_back(in_words(fault));
  for (const auto& choice : reproducer.script.choice()) lines.push_back(in_words(choice));
  return lines;
}

}  // namespace seedbed
