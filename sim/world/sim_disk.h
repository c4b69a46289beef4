// The simulated disk of one node: what the Disk port promises, and no more.
//
// Every file has two contents, the cached one that reads see and the durable one that a crash leaves,
// and the list of changes that lie between them. A completed sync applies the changes that were
// submitted before it to the durable content; a crash applies a subset of them, chosen change by change
// and sector by sector. Each change of the durable state is emitted as a `durable` event, so whoever
// follows those events knows the disk.
#pragma once

#include <deque>
#include <map>
#include <memory>
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
};

// How often each of its faults fired.
struct DiskFaultCounts {
  uint64_t lost_writes = 0;
  uint64_t torn_writes = 0;
  uint64_t lost_names = 0;
};

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

  // The node lost power: operations in flight never complete, and of everything that was not durable
  // a subset survives.
  void crash();

  // Every read and sync takes this much longer from now on.
  void set_extra_latency(Duration extra) { extra_latency_ = extra; }

  const DiskFaultCounts& faults() const { return faults_; }

 private:
  struct Change;      // of a file's content
  struct Inode;       // a file
  struct NameChange;  // of the directory
  class Operation;    // in flight

  template <class T, class Effect>
  class OperationOf;

  struct Request {
    uint64_t size = 0;  // bytes, for the trace
    bool changes = false;
    bool syncs = false;
  };
  template <class T, class Effect>
  Future<T> submit(std::string_view path, Request request, Effect effect);
  void serve_next();
  Inode& file_to_write(const std::string& path, uint64_t operation);
  Inode* find(const std::string& path);
  void make_durable(Inode& inode, const Change& change);
  void make_durable(const NameChange& change);
  void survive(Inode& inode, Change& change);
  void emit_durable(DurableChange what, uint64_t file, uint64_t value, std::string_view path,
                    std::string_view bytes);
  Status sync_file(const std::string& path, uint64_t before);

  Scheduler& scheduler_;
  NodeId owner_;
  DiskOptions options_;
  Scope scope_;
  Duration extra_latency_{};
  uint64_t operations_ = 0;
  uint64_t files_made_ = 0;
  DiskFaultCounts faults_;
  std::map<uint64_t, std::unique_ptr<Inode>> files_;
  std::map<std::string, uint64_t, std::less<>> cached_names_;
  std::map<std::string, uint64_t, std::less<>> durable_names_;
  std::vector<NameChange> name_changes_;
  std::deque<std::unique_ptr<Operation>> in_flight_;
};

}  // namespace seedbed
