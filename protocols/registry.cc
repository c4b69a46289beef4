#include "protocols/registry.h"

namespace seedbed {

std::vector<ProtocolSpec> all_protocols() { return {}; }

}  // namespace seedbed
