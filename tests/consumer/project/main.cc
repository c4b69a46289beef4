// A program outside the repository that stands on the installed library.
#include <fmt/core.h>

#include "sim/core/check.h"
#include "sim/core/hash.h"

int main() {
  const uint64_t hash = seedbed::hash_bytes("out of tree");
  CHECK(hash == seedbed::hash_bytes("out of tree"));
  fmt::print("hash {:016x}\n", hash);
}
