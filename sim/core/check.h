// Assertions, one for each kind of broken promise:
//
//   INVARIANT(cond, "why ... {}", x)  what a protocol must never do. Throws; inside a
//                                     run that ends it with the verdict "violation".
//   CHECK(cond)                       what the simulator must never do. Aborts, in every build.
//   ConfigError                       what the user typed wrong; thrown only while loading.
//
// What the world may do to a protocol is neither: see Result in sim/core/result.h.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>

namespace seedbed {

// A broken INVARIANT. Not a std::exception, so that ordinary handlers do not swallow it.
class InvariantFailure {
 public:
  explicit InvariantFailure(std::string message) : message_(std::move(message)) {}
  const std::string& message() const { return message_; }

 private:
  std::string message_;
};

// The input is wrong. The message is one line: where, what was expected, what to do.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[noreturn]] void check_failed(const char* expression, const char* file, int line);
[[noreturn]] void invariant_failed(const char* expression, std::string message);

}  // namespace seedbed

#define CHECK(condition) \
  ((condition) ? (void)0 : ::seedbed::check_failed(#condition, __FILE__, __LINE__))

#define INVARIANT(condition, ...) \
  ((condition) ? (void)0 : ::seedbed::invariant_failed(#condition, ::fmt::format(__VA_ARGS__)))
