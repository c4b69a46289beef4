// Invariants:
//   1. The ranges of a campaign do not overlap: a seed has one ending.
//   2. A seed enters the ranges, the sums and the findings in one transaction, or not at all.
//   3. Nothing is written to a file that is not a store of this version.
#include "sim/explore/store.h"

#include <fmt/format.h>
#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "sim/core/check.h"
#include "sim/core/hash.h"
#include "sim/explore/store_schema.h"

namespace seedbed {
namespace {

std::string hash_of(const std::string& text) { return fmt::format("{:016x}", hash_bytes(text)); }

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ","));
}

std::vector<std::string> split(const std::string& names) {
  std::vector<std::string> result;
  std::istringstream in(names);
  for (std::string name; std::getline(in, name, ',');) result.push_back(name);
  return result;
}

// Nobody's children stay behind as zombies where the first process does not bury them.
bool is_alive(uint64_t pid) {
  if (kill(static_cast<pid_t>(pid), 0) != 0) return errno != ESRCH;
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  const std::string stat{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return stat.find(") Z ") == std::string::npos;
}

// The seeds of one campaign, as ranges, for one transaction.
class SeedRows {
 public:
  explicit SeedRows(Database& database)
      : before_(database.prepare("SELECT first, last, ending FROM seeds WHERE campaign = ?1 AND "
                                 "first <= ?2 ORDER BY first DESC LIMIT 1")),
        insert_(database.prepare("INSERT INTO seeds VALUES (?, ?, ?, ?)")),
        extend_(database.prepare("UPDATE seeds SET last = ?3 WHERE campaign = ?1 AND first = ?2")),
        after_(database.prepare("SELECT last, ending FROM seeds WHERE campaign = ? AND first = ?")),
        remove_(database.prepare("DELETE FROM seeds WHERE campaign = ? AND first = ?")) {}

  // False if the seed is there already.
  bool add(uint64_t campaign, uint64_t seed, std::string_view ending) {
    std::optional<uint64_t> begin;  // of the range that ends just before
    if (before_.bind(campaign, seed).step()) {
      // SQLite orders numbers as signed ones: no range goes across either end of theirs.
      const uint64_t last = before_.number(1);
      if (static_cast<int64_t>(last) >= static_cast<int64_t>(seed)) return false;
      if (seed != 0 && last == seed - 1 && before_.text(2) == ending) begin = before_.number(0);
    }
    uint64_t last = seed;
    const bool has_next = seed != INT64_MAX && seed != UINT64_MAX;
    if (has_next && after_.bind(campaign, seed + 1).step() && after_.text(1) == ending) {
      last = after_.number(0);
      remove_.run(campaign, seed + 1);
    }
    if (begin) {
      extend_.run(campaign, *begin, last);
    } else {
      insert_.run(campaign, seed, last, ending);
    }
    return true;
  }

 private:
  Statement before_, insert_, extend_, after_, remove_;
};

void write_tally(Database& database, uint64_t campaign, std::string_view kind, const Tally& tally) {
  Statement upsert = database.prepare(
      "INSERT INTO tallies VALUES (?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET count = count + excluded.count");
  for (const auto& [name, count] : tally) upsert.run(campaign, kind, name, count);
}

void write_totals(Database& database, uint64_t campaign, const ScenarioTotals& totals) {
  database
      .prepare(
          "UPDATE campaigns SET run_twice = run_twice + ?2, events = events + ?3, "
          "core_ns = core_ns + ?4 WHERE id = ?1")
      .run(campaign, totals.run_twice, totals.events,
           static_cast<uint64_t>(totals.core_time.count()));
  write_tally(database, campaign, "fault", totals.faults);
  write_tally(database, campaign, "fault_runs", totals.fault_runs);
  write_tally(database, campaign, "probe", totals.probes);
}

// What rows of that kind are about.
Tally& tally_of(std::string_view kind, ScenarioTotals& totals) {
  if (kind == "fault") return totals.faults;
  return kind == "fault_runs" ? totals.fault_runs : totals.probes;
}

CampaignFinding finding_of(const Statement& row, int column) {
  return {.seed = row.number(column),
          .verdict = row.text(column + 1),
          .check = row.text(column + 2),
          .message = row.text(column + 3),
          .shape = row.text(column + 4),
          .broken = split(row.text(column + 5))};
}

constexpr std::string_view kFindingColumns = "seed, verdict, noticed_by, message, shape, broken";

}  // namespace

