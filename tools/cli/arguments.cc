#include "tools/cli/arguments.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <charconv>
#include <optional>

#include "sim/core/check.h"

namespace seedbed {
namespace {

std::optional<uint64_t> number_from(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

}  // namespace

uint64_t parse_seed(std::string_view text) {
  if (const auto seed = number_from(text)) return *seed;
  throw ConfigError(
      fmt::format("--seed {}: expected a number from 0 to 2^64 - 1, as in 42 or 0x2a", text));
}

SeedRange parse_seeds(std::string_view text) {
  const size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    if (const auto count = number_from(text)) return {.first = 1, .count = *count};
  } else {
    const auto first = number_from(text.substr(0, dots));
    const auto last = number_from(text.substr(dots + 2));
    if (first && last) {
      if (*last < *first) return {.first = *first, .count = 0};
      if (*last - *first != UINT64_MAX) return {.first = *first, .count = *last - *first + 1};
    }
  }
  throw ConfigError(
      fmt::format("--seeds {}: expected how many, as in 1000, or a range, as in 1000..1999", text));
}

std::chrono::milliseconds parse_duration(std::string_view option, std::string_view text) {
  const size_t unit_at = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view unit = text.substr(unit_at);
  const auto count = number_from(text.substr(0, unit_at));
  const int64_t ms = unit == "ms"  ? 1
                     : unit == "s" ? 1000
                     : unit == "m" ? 60'000
                     : unit == "h" ? 3'600'000
                                   : 0;
  constexpr uint64_t kMost = 1'000'000;
  if (!count || *count == 0 || *count > kMost || ms == 0) {
    throw ConfigError(
        fmt::format("{} {}: expected a duration, as in 500ms, 30s, 5m or 2h", option, text));
  }
  return std::chrono::milliseconds(static_cast<int64_t>(*count) * ms);
}

uint64_t parse_memory(std::string_view option, std::string_view text) {
  const size_t unit_at = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view unit = text.substr(unit_at);
  const auto count = number_from(text.substr(0, unit_at));
  const int shift = unit == "m" ? 20 : unit == "g" ? 30 : 0;
  constexpr uint64_t kMost = 1'000'000;
  if (!count || *count == 0 || *count > kMost || shift == 0) {
    throw ConfigError(fmt::format("{} {}: expected an amount, as in 512m or 2g", option, text));
  }
  return *count << shift;
}

uint64_t parse_count(std::string_view option, std::string_view text, uint64_t low, uint64_t high) {
  const auto count = number_from(text);
  if (count && *count >= low && *count <= high) return *count;
  throw ConfigError(
      fmt::format("{} {}: expected a whole number from {} to {}", option, text, low, high));
}

uint64_t fresh_seed() {
  uint64_t seed = 0;
  CHECK(getrandom(&seed, sizeof seed, 0) == sizeof seed);
  return seed >> 16;
}

}  // namespace seedbed
