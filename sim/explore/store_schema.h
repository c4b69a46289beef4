// What a store consists of, and how it is told from other files.
#pragma once

#include <functional>
#include <string>

#include "sim/explore/database.h"

namespace seedbed {

// Makes the tables in an empty file; throws ConfigError if the file is something else, is of
// another version, or cannot be written.
void prepare_store(Database& database, const std::string& path);

// Throws ConfigError unless it is a store of this version.
void require_store(Database& database, const std::string& path);

// What is wrong, in words of ours where SQLite's do not help.
std::string explanation(const DatabaseError& error);

// Runs `body`; what SQLite objects to becomes a ConfigError that names the file.
void with_clear_errors(const std::string& path, const std::function<void()>& body);

}  // namespace seedbed
