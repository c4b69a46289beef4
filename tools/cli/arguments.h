// Values as people type them. Each function throws ConfigError, naming the option, if the text is
// none.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace seedbed {

// "42" or "0x2a".
uint64_t parse_seed(std::string_view text);

struct SeedRange {
  uint64_t first = 1;
  uint64_t count = 0;
};
// "200": 1 to 200. "1000..1999": both included. A range may be empty.
SeedRange parse_seeds(std::string_view text);

// "500ms", "30s", "5m", "2h"; positive. `option` is how messages call it.
std::chrono::milliseconds parse_duration(std::string_view option, std::string_view text);

// "512m", "2g": bytes, in MiB or GiB; positive.
uint64_t parse_memory(std::string_view option, std::string_view text);

// A whole number within [low, high].
uint64_t parse_count(std::string_view option, std::string_view text, uint64_t low, uint64_t high);

// A seed that nobody has chosen. Below 2^48, so that every reader of JSON keeps it exactly.
uint64_t fresh_seed();

}  // namespace seedbed
