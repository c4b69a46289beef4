#include "tools/cli/junit.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/explore/groups.h"
#include "sim/report/text.h"

namespace seedbed {
namespace {

// With what XML 1.0 cannot hold replaced.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\n':
      case '\t': result += c; break;
      default: result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
  }
  return result;
}

struct Case {
  std::string name;
  std::string tag;  // "failure", "error", "skipped"; empty: it passed
  std::string type;
  std::string message;
  std::string text;
};

constexpr std::string_view kEnds = "runs to its end";
constexpr std::string_view kDeterministic = "deterministic";
constexpr std::string_view kConclusive = "conclusive";

// The case that a finding belongs to.
std::string case_of(const CampaignFinding& finding) {
  if (finding.verdict == "nondeterminism") return std::string(kDeterministic);
  if (finding.verdict == to_string(Verdict::kInconclusive)) return std::string(kConclusive);
  return finding.check.empty() ? std::string(kEnds) : finding.check;
}

void add(std::vector<Case>& cases, const Group& group, const Selection& selection) {
  const CampaignFinding& finding = *group.first;
  const std::string name = case_of(finding);
  auto known =
      std::find_if(cases.begin(), cases.end(), [&](const Case& one) { return one.name == name; });
  if (known == cases.end()) known = cases.insert(cases.end(), {.name = name});
  const std::string reproduce = reproduce_line(selection, finding);
  if (known->tag.empty()) {
    known->tag = name == kConclusive ? "skipped" : name == kDeterministic ? "error" : "failure";
    known->type = finding.verdict;
    known->message = fmt::format("{}. Reproduce: {}", finding.message, reproduce);
  }
  known->text += fmt::format(
      "{}, the first is {}, under {}\n{}\n{}\n", count_text(group.count, "seed"), finding.seed,
      finding.shape.empty() ? "no known fault" : finding.shape, finding.message, reproduce);
}

std::vector<Case> cases_of(const Hunt& hunt, size_t scenario) {
  const Selection& selection = hunt.selections[scenario];
  std::vector<Case> cases;
  for (const CheckSpec& check : selection.scenario.protocol->checks) {
    cases.push_back({.name = check.name});
  }
  for (const std::string_view name : {kEnds, kDeterministic, kConclusive}) {
    cases.push_back({.name = std::string(name)});
  }
  for (const Group& group : group_findings(hunt.result.findings)) {
    if (group.first->scenario == scenario) add(cases, group, selection);
  }
  Case coverage{.name = "coverage"};
  for (const std::string& sentence : hunt.result.missing) {
    if (!sentence.starts_with(selection.scenario.name + ":")) continue;
    coverage.tag = "failure";
    coverage.type = "coverage";
    if (coverage.message.empty()) coverage.message = sentence;
    coverage.text += sentence + "\n";
  }
  cases.push_back(coverage);
  return cases;
}

uint64_t count(const std::vector<Case>& cases, std::string_view tag) {
  return static_cast<uint64_t>(
      std::count_if(cases.begin(), cases.end(), [&](const Case& one) { return one.tag == tag; }));
}

std::string counts(const std::vector<Case>& cases, const CampaignResult& result) {
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"",
                     cases.size(), count(cases, "failure"), count(cases, "error"),
                     count(cases, "skipped"),
                     std::chrono::duration<double>(result.elapsed).count());
}

std::string case_xml(const std::string& suite, const Case& one) {
  const std::string head =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\"", escaped(suite), escaped(one.name));
  if (one.tag.empty()) return head + "/>\n";
  const std::string type =
      one.tag == "skipped" ? "" : fmt::format(" type=\"{}\"", escaped(one.type));
  return fmt::format("{}>\n      <{}{} message=\"{}\">{}</{}>\n    </testcase>\n", head, one.tag,
                     type, escaped(one.message), escaped(one.text), one.tag);
}

}  // namespace

std::string junit_xml(const Hunt& hunt, const Context& context) {
  std::vector<Case> all;
  std::string suites;
  for (size_t i = 0; i < hunt.selections.size(); ++i) {
    const Scenario& scenario = hunt.selections[i].scenario;
    const std::string name =
        scenario.mutant.empty() ? scenario.name : scenario.name + " " + scenario.mutant;
    const std::vector<Case> cases = cases_of(hunt, i);
    suites += fmt::format("  <testsuite name=\"{}\" {}>\n    <properties>\n", escaped(name),
                          counts(cases, hunt.result));
    for (const auto& [property, value] :
         {std::pair<std::string_view, std::string>{"revision", context.program.revision},
          {"seeds", seeds_text(hunt)}}) {
      suites +=
          fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", property, escaped(value));
    }
    suites += "    </properties>\n";
    for (const Case& one : cases) suites += case_xml(name, one);
    suites += "  </testsuite>\n";
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{} hunt\" {}>\n{}"
      "</testsuites>\n",
      escaped(context.program.name), counts(all, hunt.result), suites);
}

}  // namespace seedbed
