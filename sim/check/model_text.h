// States of models that hold several texts, one after the other: each with its length before it, so
// that different texts make different states.
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seedbed {

inline void append_text(std::string* state, std::string_view text) {
  const auto size = static_cast<uint32_t>(text.size());
  char bytes[sizeof(size)];
  std::memcpy(bytes, &size, sizeof(size));
  state->append(bytes, sizeof(bytes));
  state->append(text);
}

// Takes the first text off. `state` must not be empty.
inline std::string_view take_text(std::string_view* state) {
  uint32_t size = 0;
  std::memcpy(&size, state->data(), sizeof(size));
  const std::string_view text = state->substr(sizeof(size), size);
  state->remove_prefix(sizeof(size) + size);
  return text;
}

inline std::vector<std::string_view> texts_of(std::string_view state) {
  std::vector<std::string_view> texts;
  while (!state.empty()) texts.push_back(take_text(&state));
  return texts;
}

inline std::string state_of(const std::vector<std::string_view>& texts) {
  std::string state;
  for (const std::string_view text : texts) append_text(&state, text);
  return state;
}

inline bool is_prefix(std::string_view from, std::string_view to) {
  return to.substr(0, from.size()) == from;
}

// Where a text stands among those that a priority queue holds: numbers come first, in their order,
// then texts.
struct Priority {
  bool is_text = false;
  int64_t number = 0;
  std::string_view text;

  auto operator<=>(const Priority&) const = default;
};

inline Priority priority_of(std::string_view text) {
  Priority priority{.text = text};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), priority.number);
  priority.is_text = end.ec != std::errc() || end.ptr != text.data() + text.size();
  if (priority.is_text) priority.number = 0;
  return priority;
}

}  // namespace seedbed
