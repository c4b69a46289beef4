// Words that do not belong: doors that go round Env, sources of nondeterminism, unfinished
// business, and the paths of somebody's machine.
#pragma once

#include <string_view>
#include <vector>

#include "tests/tidy/finding.h"

namespace seedbed::tidy {

struct BannedWord {
  std::string_view word;
  std::vector<std::string_view> where;  // beginnings of paths
  std::string_view instead;
};
const std::vector<BannedWord>& banned_words();

// C++ code (not its comments and strings) holds no banned word.
Findings check_banned_words(const SourceFile& file);

// No map<> field in a .proto: protobuf serialises it in a different order in every run.
Findings check_proto_maps(const SourceFile& file);

// TODO and FIXME name the test or the decision that settles them: TODO(Suite.Test), TODO(0007).
Findings check_todos(const SourceFile& file);

// No absolute path of one machine, in any text.
Findings check_machine_paths(const SourceFile& file);

}  // namespace seedbed::tidy