Store::Store(std::string path) : path_(std::move(path)) {
  const auto folder = std::filesystem::absolute(path_).parent_path();
  if (!std::filesystem::is_directory(folder)) {
    throw ConfigError(
        fmt::format("{}: cannot be written: there is no directory {}", path_, folder.string()));
  }
  with_clear_errors(path_, [&] { prepare_store(database(), path_); });
}

Store::~Store() = default;

Database& Store::database() {
  if (database_ == nullptr) {
    database_ = std::make_unique<Database>(std::filesystem::absolute(path_).string(),
                                           Database::Mode::kReadWrite);
  }
  return *database_;
}

void Store::close() {
  if (database_ != nullptr) database_->leave_log_behind();
  database_.reset();
}

std::vector<Kept> Store::join(const std::vector<StoreKey>& keys) {
  std::vector<Kept> kept;
  with_clear_errors(path_, [&] {
    DatabaseTransaction transaction(database());
    database()
        .prepare("INSERT INTO hunts (pid, began) VALUES (?, strftime('%s'))")
        .run(static_cast<uint64_t>(getpid()));
    hunt_ = database().last_row();
    for (const StoreKey& key : keys) {
      rows_.push_back(row_of(key));
      kept.push_back(load(rows_.size() - 1, rows_.back()));
    }
    transaction.commit();
  });
  return kept;
}

uint64_t Store::row_of(const StoreKey& key) {
  database()
      .prepare(
          "INSERT OR IGNORE INTO campaigns (scenario, text_hash, mutant, revision, changes, "
          "text) VALUES (?, ?, ?, ?, ?, ?)")
      .run(key.scenario, hash_of(key.text), key.mutant, key.revision, key.changes, key.text);
  Statement row = database().prepare(
      "SELECT id FROM campaigns WHERE scenario = ? AND text_hash = ? AND mutant = ? AND "
      "revision = ?");
  CHECK(row.bind(key.scenario, hash_of(key.text), key.mutant, key.revision).step());
  return row.number(0);
}

Kept Store::load(size_t scenario, uint64_t row) {
  Kept kept;
  Statement seeds = database().prepare("SELECT first, last, ending FROM seeds WHERE campaign = ?");
  for (seeds.bind(row); seeds.step();) {
    const auto ending = ending_named(seeds.text(2));
    if (!ending) throw DatabaseError("it holds an unknown ending", SQLITE_CORRUPT);
    kept.seeds.add(seeds.number(0), seeds.number(1));
    kept.by_ending[static_cast<size_t>(*ending)].add(seeds.number(0), seeds.number(1));
    kept.totals.endings[*ending] += seeds.number(1) - seeds.number(0) + 1;
  }
  Statement sums =
      database().prepare("SELECT run_twice, events, core_ns FROM campaigns WHERE id = ?");
  CHECK(sums.bind(row).step());
  kept.totals.run_twice = sums.number(0);
  kept.totals.events = sums.number(1);
  kept.totals.core_time = std::chrono::nanoseconds(sums.number(2));
  Statement tallies =
      database().prepare("SELECT kind, name, count FROM tallies WHERE campaign = ? ORDER BY rowid");
  for (tallies.bind(row); tallies.step();) {
    tally_of(tallies.text(0), kept.totals).emplace_back(tallies.text(1), tallies.number(2));
  }
  Statement findings = database().prepare(fmt::format(
      "SELECT {} FROM findings WHERE campaign = ? ORDER BY seed, verdict", kFindingColumns));
  for (findings.bind(row); findings.step();) {
    kept.findings.push_back(finding_of(findings, 0));
    kept.findings.back().scenario = scenario;
  }
  kept.unfinished = unfinished(row);
  return kept;
}

