#include "sim/explore/reproducer.h"

#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "sim/core/check.h"
#include "sim/explore/reproducer.pb.h"
#include "sim/run/text_error.h"

namespace seedbed {
namespace {

constexpr std::string_view kFirstLine = "# A reproducer: seedbed replay runs it again.\n";

using google::protobuf::Message;
using google::protobuf::TextFormat;

std::string one_line(std::string_view field, const Message& message) {
  TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  CHECK(printer.PrintToString(message, &text));
  return fmt::format("  {} {{ {}}}\n", field, text);
}

std::string text_of(const Message& message) {
  TextFormat::Printer printer;
  printer.SetExpandAny(true);
  std::string text;
  CHECK(printer.PrintToString(message, &text));
  return text;
}

std::string script_text(const run::Script& script) {
  std::string text = "script {\n";
  for (const auto& fault : script.fault()) text += one_line("fault", fault);
  for (const auto& choice : script.choice()) text += one_line("choice", choice);
  for (const auto& kept : script.kept()) text += one_line("kept", kept);
  for (const std::string& name : script.absent()) text += fmt::format("  absent: \"{}\"\n", name);
  for (const std::string& site : script.quiet()) text += fmt::format("  quiet: \"{}\"\n", site);
  return text + "}\n";
}

// Somebody may have written it by hand.
void validate(const run::Script& script, const NodeNames& names) {
  names.ids(script.absent());
  for (const auto& kept : script.kept()) names.id(kept.client());
  plan_from(script, names);
  std::set<std::string> absent(script.absent().begin(), script.absent().end());
  std::set<uint32_t> ids;
  for (const auto& fault : script.fault()) {
    if (!ids.insert(fault.id()).second) {
      throw ConfigError(fmt::format("fault {}: another fault has that id", fault.id()));
    }
    for (const auto* machines : {&fault.target(), &fault.other()}) {
      for (const std::string& name : *machines) {
        if (!absent.contains(name)) continue;
        throw ConfigError(fmt::format("fault {}: {} is absent", fault.id(), name));
      }
    }
  }
}

uint64_t hash_from(std::string_view text, std::string_view place) {
  if (text.empty()) return 0;
  if (text.starts_with("0x")) text.remove_prefix(2);
  uint64_t hash = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw ConfigError(fmt::format("{}: trace_hash: expected a number such as 0x5eed", place));
  }
  return hash;
}

}  // namespace

Reproducer record(Runner& runner, const Scenario& scenario, uint64_t seed,
                  std::string_view revision, RunResult* result) {
  const RunResult recorded = runner.run(scenario, seed, {.log_choices = true});
  Reproducer reproducer{
      .scenario = resolve(scenario, seed), .seed = seed, .script = runner.script()};
  note_result(reproducer, recorded, revision);
  if (result != nullptr) *result = recorded;
  return reproducer;
}

RunResult replay(Runner& runner, const Reproducer& reproducer, RunOptions options) {
  options.script = &reproducer.script;
  return runner.run(reproducer.scenario, reproducer.seed, options);
}

bool shows(const RunResult& result, const Reproducer& reproducer) {
  if (reproducer.check.empty()) return to_string(result.verdict) == reproducer.verdict;
  if (result.reason_check == reproducer.check && to_string(result.verdict) == reproducer.verdict) {
    return true;
  }
  return std::any_of(result.checks.begin(), result.checks.end(), [&](const CheckResult& check) {
    return check.name == reproducer.check && to_string(check.status) == reproducer.verdict;
  });
}

void note_result(Reproducer& reproducer, const RunResult& result, std::string_view revision) {
  reproducer.revision = std::string(revision);
  reproducer.trace_hash = result.trace_hash;
  reproducer.verdict = std::string(to_string(result.verdict));
  reproducer.check = result.reason_check;
  reproducer.message = result.reason;
}

std::string to_text(const Reproducer& reproducer) {
  explore::Reproducer head;
  head.set_about(reproducer.about);
  head.set_scenario_name(reproducer.scenario.name);
  head.set_mutant(reproducer.scenario.mutant);
  head.set_seed(reproducer.seed);
  head.set_revision(reproducer.revision);
  head.set_trace_hash(fmt::format("{:#018x}", reproducer.trace_hash));
  head.set_verdict(reproducer.verdict);
  head.set_check(reproducer.check);
  head.set_message(reproducer.message);
  head.set_passes_without(reproducer.passes_without);
  explore::Reproducer tail;
  *tail.mutable_scenario() = reproducer.scenario.data;
  tail.mutable_scenario()->mutable_options()->PackFrom(*reproducer.scenario.options);
  return std::string(kFirstLine) + text_of(head) +
         "\n# What goes wrong, a line each. There are no other faults. Remove or change any.\n" +
         script_text(reproducer.script) + "\n# Where, with nothing left to be drawn.\n" +
         text_of(tail);
}

Reproducer parse_reproducer(std::string_view text, std::string_view place,
                            std::span<const ProtocolSpec> protocols) {
  explore::Reproducer read;
  FirstError error(place);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(std::string(text), &read)) throw ConfigError(error.text);
  if (!read.has_scenario()) {
    throw ConfigError(fmt::format("{}: there is no scenario in it; is it a reproducer?", place));
  }
  Reproducer reproducer{
      .scenario = parse_scenario(text_of(read.scenario()), read.scenario_name(),
                                 fmt::format("the scenario in {}", place), protocols),
      .seed = read.seed(),
      .script = read.script(),
      .about = read.about(),
      .revision = read.revision(),
      .trace_hash = hash_from(read.trace_hash(), place),
      .verdict = read.verdict(),
      .check = read.check(),
      .message = read.message(),
      .passes_without = read.passes_without()};
  if (!read.mutant().empty()) set_mutant(reproducer.scenario, read.mutant());
  try {
    validate(reproducer.script, NodeNames(reproducer.scenario));
  } catch (const ConfigError& wrong) {
    throw ConfigError(fmt::format("{}: {}", place, wrong.what()));
  }
  return reproducer;
}

bool looks_like_reproducer(std::string_view text) {
  return text.starts_with(kFirstLine.substr(0, 14)) ||
         text.find("script {") != std::string_view::npos;
}

}  // namespace seedbed
