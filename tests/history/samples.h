// A small history in each format: text stands in tests/history/data, bytes are put together here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/history/formats/format.h"

namespace seedbed {

struct Sample {
  std::string name;    // "list_append.edn"
  std::string format;  // whose sample it is
  bool directory = false;
  std::vector<std::string> files;  // their content

  // Valid as long as the sample.
  Input input() const;
};

const std::vector<Sample>& samples();
const Sample& sample(std::string_view name);

// The content of a file in tests/history/data.
std::string data_file(const std::string& name);

// Reads a text; the file is called `name`.
HistoryReading read_text(const std::string& format, std::string_view text,
                         const std::string& name = "a.txt");

// The history of a sample. Fails the test if there is none.
History history_of(const Sample& sample);

// A .jepsen file of two transactions and, in version 1, a nemesis: five operations, or `count`, as
// it says.
std::string jepsen_file(uint32_t version, uint64_t count = 5);

}  // namespace seedbed
