// Database: a thin cover over SQLite that cleans up after itself and turns errors into exceptions.
//
//   Database database(path);
//   Statement insert = database.prepare("INSERT INTO seeds VALUES (?, ?)");
//   insert.run(campaign, seed);
//   for (Statement rows = database.prepare("SELECT ..."); rows.step();) use(rows.number(0));
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace seedbed {

// What SQLite said, with its result code.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(const std::string& what, int code) : std::runtime_error(what), code_(code) {}
  // The primary code: SQLITE_FULL, SQLITE_NOTADB, ...
  int code() const { return code_ & 0xff; }

 private:
  int code_;
};

class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);
  Statement(Statement&& other) noexcept;
  ~Statement();
  Statement& operator=(Statement&&) = delete;

  // Starts anew with these values in the place of its question marks.
  template <class... Values>
  Statement& bind(const Values&... values) {
    reset();
    int place = 0;
    (set(++place, values), ...);
    return *this;
  }
  // The next row, if there is one.
  bool step();
  // To its end.
  template <class... Values>
  void run(const Values&... values) {
    bind(values...);
    while (step()) {
    }
    reset();
  }

  // Of the current row. Numbers above 2^63 come back as they went in, but SQLite itself takes them
  // for negative ones.
  uint64_t number(int column) const;
  std::string text(int column) const;

 private:
  void reset();
  void set(int place, uint64_t value);
  void set(int place, std::string_view value);

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

class Database {
 public:
  enum class Mode { kReadOnly, kReadWrite };

  // Makes the file if it does not exist, unless it is only to be read.
  Database(const std::string& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Other processes write while this one does, a commit costs no wait for the disk, and a process
  // that is killed loses nothing; a power cut may cost the last commits, and nothing else.
  void use_write_ahead_log();
  // Leaves the write-ahead log as it is at the end; as a rule it is merged into the file then.
  void leave_log_behind();

  Statement prepare(std::string_view sql) { return {database_, sql}; }
  // Several statements, without values.
  void execute(const std::string& sql);
  uint64_t last_row() const;
  bool read_only() const;

 private:
  sqlite3* database_ = nullptr;
};

// Takes the right to write at once, so that it cannot be denied halfway. What is not committed is
// taken back.
class DatabaseTransaction {
 public:
  explicit DatabaseTransaction(Database& database) : database_(database) {
    database_.execute("BEGIN IMMEDIATE");
  }
  ~DatabaseTransaction();
  DatabaseTransaction(const DatabaseTransaction&) = delete;
  DatabaseTransaction& operator=(const DatabaseTransaction&) = delete;

  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace seedbed
