#include "tools/cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace seedbed {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

Terminal Terminal::detect() {
  Terminal terminal;
  const bool dumb = variable("TERM") == "dumb";
  terminal.colour = isatty(STDOUT_FILENO) && !dumb && variable("NO_COLOR").empty();
  terminal.moving_progress = isatty(STDERR_FILENO) && !dumb;
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) terminal.width = size.ws_col;
  return terminal;
}

std::string Terminal::paint(Colour wanted, std::string_view text) const {
  if (!colour || wanted == Colour::kPlain) return std::string(text);
  const std::string_view code = wanted == Colour::kGreen    ? "32;1"
                                : wanted == Colour::kRed    ? "31;1"
                                : wanted == Colour::kYellow ? "33;1"
                                : wanted == Colour::kBold   ? "1"
                                                            : "2";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace seedbed
