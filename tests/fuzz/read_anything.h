// What both the fuzzer and the test do with an input: read it in each format that it could be of,
// and do with the history what others will do.
#pragma once

#include <string>
#include <string_view>

namespace seedbed {

// Empty if all went well: each reading ended with a history or with a fatal finding, each finding
// names a place, and a history can be written and is read back as the same. Otherwise a sentence.
std::string read_anything(std::string_view bytes, std::string_view format);

}  // namespace seedbed
