#include "tests/storage/log_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <set>

#include "protocols/storage/invariants_durable_log.h"
#include "sim/world/world.h"
#include "tests/random.h"

namespace seedbed::storage {
namespace {

using namespace std::chrono_literals;

constexpr NodeId kNode{1};

// A record is a number, and bytes that follow from it.
using Id = uint64_t;

std::string payload_of(Id id, size_t size) {
  ByteWriter out;
  out.u64(id);
  while (out.size() < size) out.u8(static_cast<uint8_t>('a' + id % 26));
  return out.take();
}

Id id_of(std::string_view payload) {
  const Id id = ByteReader(payload).u64();
  return payload == payload_of(id, payload.size()) ? id : 0;
}

// The state is the list of all records.
std::string state_of(const std::vector<Id>& ids) {
  ByteWriter out;
  for (const Id id : ids) out.u64(id);
  return out.take();
}

std::vector<Id> ids_of_state(std::string_view state) {
  std::vector<Id> ids;
  for (ByteReader in(state); !in.finished() && in.ok();) ids.push_back(in.u64());
  return ids;
}

class After final : public Action {
 public:
  After(Scheduler& scheduler, Duration delay, std::function<void()> what)
      : scheduler_(scheduler), what_(std::move(what)) {
    scheduler.schedule_in(*this, delay);
  }
  ~After() { scheduler_.cancel(*this); }
  void fire() override { what_(); }

 private:
  Scheduler& scheduler_;
  std::function<void()> what_;
};

DiskOptions disk_options(Survival survival) {
  const Ratio lost = survival == Survival::kAll    ? Ratio()
                     : survival == Survival::kNone ? Ratio(1, 1)
                                                   : Ratio(1, 2);
  return {.lose_unsynced = lost, .lose_unsynced_name = lost};
}

class LogMachine;

class Server final : public Process {
 public:
  Server(Env& env, LogMachine& machine);
  void start() override;

 private:
  void recover();
  void append(const std::vector<std::vector<uint32_t>>& batches);
  void append(std::vector<std::pair<Id, uint32_t>> records);
  void begin_checkpoint();
  void settle();

  Env& env_;
  LogMachine& machine_;
  Wal wal_;
  std::vector<Id> log_;  // what this incarnation believes the log to be
  uint64_t undecided_ = 0;
  std::vector<std::vector<std::pair<Id, uint32_t>>> refused_;
  bool failed_ = false;
};

class LogMachine final : public EventSink {
 public:
  LogMachine(const LogSetup& setup, const Trouble& trouble)
      : setup(setup),
        trouble_(trouble),
        choices_(setup.seed),
        scheduler_(choices_, stacks_, {.limits = {.end = kStart + 3600s}}),
        world_(scheduler_, {}),
        names_(setup.wal.directory),
        durable_(setup.wal.directory) {
    std::vector<ChoiceRecord> faults = trouble.faults;
    // Lost is one of the fates that the odds leave open.
    for (uint64_t operation = 1; setup.survival == Survival::kNone && operation < 1000; ++operation)
      faults.push_back(disk_fault("disk.unsynced_write", operation));
    if (!faults.empty()) choices_.override_with(faults);
    scheduler_.stream().watch(*this);
    world_.add_node({.name = "n1",
                     .process = [this](Env& env) { return std::make_unique<Server>(env, *this); },
                     .disk = disk_options(setup.survival)});
  }

  Life run() {
    world_.start(kNode);
    scheduler_.run();
    life.completed = scheduler_.end() == RunEnd::kCompleted;
    if (!life.completed && life.broken.empty())
      life.broken = "Liveness: " + scheduler_.end_message();
    life.segments = durable_.end().segment;
    return life;
  }

  // --- Events ---

  EventKinds interests() const override {
    return EventKinds(EventKind::kDurable, EventKind::kDiskComplete, EventKind::kStart,
                      EventKind::kCrash);
  }

  void on_event(const TraceEvent& event) override {
    follow(event);
    if (event.kind == EventKind::kCrash) ++life.crashes;
    if (event.kind != EventKind::kDiskComplete) return;
    ++life.operations;
    if (std::count(trouble_.crashes.begin(), trouble_.crashes.end(), life.operations) > 0) {
      power_cut();
    }
    if (trouble_.full_behind == life.operations) {
      world_.node(kNode).disk().worsen({.full = 1});
      later(3ms, [this] { world_.node(kNode).disk().ease({.full = 1}); });
    }
  }

  void power_cut() {
    later({}, [this] {
      if (world_.node(kNode).up()) world_.node(kNode).crash();
    });
    later(1ms, [this] {
      if (!world_.node(kNode).up()) world_.start(kNode);
    });
  }
  void complete() { scheduler_.stop(RunEnd::kCompleted); }

  // --- Judging ---

