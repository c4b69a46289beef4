// seedbed check --verify: proves a certificate again.
#include <fmt/format.h>

#include "sim/check/certificate.h"
#include "sim/report/text.h"
#include "tools/cli/check_history.h"
#include "tools/cli/json.h"
#include "tools/cli/text.h"

namespace seedbed {
namespace {

History read_again(const HistoryFile& file, const std::string& format) {
  if (format == kTraceFormat) return history_of_trace(file);
  HistoryReading reading = read_history(file.input(), format_of(file, format));
  if (reading.history) return std::move(*reading.history);
  for (const Finding& finding : reading.findings) {
    if (finding.fatal()) throw ConfigError(to_string(finding));
  }
  throw ConfigError(fmt::format("{}: not a history", file.path()));
}

std::string_view word_for(VerifyStatus status) {
  switch (status) {
    case VerifyStatus::kTrue: return "pass";
    case VerifyStatus::kRefused: return "violation";
    case VerifyStatus::kTooLarge: break;
  }
  return "inconclusive";
}

std::string_view result_text(VerifyStatus status) {
  switch (status) {
    case VerifyStatus::kTrue: return "true";
    case VerifyStatus::kRefused: return "refused";
    case VerifyStatus::kTooLarge: break;
  }
  return "too-large";
}

std::string claim(const Certificate& certificate) {
  if (certificate.valid) {
    return fmt::format("{}: every key has an order that explains it", certificate.history);
  }
  return fmt::format("{}: {} of {} cannot be put into any order", certificate.history,
                     count_text(certificate.kept.size(), "operation"),
                     certificate.key.empty() ? "it" : certificate.key);
}

std::string effort(const Certificate& certificate, const Verification& result) {
  const std::string_view noun = certificate.valid ? "operation" : "configuration";
  return fmt::format("{} by the model {}", count_text(result.evaluated, noun), certificate.model);
}

}  // namespace

int verify_certificate(const std::string& path, const std::optional<std::string>& history,
                       bool json, const Context& context) {
  const HistoryFile text(path);
  const Certificate certificate = parse_certificate(text.bytes(), path);
  const HistoryFile file(history.value_or(certificate.history));
  const Verification result = verify(certificate, read_again(file, certificate.format));
  if (json) {
    fmt::print("{}", dump({{"certificate", path},
                           {"history", file.path()},
                           {"model", certificate.model},
                           {"claim", certificate.valid ? "valid" : "invalid"},
                           {"result", result_text(result.status)},
                           {"why", result.why},
                           {"evaluated", result.evaluated}}));
  } else {
    Page page;
    page.line(fmt::format("{}  {}: the certificate is {}",
                          verdict_text(word_for(result.status), context.terminal), path,
                          result.status == VerifyStatus::kTooLarge ? "too large to be proven again"
                                                                   : result_text(result.status)));
    page.item("claim", claim(certificate));
    if (!result.why.empty()) page.item("because", result.why);
    page.item("tried", effort(certificate, result));
    fmt::print("{}", page.take());
  }
  if (result.status == VerifyStatus::kTrue) return kExitExpected;
  return result.status == VerifyStatus::kRefused ? kExitFinding : kExitInconclusive;
}

}  // namespace seedbed
