#include "sim/run/protocol.h"

#include <algorithm>

#include "sim/fault/catalogue.h"

namespace seedbed {

bool understands(const ProtocolSpec& protocol, const FaultInfo& fault) {
  if (fault.order.empty()) return true;
  const std::vector<std::string>& orders = protocol.orders;
  return std::find(orders.begin(), orders.end(), fault.order) != orders.end();
}

}  // namespace seedbed
