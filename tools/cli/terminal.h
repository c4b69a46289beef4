// Terminal: what may be shown where. Colour and moving progress are for terminals only; NO_COLOR
// and TERM=dumb switch colour off, and no meaning is ever told by colour alone.
#pragma once

#include <string>
#include <string_view>

namespace seedbed {

enum class Colour { kPlain, kGreen, kRed, kYellow, kBold, kFaint };

struct Terminal {
  bool colour = false;           // on stdout
  bool moving_progress = false;  // on stderr: a line may be rewritten
  int width = 80;                // of stderr, in columns

  // As it is now.
  static Terminal detect();

  std::string paint(Colour colour, std::string_view text) const;
};

}  // namespace seedbed
