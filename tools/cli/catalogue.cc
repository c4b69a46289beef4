#include "tools/cli/catalogue.h"

#include <fmt/format.h>

#include <array>

#include "sim/check/model.h"
#include "sim/core/check.h"
#include "sim/explore/expectation.h"
#include "sim/fault/fault_plan.h"
#include "sim/history/formats/format.h"
#include "sim/run/simulation.h"
#include "sim/run/workload.h"

namespace seedbed {
namespace {

Json protocol_rows(const Context& context) {
  Json rows = Json::array();
  for (const ProtocolSpec& spec : context.protocols) {
    rows.push_back({{"protocol", spec.name},
                    {"summary", spec.summary},
                    {"workloads", spec.workloads},
                    {"options", spec.default_options->GetDescriptor()->full_name()},
                    {"checks", spec.checks.size()},
                    {"mutants", spec.mutants.size()},
                    {"probes", spec.probes.size()}});
  }
  return rows;
}

Json version_rows(const Context& context) {
  Json rows = Json::array();
  for (const ProtocolSpec& spec : context.protocols) {
    for (const VersionSpec& version : spec.earlier) {
      rows.push_back({{"protocol", spec.name},
                      {"version", version.name},
                      {"differences", version.differences}});
    }
  }
  return rows;
}

Json scenario_row(const ScenarioFile& file, const Context& context) {
  const Scenario scenario =
      parse_scenario(read_file(file.path), file.name, file.path.string(), context.protocols);
  const Setup setup = make_setup(scenario);
  return {{"scenario", file.name},
          {"protocol", scenario.protocol->name},
          {"description", scenario.data.description()},
          {"servers", setup.servers.size()},
          {"clients", setup.clients.size()},
          {"workload", scenario.data.workload().kind()},
          {"expect", expected_verdict(scenario)},
          {"file", file.path.string()}};
}

Json check_rows(const Context& context) {
  Json rows = Json::array();
  for (const ProtocolSpec& spec : context.protocols) {
    for (const CheckSpec& check : spec.checks) {
      rows.push_back({{"protocol", spec.name},
                      {"check", check.name},
                      {"evidence", to_string(check.evidence)},
                      {"promise", check.promise}});
    }
  }
  return rows;
}

Json mutant_rows(const Context& context) {
  Json rows = Json::array();
  for (const ProtocolSpec& spec : context.protocols) {
    for (const MutantSpec& mutant : spec.mutants) {
      rows.push_back({{"protocol", spec.name},
                      {"mutant", mutant.name},
                      {"caught_by", mutant.caught_by},
                      {"wrong", mutant.wrong},
                      {"reference", mutant.reference}});
    }
  }
  return rows;
}

Json probe_rows(const Context& context) {
  Json rows = Json::array();
  for (const ProtocolSpec& spec : context.protocols) {
    for (const ProbeSpec& probe : spec.probes) {
      rows.push_back({{"protocol", spec.name}, {"probe", probe.name}, {"meaning", probe.meaning}});
    }
  }
  return rows;
}

Json fault_rows() {
  Json rows = Json::array();
  for (const FaultInfo& fault : fault_catalogue()) {
    rows.push_back({{"fault", fault.name},
                    {"group", to_string(fault.group)},
                    {"set_by", fault.is_rate() ? fault.setting : "faults.dose"},
                    {"unit", fault.unit},
                    {"meaning", fault.meaning},
                    {"models", fault.models},
                    {"scenario", fault.shown_by}});
  }
  return rows;
}

Json workload_rows() {
  Json rows = Json::array();
  for (const WorkloadKind& kind : workload_kinds()) {
    rows.push_back({{"workload", kind.name}, {"meaning", kind.meaning}});
  }
  return rows;
}

Json format_rows() {
  Json rows = Json::array();
  for (const Format& format : history_formats()) {
    rows.push_back({{"format", format.name},
                    {"written", format.write == nullptr ? "no" : "yes"},
                    {"description", format.description}});
  }
  return rows;
}

Json model_rows() {
  Json rows = Json::array();
  for (const Model* model : models()) {
    rows.push_back({{"model", model->name}, {"meaning", model->meaning}});
  }
  return rows;
}

void add_scenarios(Catalogue& catalogue, const Context& context,
                   const std::optional<std::string>& directory) {
  for (const ScenarioFile& file : context.scenario_files(directory).all()) {
    try {
      catalogue.rows.push_back(scenario_row(file, context));
    } catch (const ConfigError& error) {
      catalogue.warnings.emplace_back(error.what());
    }
  }
}

}  // namespace

const std::vector<std::string>& catalogue_names() {
  static const std::vector<std::string> kNames{"protocols", "versions", "scenarios", "faults",
                                               "checks",    "mutants",  "probes",    "workloads",
                                               "formats",   "models"};
  return kNames;
}

Catalogue catalogue(std::string_view name, const Context& context,
                    const std::optional<std::string>& scenarios) {
  Catalogue result{.name = std::string(name)};
  const auto fill = [&](std::string what, std::vector<std::string> columns, Json rows) {
    result.what = std::move(what);
    result.columns = std::move(columns);
    result.rows = std::move(rows);
  };
  if (name == "protocols") {
    fill("what can be run", {"protocol", "summary"}, protocol_rows(context));
  } else if (name == "versions") {
    fill("earlier code that may be live beside the present", {"protocol", "version", "differences"},
         version_rows(context));
  } else if (name == "scenarios") {
    fill("how it can be run", {"scenario", "description"}, Json::array());
    add_scenarios(result, context, scenarios);
  } else if (name == "faults") {
    fill("what scenarios may do to machines, links and disks",
         {"fault", "group", "set_by", "meaning"}, fault_rows());
  } else if (name == "checks") {
    fill("what is promised, and who can see it broken",
         {"check", "protocol", "evidence", "promise"}, check_rows(context));
  } else if (name == "mutants") {
    fill("planted bugs", {"mutant", "wrong"}, mutant_rows(context));
  } else if (name == "probes") {
    fill("rare paths that some run should take", {"probe", "protocol", "meaning"},
         probe_rows(context));
  } else if (name == "formats") {
    fill("histories that can be read", {"format", "description"}, format_rows());
  } else if (name == "models") {
    fill("objects that a history can be judged by", {"model", "meaning"}, model_rows());
  } else {
    CHECK(name == "workloads");
    fill("what clients ask", {"workload", "meaning"}, workload_rows());
  }
  return result;
}

}  // namespace seedbed
