// BadInput: thrown inside a reader where a file cannot be read on. read_history() makes it a fatal
// finding, with its place: no reader lets it out.
#pragma once

#include <stdexcept>
#include <string>

#include "sim/history/finding.h"

namespace seedbed {

struct BadInput : std::runtime_error {
  // `offset`: bytes from the beginning of the text that is read.
  BadInput(FindingKind kind, uint64_t offset, std::string found, std::string expected = "")
      : std::runtime_error(found),
        kind(kind),
        offset(offset),
        found(std::move(found)),
        expected(std::move(expected)) {}

  FindingKind kind;
  uint64_t offset;
  std::string found;
  std::string expected;
};

}  // namespace seedbed
