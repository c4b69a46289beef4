// The simulated disk of one node: what the Disk port promises, and no more.
//
// Every file has two contents, the cached one that reads see and the durable one that a crash
// leaves, and the list of changes that lie between them. A completed sync applies the changes that
// were submitted before it to the durable content; a crash applies a subset of them, chosen change
// by change and sector by sector. Each change of the durable state is emitted as a `durable` event,
// so whoever follows those events knows the disk.
//
// A disk may fail and say so (DiskOptions, DiskTrouble::full), or break its word and say nothing
// (the rest of DiskTrouble, and the damage below). The faults are those of Prabhakaran et al.,
// "IRON File Systems", SOSP 2005; what a failed sync leaves is from Rebello et al., "Can
// Applications Recover from fsync Failures?", ATC 2020.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/core/scheduler.h"
#include "sim/world/disk.h"

namespace seedbed {

struct DiskOptions {
  Delay access{.min = 20us, .mean = 60us, .max = 5ms};  // reads and cached writes
  Delay sync{.min = 200us, .mean = 1ms, .max = 50ms};   // file and directory syncs
  Ratio lose_unsynced =
      Ratio(1, 2);  // at a crash, per unsynced write: lost or torn instead of kept
  Ratio lose_unsynced_name = Ratio(1, 2);
  // Of the operations, those that fail with kIo. A failed write changes nothing. A failed sync may
  // have made some of the changes durable; the others are forgotten: reads still show them, and the
  // next sync, which succeeds, does not cover them.
  Ratio read_error{};
  Ratio write_error{};  // also truncates, renames and removals
  Ratio sync_error{};
};

// What ails a disk for a while. Troubles add up, and what was added is taken away again.
struct DiskTrouble {
  Duration latency{};       // every read and sync takes so much longer
  int64_t stalls = 0;       // while above zero, no operation completes
  int64_t full = 0;         // while above zero, nothing grows: kNoSpace
  int64_t lying_syncs = 0;  // this and the rest: in a thousand such operations
  int64_t phantom_writes = 0;
  int64_t misdirected_writes = 0;
  int64_t misdirected_reads = 0;

  DiskTrouble& operator+=(const DiskTrouble& more);
  DiskTrouble& operator-=(const DiskTrouble& less);
};

// How often each of its faults fired.
struct DiskFaultCounts {
  uint64_t lost_writes = 0;
  uint64_t torn_writes = 0;
  uint64_t lost_names = 0;
  uint64_t read_errors = 0;
  uint64_t write_errors = 0;
  uint64_t sync_errors = 0;
  uint64_t refused_growth = 0;
  uint64_t lying_syncs = 0;
  uint64_t phantom_writes = 0;
  uint64_t misdirected_writes = 0;
  uint64_t misdirected_reads = 0;
  uint64_t rotten_sectors = 0;

  DiskFaultCounts& operator+=(const DiskFaultCounts& more);
};

// Where a write goes once it leaves the page cache.
enum class WriteFate : uint8_t { kHome, kNowhere, kAstray };

class SimDisk final : public Disk {
 public:
  static constexpr uint64_t kSector = 512;

  SimDisk(Scheduler& scheduler, NodeId owner, std::string_view owner_name, DiskOptions options);
  ~SimDisk() override;

  Future<Nothing> write(std::string_view path, uint64_t offset, std::string bytes,
                        Label label) override;
  Future<Nothing> truncate(std::string_view path, uint64_t size) override;
  Future<Nothing> sync(std::string_view path) override;
  Future<std::string> read(std::string_view path, uint64_t offset, uint64_t size) override;
  Future<Nothing> rename(std::string_view from, std::string_view to) override;
  Future<Nothing> remove(std::string_view path) override;
  Future<Nothing> sync_directory(std::string_view directory) override;
  Future<std::vector<std::string>> list() override;

  // The node is about to lose power: what is submitted from now on never reaches the disk.
  void doom() { doomed_ = true; }
  // The node lost power: operations in flight never complete, and of everything that was not
  // durable a subset survives.
  void crash();

  // --- Trouble ---

  void worsen(const DiskTrouble& more);
  void ease(const DiskTrouble& less);
  // Operations fail no more at random. Troubles stay until they are taken away.
  void heal();

  // --- Damage ---

  // Flips a bit in each of so many drawn sectors of the durable content. They read like that until
  // they are written anew.
  void rot(uint64_t bits, uint64_t sectors);
  // Keeps a copy of what is durable now under that number; restore() brings it back and drops it.
  void remember(uint32_t image);
  // Only while the node is down.
  void restore(uint32_t image);
  // An empty disk. Only while the node is down.
  void wipe();

  const DiskFaultCounts& faults() const { return faults_; }

 private:
  struct Change;      // of a file's content
  struct Inode;       // a file
  struct NameChange;  // of the directory
  struct Sector;      // a place in a file
  class Operation;    // in flight

  template <class T, class Effect>
  class OperationOf;

  struct Request {
    uint64_t size = 0;  // bytes, for the trace
    bool changes = false;
    bool syncs = false;
  };
  // How often each kind of broken word is given, from trouble_.
  struct Odds {
    Ratio lying_sync, phantom_write, misdirected_write, misdirected_read;
  };

  template <class T, class Effect>
  Future<T> submit(std::string_view path, Request request, Effect effect);
  void serve_next();
  void take_trouble(const DiskTrouble& trouble);
  // Whether the fault hits that operation; counts it.
  bool strikes(const Site& site, Ratio odds, uint64_t operation, uint64_t& count, Label label = {});
  bool fails_to_read(uint64_t operation);
  bool fails_to_change(uint64_t operation, Label label = {});
  bool is_full();
  WriteFate fate_of_write(uint64_t operation, Label label);
  Inode& file_to_write(const std::string& path, uint64_t operation);
  Inode* find(const std::string& path);
  std::string_view path_of(const Inode& inode) const;
  void make_durable(Inode& inode, const Change& change);
  void make_durable(const NameChange& change);
  void survive(Inode& inode, Change& change);
  void emit_durable(DurableChange what, uint64_t file, uint64_t value, std::string_view path,
                    std::string_view bytes);
  void unlink_all();
  Status sync_file(const std::string& path, uint64_t operation);
  Status sync_names(const std::string& directory, uint64_t operation);
  Result<std::string> read_file(const std::string& path, uint64_t offset, uint64_t size,
                                uint64_t operation);

  // A drawn sector of any file but `not_this`; nothing if there is no other.
  std::optional<Sector> draw_sector(uint64_t bits, std::string Inode::*content,
                                    const Sector& not_this) const;
  void go_astray(Inode& inode, const Change& change);
  void mix_up(std::string& bytes, const Inode& inode, uint64_t offset, uint64_t operation);

  Scheduler& scheduler_;
  NodeId owner_;
  DiskOptions options_;
  Scope scope_;
  DiskTrouble trouble_;
  Odds odds_;
  uint64_t operations_ = 0;
  uint64_t files_made_ = 0;
  DiskFaultCounts faults_;
  std::map<uint64_t, std::unique_ptr<Inode>> files_;
  std::map<std::string, uint64_t, std::less<>> cached_names_;
  std::map<std::string, uint64_t, std::less<>> durable_names_;
  std::vector<NameChange> name_changes_;
  bool doomed_ = false;
  std::deque<std::unique_ptr<Operation>> in_flight_;
  std::vector<std::unique_ptr<Operation>> stillborn_;              // submitted when doomed
  std::map<uint32_t, std::map<std::string, std::string>> images_;  // path and content
};

}  // namespace seedbed
