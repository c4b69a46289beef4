// Searches for files that a reader cannot stand. The first byte chooses the format.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "sim/history/formats/format.h"
#include "tests/fuzz/read_anything.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto& formats = seedbed::history_formats();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string wrong =
      seedbed::read_anything(bytes.substr(1), formats[data[0] % formats.size()].name);
  if (wrong.empty()) return 0;
  std::fprintf(stderr, "%s\n", wrong.c_str());
  std::abort();
}
