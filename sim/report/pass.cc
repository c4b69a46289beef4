// The report of a run that passed: it tells what the run did, so that a reader can see whether it
// did enough. Every list is cut to what a screen holds.
#include <fmt/format.h>

#include <algorithm>

#include "sim/report/highlights.h"
#include "sim/report/sections.h"

namespace seedbed {
namespace {

constexpr size_t kMostCaptions = 4;
constexpr size_t kMostHighlights = 6;
constexpr size_t kMostRareProbes = 3;
constexpr size_t kListWidth = 150;   // two lines
constexpr size_t kCheckWidth = 120;  // the same behind a few words
constexpr size_t kLineWidth = 85;    // one line

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

// "a, b, c and 4 more": as many as that many characters hold.
std::string list_text(const std::vector<std::string>& entries, size_t width = kListWidth) {
  std::string text;
  for (size_t i = 0; i < entries.size(); ++i) {
    const std::string entry = cut(entries[i], width / 2);
    if (i > 0 && text.size() + entry.size() > width - 20) {
      return text + fmt::format(" and {} more", entries.size() - i);
    }
    text += (text.empty() ? "" : ", ") + entry;
  }
  return text;
}

std::string moment(const ReportInput& input, const StoredEvent& event) {
  const std::string time = seconds_text(event.time);
  if (event.kind == EventKind::kFaultBegin) return time;
  return fmt::format("{} {}", time, cut(node_name(input, event.node), 12));
}

std::string moments(const ReportInput& input, const Highlight& story) {
  const std::string first = moment(input, *story.first);
  if (story.count > 1) return fmt::format("{}  ...  {}", first, moment(input, *story.last));
  if (story.first->kind != EventKind::kFaultBegin) return first;
  return fmt::format("{} {}", first, cut(plain(story.first->caption), 40));
}

void timeline(Page& page, const ReportInput& input) {
  std::vector<Highlight> list = highlights(input.events, kMostCaptions);
  if (list.size() > kMostHighlights) list.resize(kMostHighlights);
  std::string_view label = "timeline";
  for (const Highlight& story : list) {
    page.line(fmt::format("  {:<12}{:<18} {:>5}x   {}", label, cut(plain(story.what), 18),
                          count_text(story.count), moments(input, story)));
    label = "";
  }
}

// Those that happened, with how often, and the names of those that did not.
struct Split {
  explicit Split(const Tally& tally) {
    for (const auto& [name, count] : tally) {
      if (count > 0) {
        happened.emplace_back(name, count);
      } else {
        missed.push_back(name);
      }
    }
  }
  Tally happened;
  std::vector<std::string> missed;
};

std::vector<std::string> entries(const Tally& tally) {
  std::vector<std::string> texts;
  for (const auto& [name, count] : tally) {
    texts.push_back(fmt::format("{}{}{}", name, kHardBlank, count_text(count)));
  }
  return texts;
}

void faults(Page& page, const Tally& tally) {
  const Split split(tally);
  page.item("faults", split.happened.empty() ? "none fired" : list_text(entries(split.happened)));
  if (!split.missed.empty()) page.item("", "did not fire: " + list_text(split.missed));
}

// Those that go by that evidence: what did not pass first, then what looked at most.
std::vector<CheckResult> checks_by(Evidence evidence, const ReportInput& input) {
  const std::vector<CheckSpec>& specs = input.protocol.checks;
  std::vector<CheckResult> checks;
  for (const CheckResult& check : input.result.checks) {
    const auto spec = std::find_if(specs.begin(), specs.end(),
                                   [&](const CheckSpec& one) { return one.name == check.name; });
    const Evidence by = spec == specs.end() ? Evidence::kWorld : spec->evidence;
    if (by == evidence) checks.push_back(check);
  }
  std::stable_sort(checks.begin(), checks.end(), [](const CheckResult& a, const CheckResult& b) {
    const bool passed = a.status == CheckStatus::kPass;
    if (passed != (b.status == CheckStatus::kPass)) return !passed;
    return a.evaluated > b.evaluated;
  });
  return checks;
}

void checks(Page& page, const ReportInput& input) {
  std::string_view label = "checks";
  std::string_view explanation = ", with how much they looked at";
  for (const Evidence evidence : {Evidence::kClients, Evidence::kWorld}) {
    std::vector<std::string> texts;
    for (const CheckResult& check : checks_by(evidence, input)) {
      texts.push_back(fmt::format("{}{}{}", check.name, kHardBlank, count_text(check.evaluated)));
      if (check.status == CheckStatus::kPass) continue;
      texts.back() += fmt::format(" ({})", to_string(check.status));
    }
    if (texts.empty()) continue;
    const std::string_view what =
        evidence == Evidence::kClients ? "what clients saw" : "disks, messages and servers";
    page.item(label, fmt::format("{} by {}{}: {}", count_text(texts.size()), what, explanation,
                                 list_text(texts, kCheckWidth)));
    label = "";
    explanation = "";
  }
}

void probes(Page& page, const Tally& tally) {
  if (tally.empty()) return;
  Split split(tally);
  const size_t reached = split.happened.size();
  std::stable_sort(split.happened.begin(), split.happened.end(),
                   [](const auto& a, const auto& b) { return a.second < b.second; });
  std::string text = fmt::format("{} of {} reached", reached, tally.size());
  if (reached > kMostRareProbes) split.happened.resize(kMostRareProbes);
  if (reached > 0) text += "; the rarest: " + list_text(entries(split.happened));
  page.item("probes", text);
  if (!split.missed.empty()) page.item("", "not reached: " + list_text(split.missed, kLineWidth));
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
  checks(page, input);
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
