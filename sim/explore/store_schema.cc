#include "sim/explore/store_schema.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "sim/core/check.h"

namespace seedbed {
namespace {

constexpr uint64_t kApplication = 0x53656564;  // "Seed"
constexpr uint64_t kVersion = 1;

// Numbers of seeds are signed here: those above 2^63 show as negative.
constexpr const char* kTables = R"(
-- What results belong to, with the sums of its runs.
CREATE TABLE campaigns (
  id INTEGER PRIMARY KEY,
  scenario TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  mutant TEXT NOT NULL,
  revision TEXT NOT NULL,
  changes TEXT NOT NULL,
  text TEXT NOT NULL,
  run_twice INTEGER NOT NULL DEFAULT 0,
  events INTEGER NOT NULL DEFAULT 0,
  core_ns INTEGER NOT NULL DEFAULT 0,
  UNIQUE (scenario, text_hash, mutant, revision));
-- Which seeds were run, and how they ended; the ranges of a campaign do not overlap.
CREATE TABLE seeds (
  campaign INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  ending TEXT NOT NULL,
  PRIMARY KEY (campaign, first)) WITHOUT ROWID;
-- Faults that fired, in how many runs there could be any, and probes that were reached.
CREATE TABLE tallies (
  campaign INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  UNIQUE (campaign, kind, name));
-- Runs that were not as expected. `noticed_by` is the check behind the verdict, `shape` the kinds
-- of faults that fired, `broken` every check that saw a violation.
CREATE TABLE findings (
  campaign INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  noticed_by TEXT NOT NULL,
  message TEXT NOT NULL,
  shape TEXT NOT NULL,
  broken TEXT NOT NULL,
  reproduce TEXT NOT NULL,
  found INTEGER NOT NULL,
  PRIMARY KEY (campaign, seed, verdict)) WITHOUT ROWID;
CREATE TABLE hunts (
  id INTEGER PRIMARY KEY,
  pid INTEGER NOT NULL,
  began INTEGER NOT NULL,
  ended INTEGER);
-- Seeds that were begun and have not ended.
CREATE TABLE running (
  hunt INTEGER NOT NULL,
  campaign INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  PRIMARY KEY (hunt, campaign, seed)) WITHOUT ROWID;
-- Searches for the first seed that breaks a check; `seed` is empty if none of `runs` did.
CREATE TABLE detections (
  campaign INTEGER NOT NULL,
  check_name TEXT NOT NULL,
  first_seed INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  seed TEXT NOT NULL,
  measured INTEGER NOT NULL,
  PRIMARY KEY (campaign, check_name, first_seed)) WITHOUT ROWID;
)";

uint64_t only_number(Database& database, std::string_view sql) {
  Statement row = database.prepare(sql);
  return row.step() ? row.number(0) : 0;
}

bool is_empty(Database& database) {
  return only_number(database, "SELECT count(*) FROM sqlite_master") == 0 &&
         only_number(database, "PRAGMA application_id") == 0;
}

}  // namespace

void require_store(Database& database, const std::string& path) {
  if (only_number(database, "PRAGMA application_id") != kApplication) {
    throw ConfigError(
        fmt::format("{}: not a store of hunts, but a database of something else", path));
  }
  const uint64_t version = only_number(database, "PRAGMA user_version");
  if (version == kVersion) return;
  throw ConfigError(
      fmt::format("{}: a store of version {}, and this program writes version {}; use another file",
                  path, version, kVersion));
}

void prepare_store(Database& database, const std::string& path) {
  if (!is_empty(database)) require_store(database, path);
  if (database.read_only()) throw ConfigError(fmt::format("{}: cannot be written", path));
  database.use_write_ahead_log();
  DatabaseTransaction transaction(database);
  if (is_empty(database)) {  // still; another hunt may have been faster
    database.execute(kTables);
    database.execute(fmt::format("PRAGMA application_id = {}", kApplication));
    database.execute(fmt::format("PRAGMA user_version = {}", kVersion));
  }
  require_store(database, path);
  transaction.commit();
}

std::string explanation(const DatabaseError& error) {
  switch (error.code()) {
    case SQLITE_FULL: return "the disk is full";
    case SQLITE_IOERR: return "the disk is full or broken (disk I/O error)";
    case SQLITE_BUSY: return "another program has locked it";
    case SQLITE_NOTADB: return "it is not a store of hunts, nor any SQLite database";
    case SQLITE_CORRUPT: return "it is damaged";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: return "it, or its directory, cannot be written";
    default: return error.what();
  }
}

void with_clear_errors(const std::string& path, const std::function<void()>& body) {
  try {
    body();
  } catch (const DatabaseError& error) {
    throw ConfigError(fmt::format("{}: cannot be used as a store: {}", path, explanation(error)));
  }
}

}  // namespace seedbed
