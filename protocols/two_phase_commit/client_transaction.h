// ClientTransaction: a transaction that its client carries out in rounds: it reads, thinks, reads
// again, and sends what it writes with the commit.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "protocols/two_phase_commit/directory.h"
#include "protocols/two_phase_commit/two_phase_commit.pb.h"
#include "sim/run/transaction.h"
#include "sim/world/env.h"

namespace seedbed::two_phase_commit {

struct ClientTransactionOptions {
  NodeId coordinator{};
  wire::Begin::Response named;  // by that coordinator
  uint64_t operation = 0;       // the client's number of it
  Duration timeout{};           // of a round
};

class ClientTransaction final : public Transaction {
 public:
  // Both must outlive it.
  ClientTransaction(Env& env, Directory& directory, ClientTransactionOptions options);

  Result<std::vector<Value>> read(const std::vector<std::string>& keys, Intent intent) override;
  void write(std::string key, Value value) override;
  Commit commit() override;

 private:
  // Blocks.
  Result<wire::Run::Response> run(wire::Run::Request& request);

  Env& env_;
  Directory& directory_;
  ClientTransactionOptions options_;
  uint32_t round_ = 0;
  std::map<std::string, Value> written_;
};

}  // namespace seedbed::two_phase_commit
