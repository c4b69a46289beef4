// How big things may get, where they may stand, and what a header and a page begin with.
#pragma once

#include "tests/tidy/finding.h"

namespace seedbed::tidy {

inline constexpr int kMaxColumns = 100;
inline constexpr int kMaxFileLines = 800;
inline constexpr int kMaxFunctionLines = 70;
inline constexpr int kMaxFolders = 3;  // levels of folders below the root

// Lines of code, build files, schemas and scripts fit in 100 columns. Prose is not held to it.
Findings check_columns(const SourceFile& file);

// No file is longer than 800 lines.
Findings check_file_length(const SourceFile& file);

// No function is longer than 70 lines, from its opening to its closing brace. A function is found
// by its braces; a lambda belongs to the function around it.
Findings check_function_length(const SourceFile& file);

// Folders are at most three deep.
Findings check_depth(const SourceFile& file);

// A header says `#pragma once`, once.
Findings check_pragma_once(const SourceFile& file);

// A page begins with its title, `# Title`, and has no second one.
Findings check_page_title(const SourceFile& file);

}  // namespace seedbed::tidy
