// Results as text, for people.
#pragma once

#include <string>
#include <string_view>

#include "sim/run/verdict.h"
#include "tools/cli/terminal.h"

namespace seedbed {

// What a run was, said and did: a handful of lines.
std::string result_text(const RunResult& result, const Terminal& terminal);

// "crash 3, partition 1", without what is 0; `nothing` if nothing is left.
std::string tally_text(const Tally& tally, std::string_view nothing);

// "1,234,567".
std::string grouped(uint64_t number);

// "PASS", "VIOLATION": in colour, where there is any.
std::string verdict_text(std::string_view verdict, const Terminal& terminal);

}  // namespace seedbed
