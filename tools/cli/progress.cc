#include "tools/cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace seedbed {
namespace {

using Seconds = std::chrono::duration<double>;

// Longer ranges are endless as far as a person is concerned.
constexpr uint64_t kEndless = 1'000'000'000;

}  // namespace

Progress::~Progress() {
  if (line_stands_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::show(const CampaignResult& so_far,
                    std::optional<std::chrono::milliseconds> time_limit) {
  const auto now = std::chrono::steady_clock::now();
  const auto pause = terminal_.moving_progress ? std::chrono::milliseconds(200)
                                               : std::chrono::milliseconds(10'000);
  if (now - shown_ < pause) return;
  shown_ = now;
  const std::string line = progress_line(so_far, time_limit);
  if (!terminal_.moving_progress) {
    fmt::print(stderr, "{}\n", line);
    return;
  }
  // Plain characters and two-byte dots only: a cut by bytes can only make it shorter.
  const size_t room = static_cast<size_t>(std::max(20, terminal_.width - 1));
  fmt::print(stderr, "\r{}\x1b[K", line.size() <= room ? line : line.substr(0, line.find(" · ")));
  std::fflush(stderr);
  line_stands_ = true;
}

void MinimiserLine::show(const CounterexampleProgress& so_far) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_.moving_progress || now - shown_ < std::chrono::milliseconds(200)) return;
  shown_ = now;
  fmt::print(stderr, "\r{}\x1b[K", minimiser_line(so_far));
  std::fflush(stderr);
  line_stands_ = true;
}

void MinimiserLine::clear() {
  if (line_stands_) fmt::print(stderr, "\r\x1b[K");
  line_stands_ = false;
}

std::string minimiser_line(const CounterexampleProgress& now) {
  return fmt::format("making it small: {} of {} operations", now.kept, now.of);
}

std::string progress_line(const CampaignResult& so_far,
                          std::optional<std::chrono::milliseconds> time_limit) {
  const double elapsed = std::max(Seconds(so_far.elapsed).count(), 1e-3);
  const double rate = static_cast<double>(so_far.runs - so_far.runs_before) / elapsed;
  const bool endless = so_far.planned >= kEndless;
  std::string line = endless ? fmt::format("[{}]", so_far.runs)
                             : fmt::format("[{}/{}]", so_far.runs, so_far.planned);
  line += fmt::format(" {} failing · {:.{}f} runs/s", so_far.unexpected, rate, rate < 10 ? 1 : 0);
  std::optional<double> left;
  if (time_limit) left = std::max(0.0, Seconds(*time_limit).count() - elapsed);
  if (!endless && rate > 0) {
    const double to_the_last = static_cast<double>(so_far.planned - so_far.runs) / rate;
    left = left ? std::min(*left, to_the_last) : to_the_last;
  }
  if (left) {
    line += " · ETA " + duration_text(std::chrono::seconds(static_cast<int64_t>(*left)));
  }
  return line;
}

std::string duration_text(std::chrono::seconds duration) {
  const int64_t seconds = duration.count();
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3600) return fmt::format("{}m", (seconds + 30) / 60);
  return fmt::format("{}h{:02}m", seconds / 3600, seconds % 3600 / 60);
}

}  // namespace seedbed
