// Store: the results of hunts in one SQLite file. It keeps which seeds were run and how they ended
// (ranges, not a row for each), what each scenario's runs did together, a row for each finding, and
// the seeds that are being run right now.
//
//   Store store("hunt.sqlite");
//   std::vector<Kept> before = store.join({key});      // one for each scenario of the campaign
//   store.add(run);                                    // remembered
//   store.commit({});                                  // on disk
//   store.end();
//
// Results belong to a text of the scenario, a mutant and a source revision: a change of any of them
// begins afresh. A seed counts once, whoever runs it and however often. The process may be killed
// at any moment: what was committed stays. Several processes may write to one store.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/explore/database.h"
#include "sim/explore/results.h"

namespace seedbed {

// The store could be opened, and can no longer be written: as a rule, the disk is full. One line.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What results belong to.
struct StoreKey {
  std::string scenario;  // its name
  std::string text;      // with every change
  std::string mutant;
  std::string changes;   // the options that made the changes, for readers
  std::string revision;  // names one text of the source, or one build of it
};

// A search for the first seed of a range that breaks a check.
struct Detection {
  uint64_t first_seed = 0;
  uint64_t runs = 0;             // that were done
  std::optional<uint64_t> seed;  // the first that broke it
};

struct StoredFinding {
  std::string scenario;
  std::string mutant;
  std::string revision;
  std::string reproduce;
  CampaignFinding finding;
};

class Store {
 public:
  // Opens the file, or makes it. Throws ConfigError, in one line, if it cannot be written, is not a
  // store, or is that of another version of Seedbed.
  explicit Store(std::string path);
  ~Store();

  // Enters a hunt over these scenarios and says what is known of each. Call it once.
  std::vector<Kept> join(const std::vector<StoreKey>& keys);
  // How readers run a finding again; kept with it.
  void set_reproduce(std::function<std::string(const CampaignFinding&)> reproduce) {
    reproduce_ = std::move(reproduce);
  }

  // Remembers a run for the next commit.
  void add(RunRecord run) { pending_.push_back(std::move(run)); }
  bool has_findings_to_commit() const;

  struct Announced {
    size_t scenario = 0;
    uint64_t seed = 0;
  };
  // Writes what was added, and which seeds are being run now, in one transaction. Throws StoreError
  // if that is impossible; then nothing of it is written.
  void commit(const std::vector<Announced>& running);
  // Closes the file; the next commit opens it again. A process that is about to fork does this: an
  // open SQLite file must not be shared with children.
  void close();
  // Commits, and says that nothing is being run any more.
  void end();

  void add_detections(size_t scenario, const std::string& check,
                      const std::vector<Detection>& detections);

  const std::string& path() const { return path_; }

 private:
  Database& database();
  uint64_t row_of(const StoreKey& key);
  Kept load(size_t scenario, uint64_t row);
  std::vector<uint64_t> unfinished(uint64_t row);
  void write_pending();
  void write_running(const std::vector<Announced>& running);
  void in_transaction(const std::function<void()>& body);

  std::string path_;
  std::unique_ptr<Database> database_;
  std::vector<uint64_t> rows_;  // of each scenario of the hunt
  uint64_t hunt_ = 0;
  std::function<std::string(const CampaignFinding&)> reproduce_;
  std::vector<RunRecord> pending_;
};

// Every finding of a store, by scenario, revision and seed. Throws ConfigError as Store does; the
// file is not written to.
std::vector<StoredFinding> read_findings(const std::string& path);

}  // namespace seedbed
