// States of models that hold several texts, one after the other: each with its length before it, so
// that different texts make different states.
#pragma once

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

}  // namespace seedbed
