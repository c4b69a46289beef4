#include "sim/run/protocol.h"

#include <algorithm>

#include "sim/fault/catalogue.h"

namespace seedbed {

std::string_view to_string(Evidence evidence) {
  return evidence == Evidence::kClients ? "clients" : "world";
}

ProtocolSpec judged_by(Evidence evidence, ProtocolSpec protocol) {
  std::erase_if(protocol.checks,
                [&](const CheckSpec& check) { return check.evidence != evidence; });
  return protocol;
}

bool understands(const ProtocolSpec& protocol, const FaultInfo& fault) {
  if (fault.order.empty()) return true;
  const std::vector<std::string>& orders = protocol.orders;
  return std::find(orders.begin(), orders.end(), fault.order) != orders.end();
}

}  // namespace seedbed
