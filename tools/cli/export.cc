// seedbed export: a history in another format.
#include <fmt/format.h>

#include <memory>

#include "sim/core/check.h"
#include "tools/cli/context.h"
#include "tools/cli/history_file.h"
#include "tools/cli/output_file.h"

namespace seedbed {
namespace {

struct ExportArguments {
  std::string history;
  std::string to;
  std::optional<std::string> format;
  std::optional<std::string> out;
};

const Format& target(const std::string& name) {
  std::vector<std::string_view> writable;
  for (const Format& format : history_formats()) {
    if (format.write == nullptr) continue;
    if (format.name == name) return format;
    writable.push_back(format.name);
  }
  throw ConfigError(fmt::format("--to {}: expected a format that can be written: {}", name,
                                fmt::join(writable, ", ")));
}

// nullopt: it cannot be read, and the reasons have been printed.
std::optional<History> load(const ExportArguments& arguments, const Context& context) {
  const HistoryFile file(arguments.history);
  if (file.is_trace() && !arguments.format) return history_of_trace(file);
  HistoryReading reading = read_history(file.input(), format_of(file, arguments.format));
  for (const Finding& finding : reading.findings) {
    fmt::print(stderr, "{}: {}: {}\n", context.program.name, finding.fatal() ? "error" : "warning",
               to_string(finding));
  }
  return std::move(reading.history);
}

int export_history(const ExportArguments& arguments, const Context& context) {
  const Format& format = target(arguments.to);
  const std::optional<History> history = load(arguments, context);
  if (!history) return kExitUsage;
  const std::string bytes = format.write(*history);
  if (!arguments.out) {
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    return kExitExpected;
  }
  OutputFile file(*arguments.out);
  file.write(bytes);
  file.commit();
  return kExitExpected;
}

}  // namespace

void add_export(CLI::App& app, const Context& context, Command* chosen) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App& verb = add_verb(app, "export", "Write a history in another tool's format",
                            "  seedbed run raft/partitions --trace partitions.trace\n"
                            "  seedbed export partitions.trace --to jepsen-edn --out history.edn\n"
                            "  seedbed export history.bincode --to seedbed --out run.history");
  verb.add_option("HISTORY", arguments->history,
                  "A trace, or a history in any format of 'list formats'")
      ->required();
  verb.add_option("--to", arguments->to, "The format that is written")
      ->type_name("FORMAT")
      ->required();
  verb.add_option("--format", arguments->format, "That of HISTORY [told by its content]")
      ->type_name("FORMAT");
  verb.add_option("--out", arguments->out, "Where to [stdout]")->type_name("FILE");
  verb.callback(
      [=, &context] { *chosen = [=, &context] { return export_history(*arguments, context); }; });
}

}  // namespace seedbed
