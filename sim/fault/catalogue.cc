#include "sim/fault/catalogue.h"

#include <fmt/format.h>

#include "sim/core/arena.h"
#include "sim/core/check.h"

namespace seedbed {

std::string_view to_string(FaultKind kind) { return info(kind).name; }

std::string_view to_string(FaultGroup group) {
  switch (group) {
    case FaultGroup::kNetwork: return "network";
    case FaultGroup::kDisk: return "disk";
    case FaultGroup::kClock: return "clock";
    case FaultGroup::kProcess: return "process";
    case FaultGroup::kClient: return "client";
  }
  return "unknown";
}

std::span<const FaultInfo> fault_catalogue() {
  static const std::vector<FaultInfo> all = [] {
    RunArena::Outside outside;  // whoever asks first may be inside a run
    std::vector<FaultInfo> rows;
    for (const auto group :
         {process_faults(), client_faults(), network_faults(), disk_faults(), clock_faults()}) {
      rows.insert(rows.end(), group.begin(), group.end());
    }
    return rows;
  }();
  return all;
}

const FaultInfo& info(FaultKind kind) {
  for (const FaultInfo& row : fault_catalogue()) {
    if (row.kind == kind) return row;
  }
  CHECK(false);  // fault_catalogue() has a row for every kind
}

const FaultInfo* find_fault(std::string_view name) {
  for (const FaultInfo& row : fault_catalogue()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Assumption assumption_behind(Cost cost) {
  switch (cost) {
    case Cost::kDisk:
    case Cost::kServerAndDisk: return Assumption::kDisksKeep;
    case Cost::kClockRate:
    case Cost::kClockError:
    case Cost::kClockStands: return Assumption::kClocksAgree;
    case Cost::kServerAndVersion: return Assumption::kVersionsStay;
    case Cost::kNothing:
    case Cost::kServer:
    case Cost::kPower: break;
  }
  return Assumption::kServersUp;
}

bool takes_servers(Cost cost) {
  return cost == Cost::kServer || cost == Cost::kPower || cost == Cost::kServerAndDisk ||
         cost == Cost::kServerAndVersion;
}

bool takes_disks(Cost cost) { return cost == Cost::kDisk || cost == Cost::kServerAndDisk; }

uint64_t Stage::draw(const Site& site, uint64_t ordinal) const {
  Choices& choices = world.scheduler().choices();
  return choices.ambient_again(site, choices.scope(fmt::format("fault {}", fault.id)), ordinal);
}

}  // namespace seedbed
