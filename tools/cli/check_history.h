// seedbed check of a history that anybody recorded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/cli/context.h"
#include "tools/cli/history_file.h"

namespace seedbed {

struct HistoryCheckOptions {
  std::optional<std::string> format;  // detected, if not given
  // Instead of what the format's own tools mean.
  std::optional<std::string> initial;
  std::optional<std::string> nil_read;     // "nothing" or "unknown"
  std::optional<std::string> failed_cas;   // "mismatch" or "no-effect"
  std::optional<std::string> model;        // of `models()`; the one that fits, if not given
  std::optional<std::string> consistency;  // "linearizable", if not given
  // Of staleness.
  std::optional<std::string> max_versions;
  std::optional<std::string> max_staleness;
  std::optional<std::string> certificate;  // a file for it
  std::optional<std::string> html;         // a file for the timeline of a violation
  bool json = false;
};

// How certificates call the history of a recorded run.
inline constexpr std::string_view kTraceFormat = "trace";

// Prints what was read, and the verdict of the model. The exit code: 0 pass or measured,
// 1 violation, 2 inconclusive or no model, 4 if the findings leave nothing to be judged. Throws
// ConfigError if the options do not go together.
int check_history(const HistoryFile& file, const HistoryCheckOptions& options,
                  const Context& context);

// Proves a certificate again, from its history or from `history`, if that is given. The exit code:
// 0 it is true, 1 it is refused, 2 it is too large to be proven, 4 it is none.
int verify_certificate(const std::string& certificate, const std::optional<std::string>& history,
                       bool json, const Context& context);

}  // namespace seedbed
