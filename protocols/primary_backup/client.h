// PrimaryBackupClient: speaks to the service for one client machine.
//
// Writes go to the primary. It asks whom it believes to be it, follows hints, and otherwise tries
// one replica after the other. Operations are numbered, and the service executes each once, so one
// of unknown outcome may be asked for again. Once a write has been sent, its outcome is ok or info,
// never fail: the network may hold a copy of it.
//
// A get goes to the primary; or to any replica, with the token of what the client has seen last, or
// if old answers are good enough.
#pragma once

#include <vector>

#include "protocols/primary_backup/primary_backup.pb.h"
#include "sim/run/protocol.h"

namespace seedbed::primary_backup {

class PrimaryBackupClient final : public Client {
 public:
  // `timeout`: of one attempt, in which it may ask several replicas.
  PrimaryBackupClient(Env& env, std::vector<NodeId> replicas, Duration timeout, wire::Reads reads);

  Response attempt(const Operation& what, uint64_t operation) override;
  bool retries_are_safe() const override { return true; }

 private:
  Response write(const Operation& what, uint64_t operation);
  Response read(const std::string& key);
  NodeId replica() const { return replicas_[asked_]; }
  // One of them by chance; seldom the one that was silent when it was asked last.
  size_t any();
  // True if the hint names a replica that has not just been asked.
  bool look_elsewhere(uint32_t hint);

  Env& env_;
  std::vector<NodeId> replicas_;
  Duration timeout_;
  wire::Reads reads_;
  size_t asked_;
  uint64_t token_ = 0;
  size_t silent_;  // no replica's, if all have answered
};

}  // namespace seedbed::primary_backup
