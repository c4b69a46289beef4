#include "sim/core/check.h"

#include <cstdio>
#include <cstdlib>

namespace seedbed {

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "seedbed: internal error: CHECK(%s) failed at %s:%d\n", expression, file,
               line);
  std::fflush(stderr);
  std::abort();
}

void invariant_failed(const char* expression, std::string message) {
  throw InvariantFailure(fmt::format("{} [{}]", message, expression));
}

}  // namespace seedbed
