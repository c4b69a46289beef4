// Who may include whom: the architecture as a table, and the rule that reads it.
#pragma once

#include <string_view>
#include <vector>

#include "tests/tidy/finding.h"

namespace seedbed::tidy {

// A part of the tree and what its files may include beside each other and the C++ standard library.
// The first layer whose `files` begins a path is its layer.
struct Layer {
  std::string_view files;                 // a path, or the beginning of one
  std::vector<std::string_view> folders;  // beginnings of our own headers
  std::vector<std::string_view> outside;  // beginnings of other libraries' and the system's headers
};
const std::vector<Layer>& layers();

// `calvin` may include `raft` because its CMakeLists.txt says so.
struct DeclaredUse {
  std::string_view protocol;
  std::string_view uses;
};
const std::vector<DeclaredUse>& declared_uses();

// Includes of our own headers are quoted and rooted, and stay within the layer.
Findings check_includes(const SourceFile& file);

// A protocol's pure core stands on sim/core and its own .proto only. It is core.h, rules.h and the
// header named like the protocol, each header of the protocol that these reach, and their .cc
// files.
Findings check_pure_cores(const std::vector<SourceFile>& tree);

}  // namespace seedbed::tidy
