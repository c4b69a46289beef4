// The report of a run that passed: it tells what the run did, so that a reader can see whether it did
// enough. Every list is cut to what a screen holds.
#include <fmt/format.h>

#include <algorithm>

#include "sim/report/highlights.h"
#include "sim/report/sections.h"

namespace seedbed {
namespace {

constexpr size_t kMostCaptions = 4;
constexpr size_t kMostHighlights = 9;
constexpr size_t kMostRareProbes = 3;
constexpr size_t kMostItemLines = 3;

void opening(Page& page, const ReportInput& input, const Ink& ink) {
  const RunResult& result = input.result;
  page.line(fmt::format("{}  {}", ink.good(headline(Verdict::kPass)),
                        cut(plain(run_name(result)), kReportWidth - 6)));
  const size_t held = static_cast<size_t>(
      std::count_if(result.checks.begin(), result.checks.end(),
                    [](const CheckResult& check) { return check.status == CheckStatus::kPass; }));
  page.paragraph(2,
                 result.mutant.empty()
                     ? fmt::format("{} held, over {} that ended ok.", count_text(held, "promise"),
                                   count_text(result.operations.ok, "operation"))
                     : fmt::format("The mutant was not caught: with this seed it kept {}.",
                                   count_text(held, "promise")));
  page.blank();
}

// Text that may take a few lines of the screen, and no more.
void bounded_item(Page& page, std::string_view label, std::string_view text) {
  page.item(label, cut(text, kMostItemLines * (kReportWidth - 20)));
}

std::string moment(const ReportInput& input, const StoredEvent& event) {
  const bool fault = event.kind == EventKind::kFaultBegin;
  const std::string who = fault ? cut(plain(event.caption), 22) : node_name(input, event.node);
  return fmt::format("{} {}", seconds_text(event.time), who);
}

void timeline(Page& page, const ReportInput& input) {
  std::vector<Highlight> list = highlights(input.events, kMostCaptions);
  if (list.size() > kMostHighlights) list.resize(kMostHighlights);
  std::string_view label = "timeline";
  for (const Highlight& story : list) {
    std::string text = fmt::format("{:<18} {:>5}x   {}", cut(plain(story.what), 18),
                                   count_text(story.count), moment(input, *story.first));
    if (story.count > 1) text += fmt::format("  ...  {}", moment(input, *story.last));
    page.line(fmt::format("  {:<12}{}", label, text));
    label = "";
  }
}

void faults(Page& page, const Tally& tally) {
  Tally fired;
  std::string silent;
  for (const auto& [name, count] : tally) {
    if (count > 0) {
      fired.emplace_back(name, count);
    } else {
      silent += (silent.empty() ? "" : ", ") + name;
    }
  }
  bounded_item(page, "faults", fired.empty() ? "none fired" : tally_text(fired));
  if (!silent.empty()) bounded_item(page, "", "did not fire: " + silent);
}

void checks(Page& page, const RunResult& result) {
  std::string text;
  for (const CheckResult& check : result.checks) {
    text +=
        fmt::format("{}{} ({})", text.empty() ? "" : ", ", check.name, count_text(check.evaluated));
    if (check.status != CheckStatus::kPass) text += fmt::format(" {}", to_string(check.status));
  }
  if (text.empty()) return;
  bounded_item(page, "checks", text);
  page.item("", "(in brackets: how many operations, events or states each has looked at)");
}

void probes(Page& page, const Tally& tally) {
  if (tally.empty()) return;
  Tally reached;
  std::string missed;
  for (const auto& [name, count] : tally) {
    if (count > 0) {
      reached.emplace_back(name, count);
    } else {
      missed += (missed.empty() ? "" : ", ") + name;
    }
  }
  std::stable_sort(reached.begin(), reached.end(),
                   [](const auto& a, const auto& b) { return a.second < b.second; });
  std::string text = fmt::format("{} of {} reached", reached.size(), tally.size());
  if (reached.size() > kMostRareProbes) reached.resize(kMostRareProbes);
  if (!reached.empty()) text += "; the rarest: " + tally_text(reached);
  bounded_item(page, "probes", text);
  if (!missed.empty()) bounded_item(page, "", "not reached: " + missed);
}

}  // namespace

std::string render_pass(const ReportInput& input, const ReportStyle& style) {
  const Ink ink(style.colour);
  Page page;
  opening(page, input, ink);
  page.item("run", fmt::format("{}; {}", cast(input), extent(input)));
  page.item("operations", operations_text(input.result.operations));
  timeline(page, input);
  faults(page, input.result.faults);
  checks(page, input.result);
  probes(page, input.result.probes);
  page.item("provenance", provenance(input));
  if (!input.trace_path.empty()) page.verbatim("trace", input.trace_path);
  page.blank();
  if (!input.reproduce.empty()) page.verbatim("reproduce:", input.reproduce);
  next_steps(page, input);
  return page.take();
}

std::string render(const ReportInput& input, const ReportStyle& style) {
  return input.result.verdict == Verdict::kPass ? render_pass(input, style)
                                                : render_failure(input, style);
}

}  // namespace seedbed
