// RaftClient: speaks to a Raft cluster for one client machine, within one session (§6.3).
//
// It asks who it believes leads, follows hints, and otherwise tries one server after the other. An
// attempt repeated under the same number is executed at most once, so operations of unknown outcome may
// be attempted again.
#pragma once

#include <vector>

#include "protocols/raft/command.h"
#include "protocols/raft/raft.pb.h"
#include "sim/run/protocol.h"

namespace seedbed::raft {

class RaftClient final : public Client {
 public:
  RaftClient(Env& env, std::vector<NodeId> servers, Duration timeout);

  Response attempt(const Operation& what, uint64_t operation) override;
  bool retries_are_safe() const override { return true; }

 private:
  // Sends the command to the believed leader. Blocks. On anything but an execution it looks elsewhere
  // next time.
  Result<wire::ClientCommand::Response> ask(const Command& command);
  bool open_session();
  NodeId server() const { return servers_[believed_leader_]; }
  void look_elsewhere(uint32_t hint);

  Env& env_;
  std::vector<NodeId> servers_;
  Duration timeout_;
  size_t believed_leader_;
  uint64_t session_ = 0;  // 0: none yet
};

}  // namespace seedbed::raft