  void broken(std::string what) {
    if (life.broken.empty()) life.broken = std::move(what);
    scheduler_.stop(RunEnd::kCompleted);
  }

  // Reads what comes to stand on the disk.
  void follow(const TraceEvent& event) {
    image_.apply(event);
    durable_.look(image_);
    if (durable_.take_restart() || followed_.empty()) {
      const auto checkpoint = durable_.checkpoint();
      followed_ = checkpoint ? ids_of_state(checkpoint->state) : std::vector<Id>();
    }
    while (const auto record = durable_.next()) followed_.push_back(id_of(record->payload));
    image_.settle();
  }

  void begin_recovery() {
    const std::vector<Id> now = followed_;
    const Found found = find_log(image_, names_);
    if (found.corrupt) broken("Durability: the disk looks as if it had lost what it confirmed");
    std::vector<Id> anew;
    if (found.checkpoint) anew = ids_of_state(found.checkpoint->state);
    for (const RecordView& record : found.records) anew.push_back(id_of(record.payload));
    if (anew != now) broken("DurableLog: followed and read anew, the disk holds different logs");
    if (recovering_ && now != expected_) broken("RecIdem: a recovery cut short changed the log");
    recovering_ = true;
    expected_ = now;
    begun_ = life.operations;
  }

  void end_recovery(const std::vector<Id>& log) {
    judge(log);
    if (log != expected_) broken("RecIdem: recovery found another log than the disk held");
    if (log != followed_) broken("Durability: recovery returned what the disk does not hold");
    recovering_ = false;
    life.recoveries.push_back({begun_, life.operations});
    while (history_.size() > log.size()) history_.pop_back();
    confirmed_ = log.size();
  }

  void judge(const std::vector<Id>& log) {
    for (size_t i = 0; i < log.size(); ++i) {
      if (i < history_.size() && history_[i].id == log[i]) continue;
      const bool known = appended_.contains(log[i]) && !refused_.contains(log[i]);
      return broken(
          fmt::format("{}: record {} is {}", known ? "Prefix" : "NoGhost", i + 1, log[i]));
    }
    if (log.size() < confirmed_) {
      return broken(
          fmt::format("Durability: {} of {} confirmed records are left", log.size(), confirmed_));
    }
    if (!log.empty() && !history_[log.size() - 1].ends_batch) {
      broken(fmt::format("Atomic: record {} is the last, in the middle of a batch", log.size()));
    }
  }

  // --- What the server does ---

  Id next_id() { return ++last_id_; }
  void appended(Id id, bool ends_batch) {
    history_.push_back({id, ends_batch});
    appended_.insert(id);
    refused_.erase(id);
  }
  void confirm(size_t records) {
    confirmed_ += records;
    life.confirmed += records;
    if (followed_.size() < confirmed_) {
      broken(fmt::format("Durability: {} records are confirmed, of which the disk holds {}",
                         confirmed_, followed_.size()));
    }
  }
  void refuse(const std::vector<std::pair<Id, uint32_t>>& records) {
    ++life.refused;
    for (const auto& record : records) refused_.insert(record.first);
    while (history_.size() > confirmed_) history_.pop_back();
  }

  const LogSetup& setup;
  size_t step = 0;  // of the workload, that comes next
  Life life;

 private:
  struct Appended {
    Id id = 0;
    bool ends_batch = false;
  };

  void later(Duration delay, std::function<void()> what) {
    later_.push_back(std::make_unique<After>(scheduler_, delay, std::move(what)));
  }

