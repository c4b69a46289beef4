// Versions of the state machine, and with it of what stands in logs and snapshots. Servers of two
// releases live side by side while a cluster is upgraded one by one, and all of them must make the
// same of each entry. So what a release can do is one thing, and what is in force another: the log
// says from which entry on a later version is (Activate in command.h; as LogCabin and CockroachDB
// do it), and a leader writes that only when it has heard from every member that it knows the
// version. Until then a server of the later release writes what the earlier one can read, and may
// be set back.
//
//   1  Entries have no time (the field is empty), sessions end only when there are too many, and
//      to an append the answer is that it was done. Nobody can ask that a session lasts.
//   2  Entries have the time of their leader (log_clock.h), sessions that are silent for too long
//      end, clients can keep theirs alive, and to an append the answer is what the value is now.
#pragma once

#include <cstdint>

namespace seedbed::raft {

enum class KvVersion : uint32_t { k1 = 1, k2 = 2 };
inline constexpr KvVersion kLatestVersion = KvVersion::k2;
constexpr uint32_t number(KvVersion version) { return static_cast<uint32_t>(version); }

// What a machine begins with.
struct KvVersions {
  // That of the cluster when it began, the same on all servers.
  KvVersion founded = kLatestVersion;
  // The last one that this server's release knows.
  KvVersion known = kLatestVersion;

  bool operator==(const KvVersions&) const = default;
};

}  // namespace seedbed::raft
