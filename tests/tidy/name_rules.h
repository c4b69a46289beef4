// Rules about names.
#pragma once

#include <vector>

#include "tests/tidy/finding.h"

namespace seedbed::tidy {

// Two types of one name in one namespace are undefined behaviour once they meet in a program: the
// linker keeps one of each function that both have, say their destructors. No compiler tells.
// Types of two test programs never meet.
Findings check_type_names(const std::vector<SourceFile>& files);

}  // namespace seedbed::tidy
