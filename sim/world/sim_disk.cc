// Invariants:
//   1. cached = durable with `changes` applied in order, for every file; likewise for the names.
//      A failed sync and a disk that breaks its word leave it otherwise, until the next crash.
//   2. Operations complete in the order of submission, so a sync that completes covers every change
//      of its file that was submitted before it.
//   3. Whatever the durable state becomes, a `durable` event has said.
#include <fmt/format.h>

#include <algorithm>

#include "sim/world/sim_disk_parts.h"
#include "sim/world/sites.h"

namespace seedbed {
namespace {

std::string_view directory_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

Ratio of_thousand(int64_t parts) { return Ratio::permille(static_cast<uint64_t>(parts)); }

}  // namespace

DiskTrouble& DiskTrouble::operator+=(const DiskTrouble& more) {
  latency += more.latency;
  stalls += more.stalls;
  full += more.full;
  lying_syncs += more.lying_syncs;
  phantom_writes += more.phantom_writes;
  misdirected_writes += more.misdirected_writes;
  misdirected_reads += more.misdirected_reads;
  return *this;
}

DiskTrouble& DiskTrouble::operator-=(const DiskTrouble& less) {
  latency -= less.latency;
  stalls -= less.stalls;
  full -= less.full;
  lying_syncs -= less.lying_syncs;
  phantom_writes -= less.phantom_writes;
  misdirected_writes -= less.misdirected_writes;
  misdirected_reads -= less.misdirected_reads;
  return *this;
}

DiskFaultCounts& DiskFaultCounts::operator+=(const DiskFaultCounts& more) {
  lost_writes += more.lost_writes;
  torn_writes += more.torn_writes;
  lost_names += more.lost_names;
  read_errors += more.read_errors;
  write_errors += more.write_errors;
  sync_errors += more.sync_errors;
  refused_growth += more.refused_growth;
  lying_syncs += more.lying_syncs;
  phantom_writes += more.phantom_writes;
  misdirected_writes += more.misdirected_writes;
  misdirected_reads += more.misdirected_reads;
  rotten_sectors += more.rotten_sectors;
  return *this;
}

// Something handed to the disk that has not completed.
class SimDisk::Operation : public Action {
 public:
  Operation(SimDisk& disk, uint64_t number, std::string_view path, Request request)
      : disk_(disk), number_(number), path_(path), request_(request) {}
  virtual ~Operation() { disk_.scheduler_.cancel(*this); }

  void fire() final {
    SimDisk& disk = disk_;  // outlives this operation
    complete();
    disk.in_flight_.pop_front();
    disk.serve_next();
  }
  // Performs it and tells whoever waits.
  virtual void complete() = 0;
  // Performs it in the page cache only: the node crashed first.
  virtual void reach_cache() = 0;
  // Whether it writes; reads and syncs in flight at a crash never happened.
  bool changes() const { return request_.changes; }
  uint64_t number() const { return number_; }
  const Request& request() const { return request_; }

  std::optional<Duration> latency;  // once drawn

 protected:
  void emit_complete(uint64_t outcome) {
    disk_.scheduler_.stream().emit({.kind = EventKind::kDiskComplete,
                                    .node = disk_.owner_,
                                    .id = number_,
                                    .value = outcome,
                                    .name = path_});
  }

  SimDisk& disk_;
  uint64_t number_;
  std::string path_;
  Request request_;
};

// `effect`: (operation number) -> Result<T>.
template <class T, class Effect>
class SimDisk::OperationOf final : public SimDisk::Operation {
 public:
  OperationOf(SimDisk& disk, uint64_t number, std::string_view path, Request request, Effect effect,
              Promise<T> promise)
      : Operation(disk, number, path, request),
        effect_(std::move(effect)),
        promise_(std::move(promise)) {}

