// The catalogue of faults: one row for each. A row is all there is to know: how scenarios and
// schedules call it, what it models, how much of it a swarm draws, what it costs of a protocol's
// tolerance, and what it does to a world.
//
// A fault is either part of a plan, with a beginning, a duration and targets (a partition), or a
// rate: a choice of its own for each message, disk operation or start (a lost message).
//
//   for (const FaultInfo& fault : fault_catalogue()) print(fault.name, fault.meaning);
//
// To add a fault: a number in fault_kind.h and a row in the file of its group.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sim/fault/assumption.h"
#include "sim/fault/fault_plan.h"
#include "sim/world/world.h"

namespace seedbed {

enum class FaultGroup : uint8_t { kNetwork, kDisk, kClock, kProcess, kClient };
std::string_view to_string(FaultGroup group);

// Whom a fault of a plan hits.
enum class Aim : uint8_t {
  kRate,        // nobody in particular: not part of a plan
  kServer,      // one server
  kLinks,       // the links between one server and everyone else, clients on either side
  kSplit,       // the links between some servers and everyone else, clients on either side
  kZone,        // all servers of one zone
  kZoneSplit,   // the links between one zone and everyone else, clients on either side
  kAllServers,  // every server at the same instant
  kLeader,      // the links between whoever leads when it begins and everyone else
  kBridge,      // the links between two groups, clients in either; one server is in neither
  kRing,        // all servers, in a drawn order
  kLost,    // links between servers, from each target to the other at the same place; those that
            // are left join servers of which each reaches a majority
  kHub,     // one server; the others are on the other side
  kClient,  // one client
};

// What a fault takes from the tolerance.
enum class Cost : uint8_t {
  kNothing,
  kServer,  // its targets are down while it lasts
  kPower,   // the same; however many, if the protocol survives that
  kDisk,    // its targets' disks are lost for the rest of the run
  kServerAndDisk,
  kServerAndVersion,  // its targets are down while it lasts, and come back with an earlier version
  kClockRate,         // the magnitude is a rate error in parts per million
  kClockError,        // the magnitude is an error in microseconds
  kClockStands,       // the error is as great as the fault is long
};

// Both ends included.
struct Bounds {
  int64_t min = 0;
  int64_t max = 0;
};

// A fault at work. Effects may keep nothing between calls but what the world holds.
struct Stage {
  World& world;
  const Fault& fault;  // with its targets resolved
  uint32_t step = 0;   // how many steps were taken
  Duration next{};     // set by an effect: take a step that much later; zero: none

  // 64 uniform bits for that purpose of this fault: from the seed and the fault's id. Another draw
  // with the same ordinal gives the same.
  uint64_t draw(const Site& site, uint64_t ordinal) const;
  // A fault's magnitude as a time, if it is in microseconds.
  Duration microseconds() const { return std::chrono::microseconds(fault.magnitude); }
};

struct FaultInfo {
  FaultKind kind{};
  std::string_view name;
  FaultGroup group{};
  std::string_view meaning;   // what happens, in a sentence
  std::string_view models;    // where it happens in real life
  std::string_view shown_by;  // the scenario that demonstrates it

  // Of a rate: the scenario's field that sets it.
  std::string_view setting;
  // How often it fired: of a rate, and of a fault of a plan that is a rate while it lasts. Missing:
  // as often as it began, or as there were `fault` events with its name.
  uint64_t (*fired)(const World&) = nullptr;

  // It hits processes: while a trigger sets it off, its target is dead at once.
  bool kills = false;
  // It needs a protocol that has several versions.
  bool needs_versions = false;
  // It is what operators do, and needs a protocol that understands this (Process::operate).
  std::string_view order;
  // Whether it would do anything to the target now; missing: always.
  bool (*possible)(World& world, NodeId target) = nullptr;

  // Of a plan: whom it hits, how a schedule writes it (with {targets}, {others}, {links} and
  // {magnitude}), what it does. `step` and `end` may be missing.
  Aim aim = Aim::kRate;
  std::string_view line;
  Cost cost = Cost::kNothing;
  void (*begin)(Stage&) = nullptr;
  void (*step)(Stage&) = nullptr;
  void (*end)(Stage&) = nullptr;

  // What a swarm draws from: the rate or magnitude, in `unit`; and of a plan, how many there are at
  // most and how long they last, in milliseconds.
  std::string_view unit;
  Bounds magnitude;
  uint32_t slots = 0;
  Bounds duration_ms;

  bool is_rate() const { return aim == Aim::kRate; }
};

// All rows, by group; those that change most come first.
std::span<const FaultInfo> fault_catalogue();
const FaultInfo& info(FaultKind kind);
// Null if there is no such fault.
const FaultInfo* find_fault(std::string_view name);
// The assumption that breaks when more is taken than the protocol declared.
Assumption assumption_behind(Cost cost);
bool takes_servers(Cost cost);
bool takes_disks(Cost cost);

// The rows of each group.
std::span<const FaultInfo> network_faults();
std::span<const FaultInfo> disk_faults();
std::span<const FaultInfo> clock_faults();
std::span<const FaultInfo> process_faults();
std::span<const FaultInfo> client_faults();

}  // namespace seedbed
