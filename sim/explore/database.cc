#include "sim/explore/database.h"

#include <sqlite3.h>

#include <utility>

namespace seedbed {
namespace {

// Another hunt on the same store holds it for some milliseconds at a time.
constexpr int kPatienceMs = 20'000;

void require(sqlite3* database, int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  throw DatabaseError(database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database), code);
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql) : database_(database) {
  require(database_, sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()),
                                        &statement_, nullptr));
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement::~Statement() { sqlite3_finalize(statement_); }

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  require(database_, code);
  return code == SQLITE_ROW;
}

uint64_t Statement::number(int column) const {
  return static_cast<uint64_t>(sqlite3_column_int64(statement_, column));
}

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

void Statement::reset() { sqlite3_reset(statement_); }

void Statement::set(int place, uint64_t value) {
  require(database_, sqlite3_bind_int64(statement_, place, static_cast<int64_t>(value)));
}

void Statement::set(int place, std::string_view value) {
  require(database_, sqlite3_bind_text(statement_, place, value.data(),
                                       static_cast<int>(value.size()), SQLITE_TRANSIENT));
}

Database::Database(const std::string& path, Mode mode) {
  const int flags =
      mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &database_, flags, nullptr);
  if (code != SQLITE_OK) {
    const DatabaseError error(sqlite3_errmsg(database_), code);
    sqlite3_close(database_);
    throw error;
  }
  sqlite3_busy_timeout(database_, kPatienceMs);
  if (mode == Mode::kReadWrite) execute("PRAGMA synchronous = NORMAL");
}

Database::~Database() { sqlite3_close(database_); }

void Database::use_write_ahead_log() {
  try {
    execute("PRAGMA journal_mode = WAL");
  } catch (const DatabaseError& error) {
    if (error.code() != SQLITE_BUSY) throw;  // another process does the same right now
  }
}

void Database::leave_log_behind() {
  sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void Database::execute(const std::string& sql) {
  require(database_, sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr));
}

uint64_t Database::last_row() const {
  return static_cast<uint64_t>(sqlite3_last_insert_rowid(database_));
}

bool Database::read_only() const { return sqlite3_db_readonly(database_, "main") == 1; }

DatabaseTransaction::~DatabaseTransaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const DatabaseError&) {
    // A full disk has rolled back already.
  }
}

void DatabaseTransaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace seedbed
