#include "sim/history/finding.h"

#include <fmt/core.h>

#include <algorithm>

#include "sim/core/check.h"

namespace seedbed {

const std::vector<FindingInfo>& finding_infos() {
  static const std::vector<FindingInfo> kInfos = {
      {FindingKind::kSyntax, "syntax", true, "the file is not of this format, or damaged"},
      {FindingKind::kTruncated, "truncated", true,
       "the file was cut short: operations are missing, and a verdict could be wrong"},
      {FindingKind::kBadChecksum, "bad-checksum", true, "the file is damaged; copy it again"},
      {FindingKind::kTooDeep, "too-deep", true, "no history nests its values so deeply"},
      {FindingKind::kAbsurdCount, "absurd-count", true,
       "the file announces more than it can hold: it is damaged"},
      {FindingKind::kUnsupported, "unsupported", true, "this part of the format is not read here"},
      {FindingKind::kWrongType, "wrong-type", true, "what happened cannot be told"},
      {FindingKind::kMissingProcess, "missing-process", false,
       "returns are paired with the oldest fitting invocation; nothing is known about the order "
       "within a process"},
      {FindingKind::kUnpairedReturn, "unpaired-return", true,
       "when the operation began is not known, and so not what it may have seen"},
      {FindingKind::kBusyProcess, "busy-process", true,
       "a process does one thing at a time; what returns later cannot be told"},
      {FindingKind::kProcessAfterInfo, "process-after-info", false,
       "the operation before may still take effect, also after the later ones of its process"},
      {FindingKind::kOtherReturn, "other-return", true,
       "what was asked and what was answered do not belong together"},
      {FindingKind::kIndexOrder, "index-order", true, "the order of events is not known"},
      {FindingKind::kDuplicateValue, "duplicate-value", false,
       "who wrote what was read is not certain: checks that need unique values cannot judge this "
       "key"},
      {FindingKind::kUnknownFunction, "unknown-function", false,
       "the operations are kept as they stand, but no model gives them a meaning"},
      {FindingKind::kSkippedLine, "skipped-line", false, "it was left out"},
      {FindingKind::kSplitTransaction, "split-transaction", true,
       "a transaction belongs to one session"},
      {FindingKind::kEmpty, "empty", false, "there is nothing to judge"},
  };
  return kInfos;
}

const FindingInfo& info_of(FindingKind kind) {
  const FindingInfo& info = finding_infos()[static_cast<size_t>(kind)];
  CHECK(info.kind == kind);
  return info;
}

std::string to_string(const Finding& finding) {
  std::string text = finding.file;
  if (finding.places == Places::kLines) text += fmt::format(": line {}", finding.place);
  if (finding.places == Places::kBytes) text += fmt::format(": byte {}", finding.place);
  const FindingInfo& info = info_of(finding.kind);
  text += fmt::format(": {}: {}", info.name, finding.found);
  if (!finding.expected.empty()) text += fmt::format("; expected {}", finding.expected);
  text += fmt::format("; {}", info.meaning);
  if (finding.more > 0) text += fmt::format(" (and {} more of these)", finding.more);
  return text;
}

void Findings::add(FindingKind kind, uint64_t place, std::string found, std::string expected) {
  fatal_ = fatal_ || info_of(kind).fatal;
  const auto same = [&](const Finding& finding) { return finding.kind == kind; };
  if (static_cast<size_t>(std::count_if(findings_.begin(), findings_.end(), same)) >= kShown) {
    const auto last = std::find_if(findings_.rbegin(), findings_.rend(), same);
    ++last->more;
    return;
  }
  findings_.push_back({.kind = kind,
                       .file = file_,
                       .places = places_,
                       .place = place,
                       .found = std::move(found),
                       .expected = std::move(expected)});
}

}  // namespace seedbed
