// seedbed list: what there is.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "sim/core/check.h"
#include "sim/explore/store.h"
#include "sim/report/text.h"
#include "sim/run/suggest.h"
#include "tools/cli/catalogue.h"

namespace seedbed {
namespace {

struct ListArguments {
  std::string what;
  std::string filter;
  std::optional<std::string> directory;
  std::optional<std::string> store;
  bool json = false;
};

constexpr std::string_view kFindings = "findings";

bool matches(const Json& row, const std::string& filter) {
  return std::any_of(row.begin(), row.end(), [&](const Json& value) {
    return value.is_string() &&
           value.get_ref<const std::string&>().find(filter) != std::string::npos;
  });
}

void keep_matching(Catalogue& catalogue, const std::string& filter) {
  Json kept = Json::array();
  for (const Json& row : catalogue.rows) {
    if (matches(row, filter)) kept.push_back(row);
  }
  catalogue.rows = std::move(kept);
}

// Columns as wide as their widest entry; the last one, prose, is broken at the width of a report.
std::string table(const Catalogue& catalogue) {
  std::vector<size_t> widths;
  for (const std::string& column : catalogue.columns) {
    size_t width = 0;
    for (const Json& row : catalogue.rows) {
      width = std::max(width, row[column].get_ref<const std::string&>().size());
    }
    widths.push_back(width);
  }
  Page page;
  for (const Json& row : catalogue.rows) {
    std::string lead = "  ";
    for (size_t i = 0; i + 1 < catalogue.columns.size(); ++i) {
      lead += fmt::format("{:<{}}  ", row[catalogue.columns[i]].get<std::string>(), widths[i]);
    }
    std::string prose = row[catalogue.columns.back()].get<std::string>();
    if (row.contains("caught_by"))
      prose += fmt::format("  [{}]", row["caught_by"].get<std::string>());
    page.hanging(lead, prose);
  }
  return page.take();
}

void warn(const Catalogue& catalogue, const Context& context) {
  for (const std::string& warning : catalogue.warnings) {
    fmt::print(stderr, "{}: warning: {}\n", context.program.name, warning);
  }
}

int list_everything(const ListArguments& arguments, const Context& context) {
  Json overview = Json::object();
  std::string text;
  for (const std::string& name : catalogue_names()) {
    const Catalogue listed = catalogue(name, context, arguments.directory);
    warn(listed, context);
    overview[name] = listed.rows.size();
    text += fmt::format("  {:<10} {:>4}  {}\n", name, listed.rows.size(), listed.what);
    if (name == "protocols" || name == "scenarios") text += table(listed) + "\n";
  }
  if (arguments.json) {
    fmt::print("{}", dump(overview));
  } else {
    fmt::print("{}\nMore: {} list {}\n", text, context.program.name,
               fmt::join(catalogue_names(), "|"));
  }
  return kExitExpected;
}

// What hunts have kept: no part of the overview, because it is not of this program.
Catalogue findings(const ListArguments& arguments, const Context& context) {
  const std::string path = arguments.store.value_or(context.program.store);
  if (path.empty()) throw ConfigError("list findings: in which store? (--store FILE)");
  Catalogue listed{.name = std::string(kFindings),
                   .columns = {"verdict", "scenario", "check", "reproduce"}};
  for (const StoredFinding& stored : read_findings(path)) {
    listed.rows.push_back({{"scenario", stored.scenario},
                           {"mutant", stored.mutant},
                           {"revision", stored.revision},
                           {"seed", stored.finding.seed},
                           {"verdict", stored.finding.verdict},
                           {"check", stored.finding.check},
                           {"message", stored.finding.message},
                           {"faults", stored.finding.shape},
                           {"reproduce", stored.reproduce}});
  }
  return listed;
}

int list(const ListArguments& arguments, const Context& context) {
  if (arguments.what.empty()) return list_everything(arguments, context);
  const auto& names = catalogue_names();
  const bool of_a_store = arguments.what == kFindings;
  if (!of_a_store && std::find(names.begin(), names.end(), arguments.what) == names.end()) {
    throw ConfigError(unknown_name("list", arguments.what, names, "seedbed list --help"));
  }
  Catalogue listed = of_a_store ? findings(arguments, context)
                                : catalogue(arguments.what, context, arguments.directory);
  warn(listed, context);
  if (!arguments.filter.empty()) keep_matching(listed, arguments.filter);
  fmt::print("{}", arguments.json ? dump(listed.rows) : table(listed));
  if (!listed.rows.empty() || arguments.filter.empty()) return kExitExpected;
  fmt::print(stderr, "{}: error: no {} match '{}'\n", context.program.name, arguments.what,
             arguments.filter);
  return kExitNothing;
}

}  // namespace

void add_list(CLI::App& app, const Context& context, Command* chosen) {
  auto arguments = std::make_shared<ListArguments>();
  CLI::App& verb = add_verb(app, "list", "Show what there is",
                            "  seedbed list\n"
                            "  seedbed list mutants raft\n"
                            "  seedbed list scenarios --json");
  verb.add_option("WHAT", arguments->what,
                  fmt::format("{}, or findings (of a store of hunts);\nwithout it an overview",
                              fmt::join(catalogue_names(), ", ")));
  verb.add_option("FILTER", arguments->filter, "Only what has this text in it");
  verb.add_option("--scenarios", arguments->directory, "Look up scenarios there, and nowhere else")
      ->type_name("DIR");
  verb.add_option("--store", arguments->store, "Whose findings [where hunts keep theirs]")
      ->type_name("FILE");
  verb.add_flag("--json", arguments->json, "A JSON array of objects on stdout");
  verb.callback([=, &context] { *chosen = [=, &context] { return list(*arguments, context); }; });
}

}  // namespace seedbed
