// Workloads: what clients ask, as choices. An operation is a function of the run's seed, the client
// and its number; what the system answered changes nothing, so leaving one out moves no other.
//
//   register     get, put, cas and delete on a few keys
//   lookup       twelve gets for each put on a few keys
//   append       append and get on a few keys: every value shows its whole history
//   counter      increment, decrement and read
//   list_append  transactions of one to four steps, which append to lists and read them
//   registers    transactions of one to four steps, which write registers and read them
//   bank         transfers between as many accounts as there are keys, withdrawals from others, and
//                reads of all of them
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/choice.h"
#include "sim/history/operation.h"

namespace seedbed {

// Generates the operations of one client.
class Workload {
 public:
  virtual ~Workload() = default;
  // The client's operation of that number, from 1. Each number is asked for once.
  virtual Operation next(uint64_t number) = 0;
};

// The accounts of the bank, if there are so many.
std::vector<std::string> bank_accounts(uint64_t count);

struct WorkloadKind {
  std::string_view name;
  std::string_view meaning;
};
const std::vector<WorkloadKind>& workload_kinds();

// `client` ("c1") is the scope of its choices. `kind` must be one of workload_kinds().
std::unique_ptr<Workload> make_workload(std::string_view kind, Choices& choices,
                                        std::string_view client, uint64_t keys);

}  // namespace seedbed
