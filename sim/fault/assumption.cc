#include "sim/fault/assumption.h"

namespace seedbed {

std::string_view to_string(Assumption assumption) {
  switch (assumption) {
    case Assumption::kServersUp: return "servers_up";
    case Assumption::kDisksKeep: return "disks_keep";
    case Assumption::kClocksAgree: return "clocks_agree";
    case Assumption::kVersionsStay: return "versions_stay";
  }
  return "unknown";
}

std::string_view meaning(Assumption assumption) {
  switch (assumption) {
    case Assumption::kServersUp: return "no more servers are down at once than are survived";
    case Assumption::kDisksKeep: return "disks keep what they confirmed";
    case Assumption::kClocksAgree: return "clocks stay within their declared bounds";
    case Assumption::kVersionsStay: return "no server is set back to a version that cannot go on";
  }
  return "";
}

}  // namespace seedbed
