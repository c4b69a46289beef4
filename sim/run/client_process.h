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

// What whoever sits at a client knows, though the machine may crash and forget: how far the work
// has come. An operation that a crash interrupts stays without an answer.
struct ClientProgress {
  uint64_t last = 0;  // number of the last operation that was asked
  uint64_t ok = 0;    // operations that ended so
  bool done = false;
};

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
  // Of the attempts, those that are made twice; of the answers, those that are overlooked.
  Ratio duplicate;
  Ratio lost_answer;
};

class ClientProcess final : public Process {
 public:
  // `done` is called when all operations have ended.
  // `progress` outlives it and every later incarnation.
  ClientProcess(Env& env, ClientPlan plan, std::unique_ptr<Client> client,
                std::unique_ptr<Workload> workload, ClientProgress& progress,
                std::function<void()> done);

  void start() override;

 private:
  void perform(uint64_t number);
  Response attempt_until_known(const Operation& operation, uint64_t number);
  void perhaps_duplicate(const Operation& operation, uint64_t number);
  bool overlooks_answer();
  uint64_t suffers(const Site& site, uint64_t ordinal, Ratio odds, uint64_t magnitudes,
                   std::string_view fault);
  void think();

  Env& env_;
  ClientPlan plan_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<Workload> workload_;
  ClientProgress& progress_;
  std::function<void()> done_;
  Scope scope_;              // of its own faults
  uint64_t attempts_ = 0;    // so far, by this incarnation
  uint64_t duplicated_ = 0;  // the last operation that was asked twice
};

}  // namespace seedbed
