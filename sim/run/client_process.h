// ClientProcess: a client machine. It draws operations from its workload, attempts each until the
// outcome is known or the attempts are used up, and tells the trace what it asked and what it got.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sim/core/random.h"
#include "sim/run/protocol.h"
#include "sim/run/workload.h"

namespace seedbed {

struct ClientPlan {
  uint64_t operations = 0;        // at most, while there are faults
  uint64_t needed = 0;            // of them to end ok, if need be after the faults
  uint64_t final_operations = 0;  // after they are over
  uint32_t attempts = 8;          // of one operation
  Duration think_min{};           // between two operations
  Duration think_max{};
  NodeTime faults_end{};  // when the final operations begin
  // If there is such a list: the numbers of the operations that it performs, the others it leaves
  // out.
  std::optional<std::vector<uint64_t>> kept;
  // Makes an operation number that is unique in the run: number + first_id.
  uint64_t first_id = 0;
};

class ClientProcess final : public Process {
 public:
  // `done` is called when all operations have ended.
  ClientProcess(Env& env, ClientPlan plan, std::unique_ptr<Client> client,
                std::unique_ptr<Workload> workload, std::function<void()> done);

  void start() override;

 private:
  void perform(uint64_t number);
  Response attempt_until_known(const Operation& operation, uint64_t number);
  void think();

  Env& env_;
  ClientPlan plan_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<Workload> workload_;
  std::function<void()> done_;
  uint64_t ok_ = 0;  // operations that ended so
};

}  // namespace seedbed
