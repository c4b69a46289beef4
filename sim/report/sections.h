// The parts that reports of all verdicts have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/report/report.h"
#include "sim/report/text.h"

namespace seedbed {

// "VIOLATION", "NO PROGRESS": how people call a verdict.
std::string_view headline(Verdict verdict);

// The check behind the verdict; nullptr if none is.
const CheckResult* deciding_check(const RunResult& result);

// "raft/partitions  seed 42  mutant raft.b01-commit-old-term".
std::string run_name(const RunResult& result);
// "raft, 5 servers, 3 clients".
std::string cast(const ReportInput& input);
// "32.100 s simulated in 0.018 s, 48,211 events".
std::string extent(const ReportInput& input);
// "200 ok, 3 fail, 6 info (outcome unknown)".
std::string operations_text(const OperationCounts& counts);
// "raft, revision a1b2c3d, trace hash 0x00c0ffee00c0ffee".
std::string provenance(const ReportInput& input);
// "crash 3, message_loss 17".
std::string tally_text(const Tally& tally);
// "n3"; "node 7" if it has no name.
std::string node_name(const ReportInput& input, NodeId node);

// What to type next, the caller's or the usual steps.
void next_steps(Page& page, const ReportInput& input);

}  // namespace seedbed
