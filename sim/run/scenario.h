// Scenario: a file of scenarios/ (or a user's own), loaded, checked, and with what the seed decides
// about its shape filled in.
//
//   Scenario scenario = load_scenario("scenarios/raft/partitions.textproto", protocols);
//   set_field(scenario, "network.loss_permille=20");
//   Resolved resolved = resolve(scenario, seed);
//
// Whatever is wrong with a file is one ConfigError: place, what was found, what to do.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sim/run/protocol.h"
#include "sim/run/scenario.pb.h"
#include "sim/run/suggest.h"

namespace seedbed {

// A scenario that passed validation.
struct Scenario {
  std::string name;  // "raft/partitions", or the path of a file elsewhere
  run::Scenario data;
  const ProtocolSpec* protocol = nullptr;
  // The protocol's options: its defaults, with what the file sets merged in.
  std::shared_ptr<google::protobuf::Message> options;
  std::string mutant;  // empty: the correct protocol
};

// From a file's text; `place` is how messages call the file.
Scenario parse_scenario(std::string_view text, std::string_view name, std::string_view place,
                        std::span<const ProtocolSpec> protocols);

// Changes one field: "workload.operations=50", "faults.dose[1].slots=0", "options.batch=4",
// "network.loss_permille=20" (both ends of a range). Validates again.
void set_field(Scenario& scenario, std::string_view assignment);

// The mutant of that name, or ConfigError with the nearest one.
void set_mutant(Scenario& scenario, std::string_view name);

// The scenario with every drawn rate fixed to the value this seed gives it; what a trace records.
Scenario resolve(const Scenario& scenario, uint64_t seed);

// Adds what the seed draws from all faults that the protocol promises to survive, that have
// somebody to hit, and that the scenario does not leave out. Part of resolve().
void draw_swarm(Scenario& scenario, uint64_t seed);

// The names of the faults that a scenario asks for: of its doses, and of the rates that it sets.
std::vector<std::string_view> configured_faults(const run::Scenario& data);

// As text that parse_scenario reads.
std::string to_text(const Scenario& scenario);

// Throws ConfigError if a value is impossible. `place` begins the message.
void validate(const Scenario& scenario, std::string_view place);

}  // namespace seedbed