std::vector<uint64_t> Store::unfinished(uint64_t row) {
  std::vector<uint64_t> seeds;
  Statement rows = database().prepare(
      "SELECT DISTINCT seed, pid FROM running JOIN hunts ON hunts.id = running.hunt "
      "WHERE campaign = ? ORDER BY seed");
  for (rows.bind(row); rows.step();) {
    if (!is_alive(rows.number(1)) && (seeds.empty() || seeds.back() != rows.number(0))) {
      seeds.push_back(rows.number(0));
    }
  }
  return seeds;
}

bool Store::has_findings_to_commit() const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [](const RunRecord& run) { return !run.findings.empty(); });
}

void Store::in_transaction(const std::function<void()>& body) {
  try {
    DatabaseTransaction transaction(database());
    body();
    transaction.commit();
  } catch (const DatabaseError& error) {
    throw StoreError(
        fmt::format("{}: what was found can no longer be kept: {}", path_, explanation(error)));
  }
}

void Store::commit(const std::vector<Announced>& running) {
  in_transaction([&] {
    write_pending();
    write_running(running);
  });
  pending_.clear();
}

void Store::write_pending() {
  SeedRows seeds(database());
  Statement ended = database().prepare("DELETE FROM running WHERE campaign = ? AND seed = ?");
  Statement found = database().prepare(
      "INSERT OR IGNORE INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, strftime('%s'))");
  std::map<uint64_t, ScenarioTotals> sums;
  for (const RunRecord& run : pending_) {
    const uint64_t campaign = rows_.at(run.scenario);
    ended.run(campaign, run.seed);
    if (!seeds.add(campaign, run.seed, to_string(run.ending))) continue;
    sums[campaign].add(run);
    for (const CampaignFinding& finding : run.findings) {
      found.run(campaign, finding.seed, finding.verdict, finding.check, finding.message,
                finding.shape, joined(finding.broken), reproduce_ ? reproduce_(finding) : "");
    }
  }
  for (const auto& [campaign, totals] : sums) write_totals(database(), campaign, totals);
}

void Store::write_running(const std::vector<Announced>& running) {
  database().prepare("DELETE FROM running WHERE hunt = ?").run(hunt_);
  Statement insert = database().prepare("INSERT OR IGNORE INTO running VALUES (?, ?, ?)");
  for (const Announced& announced : running) {
    insert.run(hunt_, rows_.at(announced.scenario), announced.seed);
  }
}

void Store::end() {
  in_transaction([&] {
    write_pending();
    write_running({});
    database().prepare("UPDATE hunts SET ended = strftime('%s') WHERE id = ?").run(hunt_);
  });
  pending_.clear();
}

void Store::add_detections(size_t scenario, const std::string& check,
                           const std::vector<Detection>& detections) {
  in_transaction([&] {
    Statement insert = database().prepare(
        "INSERT OR REPLACE INTO detections VALUES (?, ?, ?, ?, ?, strftime('%s'))");
    for (const Detection& detection : detections) {
      const std::string seed = detection.seed ? std::to_string(*detection.seed) : "";
      insert.run(rows_.at(scenario), check, detection.first_seed, detection.runs, seed);
    }
  });
}

std::vector<StoredFinding> read_findings(const std::string& path) {
  std::vector<StoredFinding> findings;
  with_clear_errors(path, [&] {
    Database database(std::filesystem::absolute(path).string(), Database::Mode::kReadOnly);
    require_store(database, path);
    Statement rows = database.prepare(fmt::format(
        "SELECT {}, scenario, mutant, revision, reproduce FROM findings JOIN campaigns ON "
        "campaigns.id = findings.campaign ORDER BY scenario, mutant, campaigns.id, seed",
        kFindingColumns));
    while (rows.step()) {
      findings.push_back({.scenario = rows.text(6),
                          .mutant = rows.text(7),
                          .revision = rows.text(8),
                          .reproduce = rows.text(9),
                          .finding = finding_of(rows, 0)});
    }
  });
  return findings;
}

}  // namespace seedbed
