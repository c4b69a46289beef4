#include "tools/cli/check_history.h"

#include <fmt/format.h>

#include <unordered_set>

#include "sim/core/check.h"
#include "sim/history/object.h"
#include "sim/report/text.h"
#include "sim/report/witness.h"
#include "sim/run/recheck.h"
#include "sim/run/simulation.h"
#include "tools/cli/check_verdict.h"
#include "tools/cli/check_weaker.h"
#include "tools/cli/json.h"
#include "tools/cli/output_file.h"
#include "tools/cli/progress.h"
#include "tools/cli/selection.h"
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

// What was read, and how.
struct Reading {
  std::string format;
  HistoryReading content;
  ObjectKind object = ObjectKind::kUnknown;
};

void print_json(const HistoryFile& file, const Reading& reading, const Json& verdict) {
  const History& history = *reading.content.history;
  const Contents contents = contents_of(history);
  Json json{{"history", file.path()},
            {"format", reading.format},
            {"object", to_string(reading.object)},
            {"operations", {{"ok", contents.ok}, {"fail", contents.fail}, {"info", contents.info}}},
            {"processes", contents.processes},
            {"keys", contents.keys},
            {"steps", contents.steps},
            {"asides", contents.asides},
            {"convention", convention_text(history.convention())},
            {"findings", findings_json(reading.content.findings)}};
  json.update(verdict);
  fmt::print("{}", dump(json));
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

// What was read, below its verdict.
Page page_of(const HistoryFile& file, const Reading& reading, std::string_view verdict,
             const Context& context) {
  const History& history = *reading.content.history;
  Page page;
  page.line(fmt::format("{}  {}: {} of {}", verdict_text(verdict, context.terminal), file.path(),
                        reading.format, to_string(reading.object)));
  page.item("read", contents_text(contents_of(history)));
  page.item("taken for", convention_text(history.convention()));
  for (const Finding& finding : reading.content.findings) {
    page.item("finding", to_string(finding));
  }
  if (reading.content.findings.empty()) page.item("findings", "none");
  return page;
}

// Where the files are that were asked for, or why there are none.
void add_files(Page* page, const HistoryCheckOptions& options, const Opinion& opinion,
               const Context& context) {
  if (options.certificate && opinion.certificate) {
    page->verbatim("certificate", *options.certificate);
    page->verbatim(
        "", fmt::format("{} check --verify {}", context.called, shell_word(*options.certificate)));
  } else if (options.certificate) {
    page->item("certificate", "not written: nothing was decided");
  }
  if (options.html && opinion.example) {
    page->verbatim("timeline", *options.html);
  } else if (options.html) {
    page->item("timeline", "not written: there is no violation to show");
  }
}

void print_text(const HistoryFile& file, const Reading& reading, const Opinion& opinion,
                const HistoryCheckOptions& options, const Context& context) {
  Page page = page_of(file, reading, opinion.verdict, context);
  add_verdict(page, *reading.content.history, opinion);
  if (opinion.example) page.blank();
  add_files(&page, options, opinion, context);
  fmt::print("{}", page.take());
}

Reading read(const HistoryFile& file, const HistoryCheckOptions& options) {
  Reading reading;
  if (file.is_trace() && !options.format) {
    reading.format = kTraceFormat;
    reading.content.history = history_of_trace(file);
  } else {
    const Format& format = format_of(file, options.format);
    reading.format = format.name;
    reading.content = read_history(file.input(), format);
  }
  return reading;
}

// Of our own run: who answered, and what was wrong at that time.
std::vector<std::string> witness_of(const HistoryFile& file, const Entry& suspect,
                                    const Context& context) {
  TraceReader reader(file.bytes(), file.path());
  const RecordedRun recorded = recorded_run(reader, context.protocols);
  EventLog log(*recorded.scenario.protocol);
  LeaderLog leaders(*recorded.scenario.protocol);
  replay(reader, {&log, &leaders});
  return witness(log.events(), leaders, node_names(recorded.scenario), suspect);
}

void write_files(const HistoryCheckOptions& options, const History& history,
                 const Opinion& opinion) {
  if (options.certificate && opinion.certificate) {
    OutputFile file(*options.certificate);
    file.write(to_text(*opinion.certificate));
    file.commit();
  }
  if (options.html && opinion.example) {
    OutputFile file(*options.html);
    file.write(to_html(opinion.timeline(history)));
    file.commit();
  }
}

// What must not be typed together, before anything is read.
void expect_that_they_go_together(const HistoryCheckOptions& options, Consistency consistency) {
  const std::string_view name = to_string(consistency);
  for (const auto& [option, given] : {std::pair("--certificate", options.certificate.has_value()),
                                      std::pair("--html", options.html.has_value())}) {
    if (!given || consistency == Consistency::kLinearizable) continue;
    throw ConfigError(
        fmt::format("{}: there is none of --consistency {}, only of linearizable", option, name));
  }
  for (const auto& [option, given] :
       {std::pair("--max-versions", options.max_versions.has_value()),
        std::pair("--max-staleness", options.max_staleness.has_value())}) {
    if (!given || consistency == Consistency::kStaleness) continue;
    throw ConfigError(fmt::format("{}: needs --consistency staleness", option));
  }
}

int judge_weaker(const HistoryFile& file, const Reading& reading, const Model* model,
                 Consistency consistency, const HistoryCheckOptions& options,
                 const Context& context) {
  const History& history = *reading.content.history;
  const WeakOpinion opinion =
      consistency == Consistency::kSequential
          ? judge_sequential(history, model, reading.object)
          : judge_staleness(history, model, reading.object,
                            bounds_from(options.max_versions, options.max_staleness), file.path());
  if (options.json) {
    print_json(file, reading, opinion.json);
  } else {
    Page page = page_of(file, reading, opinion.verdict, context);
    page.append(Page(opinion.page).take());
    fmt::print("{}", page.take());
  }
  return opinion.code;
}

}  // namespace

int check_history(const HistoryFile& file, const HistoryCheckOptions& options,
                  const Context& context) {
  const Consistency consistency = consistency_from(options.consistency.value_or("linearizable"));
  expect_that_they_go_together(options, consistency);
  Reading reading = read(file, options);
  if (!reading.content.history) {
    for (const Finding& finding : reading.content.findings) {
      fmt::print(stderr, "{}: {}: {}\n", context.program.name,
                 finding.fatal() ? "error" : "warning", to_string(finding));
    }
    return kExitUsage;
  }
  History& history = *reading.content.history;
  history.set_convention(convention_of(history, options));
  reading.object = object_of(history);
  const Model* model = model_for(options.model, reading.object);
  if (consistency != Consistency::kLinearizable) {
    return judge_weaker(file, reading, model, consistency, options, context);
  }
  MinimiserLine line(context.terminal);
  Opinion opinion =
      judge(history, model, reading.object,
            {.on_progress = [&](const CounterexampleProgress& now) { line.show(now); }});
  line.clear();
  if (opinion.certificate) {
    opinion.certificate->history = file.path();
    opinion.certificate->format = reading.format;
  }
  if (opinion.example && reading.format == kTraceFormat) {
    opinion.witness = witness_of(file, entry_of(history, opinion.example->suspect), context);
  }
  write_files(options, history, opinion);
  if (options.json) {
    print_json(file, reading, verdict_json(history, opinion));
  } else {
    print_text(file, reading, opinion, options, context);
  }
  return opinion.code;
}

}  // namespace seedbed
