// Progress of a hunt, on stderr: on a terminal one line that is rewritten, elsewhere a line every
// ten seconds.
//
//   [1370/10000] 0 failing · 61 runs/s · ETA 2m
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sim/check/counterexample.h"
#include "sim/explore/campaign.h"
#include "tools/cli/terminal.h"

namespace seedbed {

class Progress {
 public:
  explicit Progress(const Terminal& terminal) : terminal_(terminal) {}
  // Takes the line away again.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const CampaignResult& so_far, std::optional<std::chrono::milliseconds> time_limit);

 private:
  Terminal terminal_;
  std::chrono::steady_clock::time_point shown_ = std::chrono::steady_clock::now();
  bool line_stands_ = false;
};

// Progress of making a contradiction small: a line on stderr that is rewritten, on a terminal only.
class MinimiserLine {
 public:
  explicit MinimiserLine(const Terminal& terminal) : terminal_(terminal) {}
  ~MinimiserLine() { clear(); }
  MinimiserLine(const MinimiserLine&) = delete;
  MinimiserLine& operator=(const MinimiserLine&) = delete;

  void show(const CounterexampleProgress& now);
  // Takes the line away again.
  void clear();

 private:
  Terminal terminal_;
  std::chrono::steady_clock::time_point shown_ = std::chrono::steady_clock::now();
  bool line_stands_ = false;
};

// "making it small: 34 of 2000 operations"
std::string minimiser_line(const CounterexampleProgress& now);

// The line, without what moves the cursor.
std::string progress_line(const CampaignResult& so_far,
                          std::optional<std::chrono::milliseconds> time_limit);

// "2s", "3m", "2h05m".
std::string duration_text(std::chrono::seconds duration);

}  // namespace seedbed
