// What a page of documentation must keep: its links lead somewhere, and the page about the chapter
// has a row for every name. Pure functions over text, tested on bad pages beside the real ones.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace seedbed::docs {

// The targets of relative links in a page, without their #fragment; code is left out.
std::vector<std::string> relative_links(std::string_view page);

// Where `target`, linked from the page at `page_path`, leads: a path relative to the root.
std::string resolve(std::string_view page_path, std::string_view target);

// The links of a page that lead nowhere.
std::vector<std::string> dead_links(std::string_view page_path, std::string_view page,
                                    const std::function<bool(const std::string&)>& exists);

// The rows of every table on a page, cell by cell, without the heads.
using Row = std::vector<std::string>;
std::vector<Row> table_rows(std::string_view page);

// What is wrong with the page about the chapter, one sentence each: a name without a row or with
// two, a row without a name, a status that does not exist, a row that claims something and links
// nothing.
std::vector<std::string> chapter_problems(const std::vector<std::string>& names,
                                          std::string_view page);

// The blocks of code of one language, ```cpp for instance, without their fences.
std::vector<std::string> code_blocks(std::string_view page, std::string_view language);

// What stands between two lines of "// ---" in a source, without the indentation of its first line.
std::vector<std::string> marked_parts(std::string_view source);

// The blocks of C++ of a page that are no marked part of the sources, and the parts that are on no
// page.
std::vector<std::string> code_problems(std::string_view page,
                                       const std::vector<std::string>& sources);

}  // namespace seedbed::docs
