// Scripts: between their text (script.proto) and what a run needs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/choice.h"
#include "sim/fault/fault_plan.h"
#include "sim/run/script.pb.h"

namespace seedbed {

struct Scenario;

// Operations are numbered over the whole run: each client has its own million.
inline constexpr uint64_t kOperationsOfAClient = 1'000'000;
inline uint64_t number_of_operation(NodeId client, uint64_t id) {
  return id - number(client) * kOperationsOfAClient;
}

// Numbers of nodes by name, for one scenario.
class NodeNames {
 public:
  explicit NodeNames(const Scenario& scenario);
  const std::string& name(NodeId id) const;
  // ConfigError if there is no such machine.
  NodeId id(std::string_view name) const;
  std::vector<NodeId> ids(const google::protobuf::RepeatedPtrField<std::string>& names) const;

 private:
  std::vector<std::string> names_;
};

// "4.2s", exactly; and back, from "800ms", "1500us" and "17ns" as well.
std::string duration_in_words(Duration duration);
std::optional<Duration> duration_from_words(std::string_view text);

// ConfigError if a line names what does not exist or is no time.
FaultPlan plan_from(const run::Script& script, const NodeNames& names);
std::vector<ChoiceRecord> choices_from(const run::Script& script);

void store(const FaultPlan& plan, const NodeNames& names, run::Script* script);
void store(const std::vector<ChoiceRecord>& choices, run::Script* script);

// One line for a reader: "4008 partition n2 n5 | n1 n3 n4 from 2.038s for 2.508s".
std::string in_words(const run::PlannedFault& fault);
std::string in_words(const run::ChosenFault& choice);

}  // namespace seedbed
