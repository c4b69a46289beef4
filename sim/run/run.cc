#include "sim/run/run.h"

#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>

#include <memory>

#include "sim/core/arena.h"
#include "sim/core/hash.h"
#include "sim/history/history.pb.h"
#include "sim/run/simulation.h"
#include "sim/world/connection.pb.h"

namespace seedbed {
namespace {

void build_tables_of(const google::protobuf::Descriptor* type) {
  const auto* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
  if (prototype != nullptr) {
    std::unique_ptr<google::protobuf::Message> message(prototype->New());
    std::string text;
    google::protobuf::TextFormat::PrintToString(*message, &text);
    google::protobuf::TextFormat::ParseFromString(text, message.get());
    message->ParseFromString(message->SerializeAsString());
  }
  for (int i = 0; i < type->nested_type_count(); ++i) build_tables_of(type->nested_type(i));
}

}  // namespace

void build_message_tables(const google::protobuf::Message& any_of_the_file) {
  const google::protobuf::FileDescriptor* file = any_of_the_file.GetDescriptor()->file();
  for (int i = 0; i < file->message_type_count(); ++i) build_tables_of(file->message_type(i));
}

Runner::Runner() = default;
Runner::~Runner() = default;

std::string Runner::rehearse(const Scenario& resolved, uint64_t seed) {
  if (!RunArena::enabled()) return {};
  if (!rehearsed_.insert(resolved.name + " " + resolved.mutant).second) return {};
  build_message_tables(*resolved.options);
  build_message_tables(history::Operation());
  build_message_tables(run::Script());
  build_message_tables(connection::Segment());
  Simulation simulation(resolved, seed, stacks_, {}, nullptr, false);
  simulation.execute();
  RunResult result;
  simulation.report(result);
  return result.run_end == RunEnd::kRefused ? result.end_message : std::string();
}

RunResult Runner::run(const Scenario& scenario, uint64_t seed, const RunOptions& options) {
  const Scenario resolved = resolve(scenario, seed);
  const std::string refused = rehearse(resolved, seed);
  if (options.salt != 0) stacks_.repaint(scramble(options.salt));
  RunResult result = run_inside(resolved, seed, options);
  if (!refused.empty()) {
    result.run_end = RunEnd::kRefused;
    result.end_message = refused;
    decide(result, minimum_ok(resolved));
  }
  return result;
}

RunResult Runner::run_inside(const Scenario& resolved, uint64_t seed, const RunOptions& options) {
  RunResult result;
  script_.Clear();
  if (!RunArena::enabled()) {
    Simulation simulation(resolved, seed, stacks_, options.watchers, options.script,
                          options.log_choices, options.more_faults);
    simulation.execute();
    simulation.report(result);
    if (options.log_choices) script_ = simulation.script();
    return result;
  }
  const auto limit_mib =
      resolved.data.limits().has_memory_mib() ? resolved.data.limits().memory_mib() : int64_t{1024};
  RunArena::reset({.limit = static_cast<size_t>(limit_mib) << 20,
                   .salt = options.salt,
                   .alternate = options.alternate});
  {
    RunArena::Inside inside;
    // Never deleted: the arena drops it, and the pool takes back the stacks of its fibers.
    auto* simulation = new Simulation(resolved, seed, stacks_, options.watchers, options.script,
                                      options.log_choices, options.more_faults);
    simulation->execute();
    RunArena::Outside outside;
    simulation->report(result);
    if (options.log_choices) script_ = simulation->script();
  }
  stacks_.release_all();
  RunArena::reset();
  return result;
}

}  // namespace seedbed
