// Authority: who may be primary. A record in a Raft group says which epoch is the latest and to
// whom it belongs; it is changed by compare-and-set, so that an epoch has one owner, whatever
// replicas believe (PacificA's configuration manager, Lin et al., MSR-TR-2008-25, section 2.2).
//
//   const auto latest = authority.read();                         // Blocks.
//   if (latest) authority.replace(*latest, {next(latest->epoch), env.self()});    // Blocks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/primary_backup/types.h"
#include "protocols/raft/client.h"
#include "sim/world/env.h"

namespace seedbed::primary_backup {

// The key of the record in the Raft group.
inline constexpr std::string_view kRecordKey = "primary";

struct Ownership {
  Epoch epoch{};  // 0: there was none yet
  NodeId owner{};

  bool operator==(const Ownership&) const = default;
};

// "3 n5"; nothing before the first epoch.
std::optional<std::string> text_of(const Ownership& ownership);
// Nothing if it is no such text.
std::optional<Ownership> ownership_from(std::string_view text);

class Authority {
 public:
  Authority(Env& env, std::vector<NodeId> servers);

  // The record as it stood at some moment during the call. Blocks; nothing if it takes too long.
  std::optional<Ownership> read();
  // True if `desired` has taken the place of `present`; false leaves open whether it has, or will.
  // Blocks.
  bool replace(const Ownership& present, const Ownership& desired);

 private:
  raft::RaftClient client_;
  uint64_t operations_ = 0;
};

}  // namespace seedbed::primary_backup
