// Which faults a scenario asks for.
#include <google/protobuf/message.h>

#include "sim/core/check.h"
#include "sim/fault/catalogue.h"
#include "sim/run/scenario.h"

namespace seedbed {
namespace {

// Whether the scenario sets the field of that path, "network.loss_permille", above zero.
bool sets(const run::Scenario& data, std::string_view path) {
  const google::protobuf::Message* message = &data;
  for (;;) {
    const size_t dot = path.find('.');
    const auto* field = message->GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
    CHECK(field != nullptr);  // the catalogue names fields of the scenario
    const auto* reflection = message->GetReflection();
    if (!reflection->HasField(*message, field)) return false;
    if (field->message_type() == run::Range::descriptor()) {
      const auto& range = reflection->GetMessage(*message, field);
      return dynamic_cast<const run::Range&>(range).max() > 0;
    }
    if (dot == std::string_view::npos) return reflection->GetInt32(*message, field) > 0;
    message = &reflection->GetMessage(*message, field);
    path.remove_prefix(dot + 1);
  }
}

bool doses(const run::Scenario& data, std::string_view fault) {
  for (const run::Dose& dose : data.faults().dose()) {
    const bool none = (dose.has_slots() && dose.slots() == 0) ||
                      (dose.has_odds_percent() && dose.odds_percent() == 0);
    if (dose.fault() == fault && !none) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string_view> configured_faults(const run::Scenario& data) {
  std::vector<std::string_view> names;
  for (const FaultInfo& fault : fault_catalogue()) {
    if (fault.is_rate() ? sets(data, fault.setting) : doses(data, fault.name)) {
      names.push_back(fault.name);
    }
  }
  return names;
}

}  // namespace seedbed