  const Trouble& trouble_;
  Choices choices_;
  StackPool stacks_;
  Scheduler scheduler_;
  std::vector<Appended> history_;  // what the log may hold
  std::set<Id> appended_;          // ever
  std::set<Id> refused_;
  size_t confirmed_ = 0;  // of history_
  Id last_id_ = 0;
  bool recovering_ = false;  // a recovery has begun that is not through
  uint64_t begun_ = 0;
  std::vector<Id> expected_;
  World world_;
  FileNames names_;
  DurableImage image_;
  DurableLog durable_;
  std::vector<Id> followed_;
  std::vector<std::unique_ptr<After>> later_;
};

Server::Server(Env& env, LogMachine& machine)
    : env_(env), machine_(machine), wal_(env.disk(), machine.setup.wal) {}

void Server::start() {
  recover();
  while (machine_.step < machine_.setup.workload.size()) {
    const Step& step = machine_.setup.workload[machine_.step++];
    switch (step.kind) {
      case Step::Kind::kAppend: append(step.batches); break;
      case Step::Kind::kBeginCheckpoint: begin_checkpoint(); break;
      case Step::Kind::kAwaitCheckpoint:
        while (wal_.checkpointing()) env_.sleep(100us);
        break;
      case Step::Kind::kRestart: machine_.power_cut(); env_.sleep(1h);
    }
    settle();
  }
  while (wal_.checkpointing()) env_.sleep(100us);
  machine_.complete();
}

void Server::recover() {
  machine_.begin_recovery();
  const Result<Recovered> found = wal_.recover(number(env_.incarnation()));
  if (!found && found.error() == Error::kCorrupt) {
    machine_.broken("Durability: recovery refused to serve");
    env_.sleep(1h);
  }
  if (!found) env_.fail_stop("the disk failed");
  if (found->checkpoint) log_ = ids_of_state(found->checkpoint->state);
  for (const Record& record : found->records) log_.push_back(id_of(record.payload));
  machine_.life.torn += found->torn ? 1 : 0;
  machine_.end_recovery(log_);
  if (found->last != log_.size()) machine_.broken("Prefix: numbers and records do not agree");
}

void Server::append(const std::vector<std::vector<uint32_t>>& batches) {
  for (const std::vector<uint32_t>& sizes : batches) {
    std::vector<std::pair<Id, uint32_t>> records;
    for (const uint32_t size : sizes) records.emplace_back(machine_.next_id(), size);
    append(std::move(records));
  }
}

void Server::append(std::vector<std::pair<Id, uint32_t>> records) {
  Batch batch;
  for (const auto& record : records) {
    batch.add(1, payload_of(record.first, record.second));
    machine_.appended(record.first, record == records.back());
  }
  ++undecided_;
  wal_.append(batch, [this, records](Status status) {
    --undecided_;
    if (status) {
      for (const auto& record : records) log_.push_back(record.first);
      machine_.confirm(records.size());
    } else if (status.error() == Error::kNoSpace) {
      machine_.refuse(records);
      refused_.push_back(records);
    } else {
      failed_ = true;
    }
  });
}

void Server::begin_checkpoint() {
  if (wal_.checkpointing()) return;
  wal_.checkpoint(wal_.durable(), state_of(log_), [this](Status status) {
    if (status) ++machine_.life.checkpoints;
    if (!status && status.error() != Error::kNoSpace) failed_ = true;
  });
}

// Waits until all is decided; what was refused is tried again.
void Server::settle() {
  while (undecided_ > 0 || failed_ || !refused_.empty()) {
    if (failed_) env_.fail_stop("the disk failed");
    env_.sleep(refused_.empty() ? Duration(100us) : Duration(1ms));
    for (auto& records : std::exchange(refused_, {})) append(std::move(records));
  }
}

}  // namespace

ChoiceRecord disk_fault(std::string site, uint64_t operation) {
  return {.site = std::move(site), .scope = "n1 disk", .ordinal = operation, .value = 1};
}

std::vector<Step> short_workload() {
  using Kind = Step::Kind;
  return {
      {.batches = {{20}}},
      {.batches = {{30, 40, 600}, {10}, {700}}},      // spans sectors; a group
      {.batches = {{500}, {300, 300}, {900}, {50}}},  // rotates within a group
      {.batches = {{1500}}},                          // rotates between groups
      {.kind = Kind::kBeginCheckpoint},
      {.batches = {{8}, {9, 700}}},
      {.kind = Kind::kAwaitCheckpoint},
      {.batches = {{900}, {3000}, {20}}},  // larger than a segment
      {.kind = Kind::kRestart},
      {.batches = {{100}, {700, 800}}},
      {.kind = Kind::kBeginCheckpoint},
      {.batches = {{1200}, {600}}},
      {.kind = Kind::kAwaitCheckpoint},
      {.batches = {{64, 64}}},
      {.kind = Kind::kRestart},
      {.batches = {{33}}},
  };
}

std::vector<Step> random_workload(uint64_t seed, size_t steps) {
  Random random(seed);
  std::vector<Step> workload;
  for (size_t i = 0; i < steps; ++i) {
    Step& step = workload.emplace_back();
    const uint64_t what = random.below(100);
    if (what < 10) step.kind = Step::Kind::kBeginCheckpoint;
    if (what >= 10 && what < 15) step.kind = Step::Kind::kAwaitCheckpoint;
    if (what >= 15 && what < 20) step.kind = Step::Kind::kRestart;
    for (uint64_t batches = what < 20 ? 0 : random.below(5) + 1; batches > 0; --batches) {
      std::vector<uint32_t>& sizes = step.batches.emplace_back();
      const uint64_t largest = random.chance(100) ? 3000 : 400;
      for (uint64_t records = random.below(4) + 1; records > 0; --records) {
        sizes.push_back(static_cast<uint32_t>(8 + random.below(largest)));
      }
    }
  }
  return workload;
}

Life live(const LogSetup& setup, const Trouble& trouble) {
  return LogMachine(setup, trouble).run();
}

}  // namespace seedbed::storage
