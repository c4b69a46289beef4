// The architecture of docs/ARCHITECTURE.md as data. A file may always include its own folder and
// the C++ standard library. Changing a row is a decision: record why in docs/decisions/.
#include "tests/tidy/include_rules.h"

namespace seedbed::tidy {

const std::vector<Layer>& layers() {
  static const std::vector<Layer> kLayers = {
      // core knows neither messages nor the world. It makes fibers and guards the process, so it
      // speaks to the system and to the sanitizers.
      {"sim/core/",
       {},
       {"boost/context/", "fmt/", "sanitizer/", "sys/", "cxxabi.h", "dlfcn.h", "elf.h", "pthread.h",
        "unistd.h", "unwind.h"}},
      {"sim/world/", {"sim/core/"}, {"fmt/", "google/protobuf/"}},
      {"sim/trace/", {"sim/core/"}, {"fmt/", "google/protobuf/", "zstd.h"}},
      {"sim/fault/", {"sim/core/", "sim/world/"}, {"fmt/", "google/protobuf/"}},
      // Histories are checked offline: never the world.
      {"sim/history/formats/", {"sim/core/", "sim/history/"}, {"fmt/"}},
      {"sim/history/", {"sim/core/"}, {"fmt/", "google/protobuf/"}},
      // A checker is a function of what happened: never the world, the run or a protocol.
      {"sim/check/", {"sim/core/", "sim/trace/", "sim/history/"}, {"fmt/", "google/protobuf/"}},
      // Protocols arrive as a ProtocolSpec, never as a header.
      {"sim/run/",
       {"sim/core/", "sim/world/", "sim/trace/", "sim/fault/", "sim/history/", "sim/check/"},
       {"fmt/", "google/protobuf/"}},
      {"sim/explore/",
       {"sim/core/", "sim/world/", "sim/trace/", "sim/fault/", "sim/history/", "sim/check/",
        "sim/run/"},
       {"fmt/", "google/protobuf/", "sqlite3.h", "sys/", "unistd.h", "signal.h"}},
      {"sim/report/",
       {"sim/core/", "sim/trace/", "sim/fault/", "sim/history/", "sim/check/", "sim/run/",
        "sim/explore/"},
       {"fmt/", "google/protobuf/", "nlohmann/"}},
      // The one table of all protocols.
      {"protocols/registry.", {"sim/", "protocols/"}, {"fmt/"}},
      // What else a protocol's file may include depends on its part: see protocol_may_include().
      {"protocols/", {}, {"fmt/", "google/protobuf/"}},
      {"tools/",
       {"sim/", "protocols/", "tools/"},
       {"CLI/", "fmt/", "google/protobuf/", "nlohmann/", "sqlite3.h", "sys/", "unistd.h",
        "signal.h"}},
      // The consumer lives outside the repository, as far as its includes go.
      {"tests/consumer/", {"sim/", "tools/cli/cli.h"}, {"fmt/", "google/protobuf/"}},
      {"tests/",
       {"sim/", "protocols/", "tools/", "tests/"},
       {"fmt/", "google/protobuf/", "gtest/", "gmock/", "benchmark/", "boost/", "nlohmann/",
        "sanitizer/", "sys/", "fcntl.h", "unistd.h", "signal.h", "malloc.h", "sqlite3.h",
        "zstd.h"}},
  };
  return kLayers;
}

const std::vector<DeclaredUse>& declared_uses() {
  static const std::vector<DeclaredUse> kUses = {{"calvin", "raft"},
                                                 {"outbox", "primary_backup"},
                                                 {"outbox", "storage"},
                                                 {"primary_backup", "raft"},
                                                 {"primary_backup", "storage"},
                                                 {"raft", "storage"},
                                                 {"two_phase_commit", "primary_backup"},
                                                 {"two_phase_commit", "raft"},
                                                 {"two_phase_commit", "storage"}};
  return kUses;
}

}  // namespace seedbed::tidy
