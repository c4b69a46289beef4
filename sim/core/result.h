// Result<T>: what the simulated world may do to you, as a value.
//
//   Result<std::string> bytes = env.disk().read(file, 0, 512).await();
//   if (!bytes) return bytes.error();      // a timeout, an I/O error: the protocol must cope
//   use(*bytes);
//
// A timeout says nothing about what happened on the other side: it is never a failure of the
// operation, only of the waiting (see Outcome in sim/history/operation.h).
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "sim/core/check.h"

namespace seedbed {

enum class Error {
  kTimeout,      // no answer in time; the effect is unknown
  kUnavailable,  // refused before any effect: no such service, overloaded
  kIo,           // the device failed
  kNoSpace,      // the device is full
  kNotFound,     // no such file
  kCorrupt,      // bytes that fail their checksum
  kClosed,       // the other end of a mailbox or file is gone
};

constexpr std::string_view to_string(Error error) {
  switch (error) {
    case Error::kTimeout: return "timeout";
    case Error::kUnavailable: return "unavailable";
    case Error::kIo: return "I/O error";
    case Error::kNoSpace: return "no space";
    case Error::kNotFound: return "not found";
    case Error::kCorrupt: return "corrupt";
    case Error::kClosed: return "closed";
  }
  return "unknown error";
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(const T& value) : value_(value) {}        // NOLINT(google-explicit-constructor)
  Result(T&& value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error) : error_(error) {}           // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return value_.has_value(); }
  bool ok() const { return value_.has_value(); }

  // The value. CHECK-fails on an error.
  T& operator*() & {
    CHECK(ok());
    return *value_;
  }
  const T& operator*() const& {
    CHECK(ok());
    return *value_;
  }
  T&& operator*() && {
    CHECK(ok());
    return std::move(*value_);
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }

  // The error. CHECK-fails on a value.
  Error error() const {
    CHECK(!ok());
    return error_;
  }

 private:
  std::optional<T> value_;
  Error error_ = Error::kTimeout;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(error) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return ok(); }
  bool ok() const { return !error_.has_value(); }
  Error error() const {
    CHECK(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace seedbed
