#include "sim/explore/twice.h"

#include <fmt/format.h>

#include "sim/core/hash.h"
#include "sim/core/random.h"
#include "sim/explore/record.h"
#include "sim/trace/diff.h"

namespace seedbed {
namespace {

// In memory that is laid out and filled as this number says, on painted stacks.
RunOptions in_memory(uint64_t salt) { return {.salt = salt, .alternate = true}; }

constexpr uint64_t kOtherMemory = 0x9e3779b9;
constexpr uint64_t kThirdMemory = 0x7f4a7c15;

std::string record(Runner& runner, const Scenario& scenario, uint64_t seed, uint64_t salt) {
  std::string trace;
  record_run(
      runner, scenario, seed, {}, [&](std::string_view bytes) { trace += bytes; }, in_memory(salt));
  return trace;
}

std::string side_text(const DivergingSide& side) {
  return side.event ? fmt::format("\"{}\"", side.event->text) : "the end of the trace";
}

}  // namespace

std::string difference_when_run_again(Runner& runner, const Scenario& scenario,
                                      const RunResult& before) {
  const RunResult again = runner.run(scenario, before.seed, in_memory(kOtherMemory));
  if (again.trace_hash == before.trace_hash) return {};
  // Where they part shows in traces only, so both once more: neither in memory as it was found,
  // for that now holds what the second run left.
  const std::string first = record(runner, scenario, before.seed, kOtherMemory);
  const std::string second = record(runner, scenario, before.seed, kThirdMemory);
  const auto split = diff_traces({first, "first run"}, {second, "second run"});
  if (!split) {
    return fmt::format("two runs gave the hashes {:016x} and {:016x}; two more did not differ",
                       before.trace_hash, again.trace_hash);
  }
  return fmt::format("two runs part at event {}, in: {}; one has {}, the other {}\n{}",
                     split->position, split->fields, side_text(split->first),
                     side_text(split->second), split->text());
}

bool is_run_twice(uint64_t seed, uint32_t permille) {
  return Ratio::permille(permille).holds(scramble(seed ^ 0x2222));
}

}  // namespace seedbed
