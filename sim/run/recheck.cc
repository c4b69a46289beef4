#include "sim/run/recheck.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "sim/core/event_stream.h"
#include "sim/run/simulation.h"
#include "sim/run/tallies.h"

namespace seedbed {
namespace {

// What the run's own kernel knew: the hash, when and how it ended.
class Ending final : public EventSink {
 public:
  void on_event(const TraceEvent& event) override {
    hash_.mix_in(event);
    ++events_;
    time_ = event.time;
    if (event.kind != EventKind::kEnd) return;
    end_ = static_cast<RunEnd>(event.value);
    message_ = std::string(event.bytes);
  }
  void report(RunResult& result) const {
    result.trace_hash = hash_.value();
    result.events = events_;
    result.end = time_;
    result.run_end = end_;
    result.end_message = message_;
  }

 private:
  TraceHash hash_;
  uint64_t events_ = 0;
  Time time_{};
  RunEnd end_ = RunEnd::kRunning;
  std::string message_;
};

void require_whole(const TraceReader& reader) {
  if (!reader.complete()) {
    throw ConfigError(fmt::format("{}; only a whole trace can be checked", reader.ending()));
  }
  if (reader.unknown_payloads() > 0) {
    throw ConfigError(
        fmt::format("{} of the trace's payloads have types that this program does not know; use a "
                    "program with the protocol {}",
                    reader.unknown_payloads(), reader.header().protocol()));
  }
}

}  // namespace

RecordedRun recorded_run(const TraceReader& reader, std::span<const ProtocolSpec> protocols) {
  const trace::Header& header = reader.header();
  RecordedRun recorded{
      .scenario = parse_scenario(header.scenario(), header.scenario_name(),
                                 fmt::format("scenario {} in the trace", header.scenario_name()),
                                 protocols),
      .seed = header.seed(),
      .revision = header.revision()};
  // The trace holds all options: defaults of this program must not shine through.
  if (recorded.scenario.data.has_options()) {
    recorded.scenario.options->Clear();
    recorded.scenario.data.options().UnpackTo(recorded.scenario.options.get());
  }
  for (const std::string& mutant : header.mutants()) set_mutant(recorded.scenario, mutant);
  return recorded;
}

RunResult recheck(TraceReader& reader, const RecordedRun& recorded) {
  if (!reader.header().payloads()) {
    throw ConfigError("the trace was recorded without payloads, so nothing in it can be checked");
  }
  const Scenario& scenario = recorded.scenario;
  const Setup setup = make_setup(scenario);
  Tallies tallies;
  Ending ending;
  std::vector<EventSink*> sinks{&ending, &tallies};
  const auto checkers = make_checkers(scenario, setup);
  for (const auto& checker : checkers) sinks.push_back(checker.get());
  std::unique_ptr<EventSink> coverage;
  if (scenario.protocol->make_coverage) {
    coverage = scenario.protocol->make_coverage(
        setup, [&](std::string_view probe) { tallies.reached(probe); });
    sinks.push_back(coverage.get());
  }
  replay(reader, sinks);
  require_whole(reader);

  RunResult result;
  result.scenario = scenario.name;
  result.mutant = scenario.mutant;
  result.seed = recorded.seed;
  ending.report(result);
  result.operations = tallies.operations();
  result.probes = tallies.probes(*scenario.protocol);
  for (const auto& checker : checkers) {
    checker->finish();
    result.checks.push_back(checker->result());
  }
  result.broken_assumptions = tallies.broken_assumptions();
  excuse(result, *scenario.protocol);
  count_weaknesses(result, *scenario.protocol);
  decide(result, minimum_ok(scenario));
  return result;
}

}  // namespace seedbed
