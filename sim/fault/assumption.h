// Assumptions: what a promise of a protocol rests on. While the environment keeps to them, a broken
// promise is a violation; from the moment on that it does not, the promises that rest on the broken
// assumption, and only those, are assumption-broken.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace seedbed {

enum class Assumption : uint8_t {
  kServersUp,     // no more servers are down at once than the protocol promises to survive
  kDisksKeep,     // a disk keeps what it confirmed, on all servers but those that may lose it
  kClocksAgree,   // clocks run and stand within the bounds that were declared
  kVersionsStay,  // no server is set back to a version that cannot go on from where it is
};
inline constexpr std::array kAssumptions{Assumption::kServersUp, Assumption::kDisksKeep,
                                         Assumption::kClocksAgree, Assumption::kVersionsStay};

// "servers_up", "disks_keep", "clocks_agree", "versions_stay": as in events.
std::string_view to_string(Assumption assumption);
// One sentence.
std::string_view meaning(Assumption assumption);

}  // namespace seedbed
