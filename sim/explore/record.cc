#include "sim/explore/record.h"

#include "sim/run/simulation.h"
#include "sim/trace/recorder.h"
#include "sim/trace/trace.pb.h"

namespace seedbed {
namespace {

// Stops listening when the run is over: a world that is unwound may go on talking.
class UntilTheEnd final : public EventSink {
 public:
  explicit UntilTheEnd(Recorder& recorder) : recorder_(recorder) {}
  EventKinds interests() const override { return recorder_.interests(); }
  void on_event(const TraceEvent& event) override {
    if (ended_) return;
    recorder_.on_event(event);
    ended_ = event.kind == EventKind::kEnd;
  }

 private:
  Recorder& recorder_;
  bool ended_ = false;
};

trace::Header header_of(const Scenario& resolved, uint64_t seed, const Provenance& provenance) {
  trace::Header header;
  header.set_revision(provenance.revision);
  header.set_scenario_name(resolved.name);
  header.set_scenario(to_text(resolved));
  header.set_seed(seed);
  if (!resolved.mutant.empty()) header.add_mutants(resolved.mutant);
  header.set_protocol(resolved.protocol->name);
  const std::vector<std::string> names = node_names(resolved);
  for (size_t i = 1; i < names.size(); ++i) header.add_nodes(names[i]);
  for (const auto& [name, text] : provenance.notes) {
    trace::Note& note = *header.add_notes();
    note.set_name(name);
    note.set_text(text);
  }
  return header;
}

}  // namespace

RunResult record_run(Runner& runner, const Scenario& scenario, uint64_t seed,
                     const Provenance& provenance,
                     const std::function<void(std::string_view bytes)>& write, RunOptions options) {
  Recorder recorder(header_of(resolve(scenario, seed), seed, provenance), write);
  UntilTheEnd until_the_end(recorder);
  options.watchers.push_back(&until_the_end);
  RunResult result = runner.run(scenario, seed, options);
  recorder.finish(to_string(result.verdict), {.light = result.trace_hash});
  return result;
}

}  // namespace seedbed
