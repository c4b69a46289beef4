#include "sim/fault/assumption.h"

namespace seedbed {

std::string_view to_string(Assumption assumption) {
  switch (assumption) {
    case Assumption::kServersUp: return "servers_up";
    case Assumption::kDisksKeep: return "disks_keep";
    case Assumption::kClocksAgree: return "clocks_agree";
  }
  return "unknown";
}

std::string_view meaning(Assumption assumption) {
  switch (assumption) {
    case Assumption::kServersUp: return "no more servers are down at once than are survived";
    case Assumption::kDisksKeep: return "disks keep what they confirmed";
    case Assumption::kClocksAgree: return "clocks stay within their declared bounds";
  }
  return "";
}

}  // namespace seedbed
