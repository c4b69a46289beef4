// Results as JSON, for programs: one object or array, on stdout, on one line. The fields are a
// promise (tests/cli/json_test.cc): none is renamed or dropped.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "sim/run/verdict.h"

namespace seedbed {

// Keeps the order in which fields were added.
using Json = nlohmann::ordered_json;

// {"crash": 3, "partition": 1}
Json to_json(const Tally& tally);

// {"ok": 190, "fail": 3, "info": 7}
Json to_json(const OperationCounts& operations);

// [{"name": ..., "status": ..., "evaluated": ..., "message": ..., "facts": [...]}]
Json to_json(const std::vector<CheckResult>& checks);

// What every result of a run has, live or checked again.
Json result_json(const RunResult& result, std::string_view revision);

// "00f3a1...": 16 digits.
std::string hash_text(uint64_t hash);

// With a newline. Bytes that are no UTF-8 are replaced.
std::string dump(const Json& json);

}  // namespace seedbed
