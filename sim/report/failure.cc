// The report of a run that did not pass: the sentence, the facts that prove it, the faults that
// came before, the messages between, and how to see it again.
#include <fmt/format.h>

#include <algorithm>

#include "sim/fault/catalogue.h"
#include "sim/report/diagram.h"
#include "sim/report/fault_spans.h"
#include "sim/report/sections.h"

namespace seedbed {
namespace {

constexpr size_t kMostScheduled = 12;
constexpr size_t kMostFaults = 8;
constexpr size_t kMostOthers = 3;
constexpr size_t kWidestLead = 30;

// What the word of the verdict means.
std::string opening_sentence(const ReportInput& input) {
  const std::string& protocol = input.protocol.name;
  switch (input.result.verdict) {
    case Verdict::kViolation: return fmt::format("A promise that {} makes was broken.", protocol);
    case Verdict::kExpectedWeakness:
      return fmt::format("A weakness that {} is known to have showed itself.", protocol);
    case Verdict::kAssumptionBroken:
      return fmt::format("The environment went beyond what {} promises to survive.", protocol);
    case Verdict::kLiveness:
      return "Nothing bad was answered, but after the faults were over the work did not get done.";
    case Verdict::kInconclusive: return "This run proves nothing, neither good nor bad.";
    case Verdict::kPass: return "All promises were kept.";
  }
  return "";
}

std::string promise_of(const ReportInput& input, std::string_view check) {
  for (const CheckSpec& spec : input.protocol.checks) {
    if (spec.name == check) return spec.promise;
  }
  return "";
}

std::string paint(const Ink& ink, Verdict verdict) {
  const std::string_view word = headline(verdict);
  const bool bad = verdict == Verdict::kViolation || verdict == Verdict::kLiveness;
  return bad ? ink.bad(word) : ink.doubtful(word);
}

void opening(Page& page, const ReportInput& input, const Ink& ink) {
  const RunResult& result = input.result;
  page.line(fmt::format(
      "{}  {}", paint(ink, result.verdict),
      cut(plain(run_name(result)), kReportWidth - headline(result.verdict).size() - 2)));
  page.paragraph(2, opening_sentence(input));
  page.blank();
  const std::string reason = result.reason.empty() ? "No reason was given." : result.reason;
  const std::string lead =
      result.reason_check.empty() ? "  " : fmt::format("  {}: ", result.reason_check);
  if (lead.size() <= kWidestLead) {
    page.hanging(lead, reason);
  } else {
    page.paragraph(2, lead.substr(2) + reason);
  }
  const std::string promise = promise_of(input, result.reason_check);
  if (!promise.empty()) page.hanging("  Promised: ", promise);
}

void facts(Page& page, const ReportInput& input, const std::vector<Fact>& list, const Ink& ink) {
  if (list.empty()) return;
  page.blank();
  page.line("  " + ink.bold(list.size() == 1 ? "What was seen"
                            : input.result.verdict == Verdict::kViolation
                                ? "Facts that contradict each other"
                                : "Facts that show it"));
  size_t width = 0;
  for (const Fact& fact : list) width = std::max(width, seconds_text(fact.time).size());
  size_t names = 0;
  for (const Fact& fact : list) names = std::max(names, node_name(input, fact.node).size());
  for (size_t i = 0; i < list.size(); ++i) {
    const Fact& fact = list[i];
    page.hanging(fmt::format("  {:>5} {:>{}}  {:<{}}  ", fmt::format("({})", i + 1),
                             seconds_text(fact.time), std::max<size_t>(width, 9),
                             cut(node_name(input, fact.node), 12), std::min<size_t>(names, 12)),
                 fact.text);
  }
}

constexpr EventIndex kForever{~uint64_t{0}};

// True if it went wrong at some event, rather than all along.
bool has_moment(const std::vector<Fact>& facts, EventIndex at) {
  return !facts.empty() || at != kNoEvent;
}

// The event after which nothing matters any more.
EventIndex end_of_story(const std::vector<Fact>& facts, EventIndex at) {
  EventIndex end = at;
  for (const Fact& fact : facts) end = std::max(end, fact.event);
  return end == kNoEvent ? kForever : end;
}

bool is_plan_kind(std::string_view name) {
  const FaultInfo* fault = find_fault(name);
  return fault != nullptr && !fault->is_rate();
}

// The small ones: each happened to one message or one write.
Tally small_faults(const RunResult& result) {
  Tally tally;
  for (const auto& entry : result.faults) {
    if (entry.second > 0 && !is_plan_kind(entry.first)) tally.push_back(entry);
  }
  return tally;
}

void planned_faults(Page& page, const RunResult& result, const Ink& ink) {
  if (result.fault_lines.empty()) return;
  page.line("  " +
            ink.bold("Faults that were planned (without a trace it is not known which fired)"));
  for (size_t i = 0; i < std::min(result.fault_lines.size(), kMostFaults); ++i) {
    page.hanging("    ", result.fault_lines[i]);
  }
  if (result.fault_lines.size() > kMostFaults) {
    page.line(fmt::format("    and {} more", result.fault_lines.size() - kMostFaults));
  }
}

// The last ones before the end, oldest first.
void fired_faults(Page& page, const ReportInput& input, EventIndex end, const Ink& ink) {
  const bool moment = end != kForever;
  const std::vector<FaultSpan> begun = fault_spans(input.events, end);
  if (begun.empty()) return;
  page.line("  " + ink.bold(moment ? "Faults that came before it" : "Faults that fired"));
  const size_t left_out = begun.size() > kMostFaults ? begun.size() - kMostFaults : 0;
  if (left_out > 0) page.line(fmt::format("         {}", count_text(left_out, "earlier one")));
  for (size_t i = left_out; i < begun.size(); ++i) {
    const FaultSpan& fault = begun[i];
    const std::string until = fault.end == nullptr
                                  ? (moment ? "still on at that time" : "to the end")
                                  : "until " + seconds_text(fault.end->time);
    page.hanging(fmt::format("        {:>9}  ", seconds_text(fault.begin->time)),
                 fmt::format("{}, {}  [fault {}]", fault_text(fault), until, fault.begin->id));
  }
}

void faults(Page& page, const ReportInput& input, EventIndex end, const Ink& ink) {
  const bool recorded = !input.events.empty();
  Page list;
  recorded ? fired_faults(list, input, end, ink) : planned_faults(list, input.result, ink);
  const Tally small = small_faults(input.result);
  const std::string text = list.take();
  if (text.empty() && small.empty()) {
    if (input.result.verdict == Verdict::kInconclusive) return;
    page.blank();
    page.line(end == kForever ? "  No fault fired: it happens on a healthy network."
                              : "  No fault came before it: it happens on a healthy network.");
    return;
  }
  page.blank();
  page.append(text);
  if (small.empty()) return;
  page.hanging(
      text.empty() ? "  " : "    ",
      fmt::format("{}in the whole run: {}", text.empty() ? "Faults " : "and ", tally_text(small)));
}

void diagram(Page& page, const ReportInput& input, const std::vector<Fact>& facts, EventIndex at,
             const ReportStyle& style) {
  if (input.events.empty()) return;
  const Ink ink(style.colour);
  const Scene scene = choose_scene(input.events, facts, at, input.node_names);
  const auto lines = draw(scene, input.events, input.node_names, style.utf8);
  if (lines.empty()) return;
  page.blank();
  page.line("  " + ink.bold(has_moment(facts, at) ? "What led to it" : "What happened") +
            " (arrows are messages, those that end in x never arrived)");
  for (size_t i = 0; i < lines.size(); ++i) {
    const bool stands_out = i >= 1 && i <= scene.rows.size() &&
                            (scene.rows[i - 1].noticed || !scene.rows[i - 1].facts.empty());
    page.line(stands_out ? ink.bold(lines[i]) : lines[i]);
  }
}

void other_findings(Page& page, const RunResult& result, const CheckResult* decided) {
  std::vector<const CheckResult*> others;
  for (const CheckResult& check : result.checks) {
    if (&check == decided || check.status == CheckStatus::kPass) continue;
    // After a definite finding, what was not judged is no news.
    const bool unjudged = check.status == CheckStatus::kInconclusive;
    if (!unjudged || result.verdict == Verdict::kInconclusive) others.push_back(&check);
  }
  for (size_t i = 0; i < std::min(others.size(), kMostOthers); ++i) {
    page.item(i == 0 ? "also" : "",
              fmt::format("{}: {}: {}", others[i]->name, to_string(others[i]->status),
                          cut(others[i]->message, 240)));
  }
  if (others.size() > kMostOthers) {
    page.item("", fmt::format("and {} more checks", others.size() - kMostOthers));
  }
}

void closing(Page& page, const ReportInput& input, const CheckResult* decided) {
  const RunResult& result = input.result;
  other_findings(page, result, decided);
  page.item("operations", operations_text(result.operations));
  const std::string ended = result.run_end == RunEnd::kCompleted
                                ? ""
                                : fmt::format("; ended: {}", to_string(result.run_end));
  page.item("run", fmt::format("{}; {}{}", cast(input), extent(input), ended));
  page.item("provenance", provenance(input));
  if (!input.trace_path.empty()) page.verbatim("trace", input.trace_path);
  page.blank();
  if (!input.reproduce.empty()) page.verbatim("reproduce:", input.reproduce);
  next_steps(page, input);
}

// Where it was noticed. Code that stopped the run itself did so in its last event.
EventIndex noticed_at(const ReportInput& input, const CheckResult* decided) {
  if (decided != nullptr) return decided->event;
  const RunEnd end = input.result.run_end;
  const bool by_itself = end == RunEnd::kInvariant || end == RunEnd::kException;
  if (!by_itself && end != RunEnd::kRefused) return kNoEvent;
  for (size_t i = input.events.size(); i-- > 0;) {
    if (input.events[i].kind != EventKind::kEnd) return input.events[i].index;
  }
  return kNoEvent;
}

// What goes wrong, and nothing else does.
void schedule(Page& page, const ReportInput& input, const Ink& ink) {
  if (input.schedule.empty()) return;
  page.blank();
  page.line("  " + ink.bold("The schedule") + " (nothing else goes wrong)");
  for (size_t i = 0; i < std::min(input.schedule.size(), kMostScheduled); ++i) {
    page.hanging("    ", input.schedule[i]);
  }
  if (input.schedule.size() > kMostScheduled) {
    page.line(fmt::format("    and {} more lines", input.schedule.size() - kMostScheduled));
  }
  if (!input.passes_without.empty()) {
    page.hanging("    ", fmt::format("It passes without: {}", input.passes_without));
  }
}

}  // namespace

std::string render_failure(const ReportInput& input, const ReportStyle& style) {
  const Ink ink(style.colour);
  const CheckResult* decided = deciding_check(input.result);
  const std::vector<Fact> list = decided == nullptr ? std::vector<Fact>() : decided->facts;
  const EventIndex at = noticed_at(input, decided);
  Page page;
  opening(page, input, ink);
  schedule(page, input, ink);
  facts(page, input, list, ink);
  faults(page, input, end_of_story(list, at), ink);
  diagram(page, input, list, at, style);
  page.blank();
  closing(page, input, decided);
  return page.take();
}

}  // namespace seedbed
