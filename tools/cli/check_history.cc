#include "tools/cli/check_history.h"

#include <fmt/format.h>

#include <set>
#include <unordered_set>

#include "sim/check/linearizability.h"
#include "sim/core/check.h"
#include "sim/history/object.h"
#include "sim/report/text.h"
#include "tools/cli/json.h"
#include "tools/cli/text.h"

namespace seedbed {
namespace {

// What a history holds.
struct Contents {
  uint64_t operations = 0, ok = 0, fail = 0, info = 0;
  uint64_t processes = 0, keys = 0, steps = 0, asides = 0;
};

Contents contents_of(const History& history) {
  Contents contents{.operations = history.size(), .asides = history.parts().asides.size()};
  std::unordered_set<uint32_t> processes;
  std::unordered_set<std::string_view> keys;
  for (const Entry& entry : history.entries()) {
    processes.insert(number(entry.client));
    contents.ok += entry.ok() ? 1 : 0;
    contents.fail += entry.outcome() == Outcome::kFail ? 1 : 0;
    contents.info += entry.outcome() == Outcome::kInfo ? 1 : 0;
    if (!entry.is_transaction()) keys.insert(entry.operation.key);
    for (const Step& step : history.steps(entry)) {
      ++contents.steps;
      keys.insert(history.text(step.key));
    }
  }
  contents.processes = processes.size();
  contents.keys = keys.size();
  return contents;
}

// What is said of a history.
struct Opinion {
  std::string_view verdict;  // "pass", "violation", "inconclusive"
  std::string model;         // empty: none was chosen
  std::string message;
  uint64_t evaluated = 0;
  uint64_t left_out = 0;
  std::vector<Fact> facts;
  ExitCode code = kExitInconclusive;
};

Opinion judge(const History& history, ObjectKind object) {
  const Translation translation = for_model(history, object);
  if (!translation.history) {
    return {.verdict = "inconclusive", .message = "no model was chosen: " + translation.why_none};
  }
  const Model& model =
      translation.model == ModelKind::kCounter ? counter_model() : key_value_model();
  LinearizabilityResult result = check_linearizable(*translation.history, model);
  Opinion opinion{.verdict = "inconclusive",
                  .model = std::string(model.name),
                  .message = std::move(result.message),
                  .evaluated = result.operations,
                  .left_out = translation.left_out,
                  .facts = std::move(result.facts)};
  if (result.status == CheckStatus::kViolation) {
    opinion.verdict = "violation";
    opinion.code = kExitFinding;
  } else if (result.status == CheckStatus::kPass && result.operations > 0) {
    opinion.verdict = "pass";
    opinion.code = kExitExpected;
  } else if (opinion.message.empty()) {
    opinion.message = "no operation is known to have happened: nothing was judged";
  }
  return opinion;
}

Convention convention_of(const History& history, const HistoryCheckOptions& options) {
  Convention convention = history.convention();
  if (options.initial) {
    convention.initial = *options.initial == "nil" ? std::nullopt : options.initial;
  }
  if (options.nil_read) {
    if (*options.nil_read != "nothing" && *options.nil_read != "unknown") {
      throw ConfigError(
          fmt::format("--nil-read {}: expected nothing or unknown", *options.nil_read));
    }
    convention.nil_read = *options.nil_read == "unknown" ? Convention::NilRead::kUnknown
                                                         : Convention::NilRead::kNothing;
  }
  if (options.failed_cas) {
    if (*options.failed_cas != "mismatch" && *options.failed_cas != "no-effect") {
      throw ConfigError(
          fmt::format("--failed-cas {}: expected mismatch or no-effect", *options.failed_cas));
    }
    convention.failed_cas = *options.failed_cas == "mismatch" ? Convention::FailedCas::kMismatch
                                                              : Convention::FailedCas::kNoEffect;
  }
  return convention;
}

std::string convention_text(const Convention& convention) {
  const bool unknown = convention.nil_read == Convention::NilRead::kUnknown;
  const bool mismatch = convention.failed_cas == Convention::FailedCas::kMismatch;
  return fmt::format("at first {}; a read of nil {}; a failed cas {}",
                     convention.initial ? in_quotes(*convention.initial) : "nothing",
                     unknown ? "tells nothing" : "found nothing",
                     mismatch ? "saw another value" : "had no effect");
}

Json findings_json(const std::vector<Finding>& findings) {
  Json rows = Json::array();
  for (const Finding& finding : findings) {
    rows.push_back({{"name", info_of(finding.kind).name},
                    {"fatal", finding.fatal()},
                    {"file", finding.file},
                    {"line", finding.places == Places::kLines ? Json(finding.place) : Json()},
                    {"byte", finding.places == Places::kBytes ? Json(finding.place) : Json()},
                    {"found", finding.found},
                    {"expected", finding.expected},
                    {"more", finding.more},
                    {"text", to_string(finding)}});
  }
  return rows;
}

void print_json(const HistoryFile& file, const Format& format, const HistoryReading& reading,
                ObjectKind object, const Opinion& opinion) {
  const Contents contents = contents_of(*reading.history);
  Json facts = Json::array();
  for (const Fact& fact : opinion.facts) {
    facts.push_back({{"time_ns", nanoseconds(fact.time)}, {"text", fact.text}});
  }
  fmt::print(
      "{}",
      dump({{"history", file.path()},
            {"format", format.name},
            {"object", to_string(object)},
            {"operations", {{"ok", contents.ok}, {"fail", contents.fail}, {"info", contents.info}}},
            {"processes", contents.processes},
            {"keys", contents.keys},
            {"steps", contents.steps},
            {"asides", contents.asides},
            {"convention", convention_text(reading.history->convention())},
            {"findings", findings_json(reading.findings)},
            {"model", opinion.model.empty() ? Json() : Json(opinion.model)},
            {"evaluated", opinion.evaluated},
            {"left_out", opinion.left_out},
            {"verdict", opinion.verdict},
            {"message", opinion.message},
            {"facts", facts}}));
}

std::string contents_text(const Contents& contents) {
  std::string text = fmt::format(
      "{} of {} on {}: {} ok, {} fail, {} unknown", count_text(contents.operations, "operation"),
      contents.processes == 1 ? "1 process" : count_text(contents.processes) + " processes",
      count_text(contents.keys, "key"), count_text(contents.ok), count_text(contents.fail),
      count_text(contents.info));
  if (contents.steps > 0) text += fmt::format("; {}", count_text(contents.steps, "step"));
  if (contents.asides > 0) {
    text += fmt::format("; {} kept aside", count_text(contents.asides, "event"));
  }
  return text;
}

void print_text(const HistoryFile& file, const Format& format, const HistoryReading& reading,
                ObjectKind object, const Opinion& opinion, const Context& context) {
  const History& history = *reading.history;
  Page page;
  page.line(fmt::format("{}  {}: {} of {}", verdict_text(opinion.verdict, context.terminal),
                        file.path(), format.name, to_string(object)));
  page.item("read", contents_text(contents_of(history)));
  page.item("taken for", convention_text(history.convention()));
  for (const Finding& finding : reading.findings) page.item("finding", to_string(finding));
  if (reading.findings.empty()) page.item("findings", "none");
  if (!opinion.model.empty()) {
    std::string judged = fmt::format("linearizability of {}, by the model {}",
                                     count_text(opinion.evaluated, "ok operation"), opinion.model);
    if (opinion.left_out > 0) {
      judged += fmt::format("; {} of nil left out", count_text(opinion.left_out, "read"));
    }
    page.item("judged", judged);
  }
  if (!opinion.message.empty()) page.item("because", opinion.message);
  for (const Fact& fact : opinion.facts) {
    page.item("", fmt::format("{}  {}", seconds_text(fact.time), fact.text));
  }
  fmt::print("{}", page.take());
}

}  // namespace

int check_history(const HistoryFile& file, const HistoryCheckOptions& options,
                  const Context& context) {
  const Format& format = format_of(file, options.format);
  HistoryReading reading = read_history(file.input(), format);
  if (!reading.history) {
    for (const Finding& finding : reading.findings) {
      fmt::print(stderr, "{}: {}: {}\n", context.program.name,
                 finding.fatal() ? "error" : "warning", to_string(finding));
    }
    return kExitUsage;
  }
  reading.history->set_convention(convention_of(*reading.history, options));
  const ObjectKind object = object_of(*reading.history);
  const Opinion opinion = judge(*reading.history, object);
  if (options.json) {
    print_json(file, format, reading, object, opinion);
  } else {
    print_text(file, format, reading, object, opinion, context);
  }
  return opinion.code;
}

}  // namespace seedbed