  void complete() override {
    Result<T> result = effect_(number_);
    emit_complete(result ? 0 : static_cast<uint64_t>(result.error()) + 1);
    promise_.resolve(std::move(result));
  }
  void reach_cache() override { (void)effect_(number_); }

 private:
  Effect effect_;
  Promise<T> promise_;
};

SimDisk::SimDisk(Scheduler& scheduler, NodeId owner, std::string_view owner_name,
                 DiskOptions options)
    : scheduler_(scheduler),
      owner_(owner),
      options_(options),
      scope_(scheduler.choices().scope(fmt::format("{} disk", owner_name))) {}

SimDisk::~SimDisk() = default;

template <class T, class Effect>
Future<T> SimDisk::submit(std::string_view path, Request request, Effect effect) {
  const bool doomed = doomed_;
  const uint64_t number = doomed ? 0 : ++operations_;
  if (!doomed) {
    scheduler_.stream().emit({.kind = EventKind::kDiskSubmit,
                              .node = owner_,
                              .id = number,
                              .value = request.size,
                              .name = path});
  }
  auto [promise, future] = Promise<T>::make(scheduler_);
  auto operation = std::make_unique<OperationOf<T, Effect>>(*this, number, path, request,
                                                            std::move(effect), std::move(promise));
  if (doomed) {
    stillborn_.push_back(std::move(operation));
    return std::move(future);
  }
  in_flight_.push_back(std::move(operation));
  if (in_flight_.size() == 1) serve_next();
  return std::move(future);
}

// The device serves one operation at a time. What it takes is drawn for the operation, but trouble
// counts when it is served: a backlog does not outlive the trouble that caused it.
void SimDisk::serve_next() {
  if (in_flight_.empty() || trouble_.stalls > 0) return;
  Operation& operation = *in_flight_.front();
  const Request& request = operation.request();
  if (!operation.latency) {
    const uint64_t bits =
        scheduler_.choices().ambient(sites::kDiskLatency, scope_, operation.number());
    operation.latency = (request.syncs ? options_.sync : options_.access).sample(bits);
  }
  // The page cache hides a slow disk from writes.
  const Duration extra = request.changes ? Duration::zero() : trouble_.latency;
  scheduler_.schedule_in(operation, *operation.latency + extra);
}

void SimDisk::worsen(const DiskTrouble& more) {
  DiskTrouble trouble = trouble_;
  take_trouble(trouble += more);
}

void SimDisk::ease(const DiskTrouble& less) {
  DiskTrouble trouble = trouble_;
  take_trouble(trouble -= less);
}

void SimDisk::take_trouble(const DiskTrouble& trouble) {
  const bool stalled = trouble_.stalls > 0;
  trouble_ = trouble;
  odds_ = {.lying_sync = of_thousand(trouble.lying_syncs),
           .phantom_write = of_thousand(trouble.phantom_writes),
           .misdirected_write = of_thousand(trouble.misdirected_writes),
           .misdirected_read = of_thousand(trouble.misdirected_reads)};
  if (stalled == (trouble.stalls > 0)) return;
  if (stalled) {
    serve_next();
  } else if (!in_flight_.empty()) {
    scheduler_.cancel(*in_flight_.front());  // it is served anew when the stall is over
  }
}

void SimDisk::heal() { options_.read_error = options_.write_error = options_.sync_error = Ratio(); }

bool SimDisk::strikes(const Site& site, Ratio odds, uint64_t operation, uint64_t& count,
                      Label label) {
  if (scheduler_.choices().fault(site, scope_, operation, odds, 1, label) == 0) return false;
  ++count;
  return true;
}

SimDisk::Inode* SimDisk::find(const std::string& path) {
  const auto name = cached_names_.find(path);
  return name == cached_names_.end() ? nullptr : files_.at(name->second).get();
}

SimDisk::Inode& SimDisk::file_to_write(const std::string& path, uint64_t operation) {
  if (Inode* inode = find(path)) return *inode;
  const uint64_t id = ++files_made_;
  auto inode = std::make_unique<Inode>();
  inode->id = id;
  cached_names_[path] = id;
  name_changes_.push_back({.operation = operation, .path = path, .file = id, .from = {}});
  return *(files_[id] = std::move(inode));
}

std::string_view SimDisk::path_of(const Inode& inode) const {
  const auto name = std::find_if(cached_names_.begin(), cached_names_.end(),
                                 [&](const auto& entry) { return entry.second == inode.id; });
  return name == cached_names_.end() ? "" : std::string_view(name->first);
}

Future<Nothing> SimDisk::write(std::string_view path, uint64_t offset, std::string bytes,
                               Label label) {
  const uint64_t size = bytes.size();
  return submit<Nothing>(
      path, {.size = size, .changes = true},
      [this, path = std::string(path), offset, label,
       bytes = std::move(bytes)](uint64_t operation) mutable -> Result<Nothing> {
        if (fails_to_change(operation, label)) return Error::kIo;
        const Inode* there = find(path);
        const bool grows = there == nullptr || offset + bytes.size() > there->cached.size();
        if (grows && is_full()) return Error::kNoSpace;
        Inode& inode = file_to_write(path, operation);
        apply_write(inode.cached, offset, bytes);
        const WriteFate fate = fate_of_write(operation, label);
        inode.changes.push_back({operation, false, offset, std::move(bytes), label, fate});
        return Nothing{};
      });
}

bool SimDisk::fails_to_change(uint64_t operation, Label label) {
  return strikes(sites::kWriteError, options_.write_error, operation, faults_.write_errors, label);
}

bool SimDisk::is_full() {
  if (trouble_.full == 0) return false;
  ++faults_.refused_growth;
  return true;
}

WriteFate SimDisk::fate_of_write(uint64_t operation, Label label) {
  Choices& choices = scheduler_.choices();
  if (choices.fault(sites::kPhantomWrite, scope_, operation, odds_.phantom_write, 1, label) != 0) {
    return WriteFate::kNowhere;
  }
  const uint64_t astray =
      choices.fault(sites::kMisdirectedWrite, scope_, operation, odds_.misdirected_write, 1, label);
  return astray != 0 ? WriteFate::kAstray : WriteFate::kHome;
}

Future<Nothing> SimDisk::truncate(std::string_view path, uint64_t size) {
  return submit<Nothing>(
      path, {.changes = true},
      [this, path = std::string(path), size](uint64_t operation) -> Result<Nothing> {
        if (fails_to_change(operation)) return Error::kIo;
        Inode* inode = find(path);
        if (inode == nullptr) return Error::kNotFound;
        if (size > inode->cached.size() && is_full()) return Error::kNoSpace;
        inode->cached.resize(size, '\0');
        inode->changes.push_back({operation, true, size, {}});
        return Nothing{};
      });
}

Future<Nothing> SimDisk::sync(std::string_view path) {
  return submit<Nothing>(path, {.syncs = true},
                         [this, path = std::string(path)](uint64_t operation) -> Result<Nothing> {
                           Status status = sync_file(path, operation);
                           if (!status) return status.error();
                           return Nothing{};
                         });
}

Status SimDisk::sync_file(const std::string& path, uint64_t operation) {
  Inode* inode = find(path);
  if (inode == nullptr) return Error::kNotFound;
  if (strikes(sites::kLyingSync, odds_.lying_sync, operation, faults_.lying_syncs)) return {};
  const bool fails =
      strikes(sites::kSyncError, options_.sync_error, operation, faults_.sync_errors);
  const uint64_t kept =
      fails ? scheduler_.choices().ambient(sites::kSyncedBeforeError, scope_, operation) : 0;
  for (const Change& change : inode->changes) {
    CHECK(change.operation < operation);
    if (!fails || (scramble(kept + change.operation) & 1) != 0) make_durable(*inode, change);
  }
  inode->changes.clear();
  if (fails) return Error::kIo;
  return {};
}

Future<std::string> SimDisk::read(std::string_view path, uint64_t offset, uint64_t size) {
  return submit<std::string>(
      path, {},
      [this, path = std::string(path), offset, size](uint64_t operation) -> Result<std::string> {
        return read_file(path, offset, size, operation);
      });
}

Result<std::string> SimDisk::read_file(const std::string& path, uint64_t offset, uint64_t size,
                                       uint64_t operation) {
  if (fails_to_read(operation)) return Error::kIo;
  const Inode* inode = find(path);
  if (inode == nullptr) return Error::kNotFound;
  if (offset >= inode->cached.size()) return std::string();
  std::string bytes = inode->cached.substr(offset, size);
  const uint64_t elsewhere = scheduler_.choices().fault(sites::kMisdirectedRead, scope_, operation,
                                                        odds_.misdirected_read);
  if (elsewhere != 0 && !bytes.empty()) mix_up(bytes, *inode, offset, operation);
  return bytes;
}

bool SimDisk::fails_to_read(uint64_t operation) {
  return strikes(sites::kReadError, options_.read_error, operation, faults_.read_errors);
}

Future<Nothing> SimDisk::rename(std::string_view from, std::string_view to) {
  return submit<Nothing>(
      from, {.changes = true},
      [this, from = std::string(from),
       to = std::string(to)](uint64_t operation) -> Result<Nothing> {
        if (fails_to_change(operation)) return Error::kIo;
        const auto name = cached_names_.find(from);
        if (name == cached_names_.end()) return Error::kNotFound;
        const uint64_t file = name->second;
        cached_names_.erase(name);
        cached_names_[to] = file;
        name_changes_.push_back({.operation = operation, .path = to, .file = file, .from = from});
        return Nothing{};
      });
}

Future<Nothing> SimDisk::remove(std::string_view path) {
  return submit<Nothing>(
      path, {.changes = true},
      [this, path = std::string(path)](uint64_t operation) -> Result<Nothing> {
        if (fails_to_change(operation)) return Error::kIo;
        if (cached_names_.erase(path) == 0) return Error::kNotFound;
        name_changes_.push_back({.operation = operation, .path = path, .file = 0, .from = {}});
        return Nothing{};
      });
}

Future<Nothing> SimDisk::sync_directory(std::string_view directory) {
  return submit<Nothing>(
      directory, {.syncs = true},
      [this, directory = std::string(directory)](uint64_t operation) -> Result<Nothing> {
        Status status = sync_names(directory, operation);
        if (!status) return status.error();
        return Nothing{};
      });
}

Status SimDisk::sync_names(const std::string& directory, uint64_t operation) {
  if (strikes(sites::kLyingSync, odds_.lying_sync, operation, faults_.lying_syncs)) return {};
  const bool fails =
      strikes(sites::kSyncError, options_.sync_error, operation, faults_.sync_errors);
  const uint64_t kept =
      fails ? scheduler_.choices().ambient(sites::kSyncedBeforeError, scope_, operation) : 0;
  std::vector<NameChange> others;
  for (NameChange& change : name_changes_) {
    if (directory_of(change.path) != directory) {
      others.push_back(std::move(change));
    } else if (!fails || (scramble(kept + change.operation) & 1) != 0) {
      make_durable(change);
    }
  }
  name_changes_ = std::move(others);
  if (fails) return Error::kIo;
  return {};
}

Future<std::vector<std::string>> SimDisk::list() {
  return submit<std::vector<std::string>>(
      "", {}, [this](uint64_t operation) -> Result<std::vector<std::string>> {
        if (fails_to_read(operation)) return Error::kIo;
        std::vector<std::string> paths;
        for (const auto& [path, file] : cached_names_) paths.push_back(path);
        return paths;
      });
}

void SimDisk::crash() {
  // What was handed over but had not completed may have reached the platter too.
  for (const auto& operation : in_flight_) {
    if (operation->changes()) operation->reach_cache();
  }
  in_flight_.clear();
  stillborn_.clear();
  doomed_ = false;
  for (auto& [id, inode] : files_) {
    for (Change& change : inode->changes) survive(*inode, change);
    inode->changes.clear();
  }
  // Only now: a write that went astray may have changed another file.
  for (auto& [id, inode] : files_) inode->cached = inode->durable;
  for (const NameChange& change : name_changes_) {
    const uint64_t lost = scheduler_.choices().fault(sites::kUnsyncedName, scope_, change.operation,
                                                     options_.lose_unsynced_name);
    if (lost != 0) {
      ++faults_.lost_names;
    } else {
      make_durable(change);
    }
  }
  name_changes_.clear();
  cached_names_ = durable_names_;
}

// One unsynced change at a crash: kept (0), lost (1), cut off at a sector (2), or any subset of its
// sectors (3).
void SimDisk::survive(Inode& inode, Change& change) {
  Choices& choices = scheduler_.choices();
  const uint64_t fate =
      choices.fault(sites::kUnsyncedWrite, scope_, change.operation, options_.lose_unsynced,
                    change.truncates ? 1 : 3, change.label);
  if (fate == 0) {
    make_durable(inode, change);
    return;
  }
  const uint64_t first = change.offset / kSector;
  const uint64_t last = (change.offset + change.bytes.size() + kSector - 1) / kSector;
  const uint64_t sectors = last - first;
  if (fate == 1 || sectors < 2 || change.fate != WriteFate::kHome) {
    ++faults_.lost_writes;
    return;
  }
  ++faults_.torn_writes;
  const uint64_t bits = choices.ambient(sites::kTornSectors, scope_, change.operation);
  const uint64_t kept_prefix = below(bits, sectors - 1) + 1;
  for (uint64_t sector = 0; sector < sectors; ++sector) {
    const bool kept = fate == 2 ? sector < kept_prefix : (scramble(bits + sector) & 1) != 0;
    if (!kept) continue;
    const uint64_t begin = std::max((first + sector) * kSector, change.offset);
    const uint64_t end =
        std::min((first + sector + 1) * kSector, change.offset + change.bytes.size());
    make_durable(inode, Change{change.operation, false, begin,
                               change.bytes.substr(begin - change.offset, end - begin)});
  }
}

void SimDisk::make_durable(Inode& inode, const Change& change) {
  if (change.fate != WriteFate::kHome) {
    go_astray(inode, change);
    return;
  }
  const std::string_view path = path_of(inode);
  if (change.truncates) {
    inode.durable.resize(change.offset, '\0');
    emit_durable(DurableChange::kTruncate, inode.id, change.offset, path, {});
  } else {
    apply_write(inode.durable, change.offset, change.bytes);
    emit_durable(DurableChange::kWrite, inode.id, change.offset, path, change.bytes);
  }
}

void SimDisk::make_durable(const NameChange& change) {
  if (!change.from.empty() && durable_names_.erase(change.from) != 0) {
    emit_durable(DurableChange::kUnlink, change.file, 0, change.from, {});
  }
  if (change.file != 0) {
    durable_names_[change.path] = change.file;
    emit_durable(DurableChange::kLink, change.file, 0, change.path, {});
  } else if (durable_names_.erase(change.path) != 0) {
    emit_durable(DurableChange::kUnlink, 0, 0, change.path, {});
  }
}

void SimDisk::emit_durable(DurableChange what, uint64_t file, uint64_t value, std::string_view path,
                           std::string_view bytes) {
  scheduler_.stream().emit({.kind = EventKind::kDurable,
                            .node = owner_,
                            .peer = NodeId{static_cast<uint32_t>(what)},
                            .id = file,
                            .value = value,
                            .name = path,
                            .bytes = bytes});
}

}  // namespace seedbed
