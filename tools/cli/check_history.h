// seedbed check of a history that anybody recorded.
#pragma once

#include <optional>
#include <string>

#include "tools/cli/context.h"
#include "tools/cli/history_file.h"

namespace seedbed {

struct HistoryCheckOptions {
  std::optional<std::string> format;  // detected, if not given
  // Instead of what the format's own tools mean.
  std::optional<std::string> initial;
  std::optional<std::string> nil_read;    // "nothing" or "unknown"
  std::optional<std::string> failed_cas;  // "mismatch" or "no-effect"
  bool json = false;
};

// Prints what was read, and the verdict of the model that fits. The exit code: 0 pass, 1 violation,
// 2 inconclusive or no model, 4 if the findings leave nothing to be judged.
int check_history(const HistoryFile& file, const HistoryCheckOptions& options,
                  const Context& context);

}  // namespace seedbed
