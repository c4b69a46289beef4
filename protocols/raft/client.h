// RaftClient: speaks to a Raft cluster for one client machine, within one session (§6.3).
//
// It asks who it believes leads, follows hints, and otherwise tries one server after the other. An
// operation repeated under the same number is executed at most once, so operations of unknown
// outcome may be attempted again.
//
// A get may go beside the log, as a query (§6.4): it changes nothing, so it needs no session and
// may be asked of anybody again and again.
//
// If sessions expire, a client that has nothing to ask keeps its own alive for a while, and then
// lets it go.
//
// Once an operation has been sent, its outcome is ok or info, never fail. A refusal proves little:
// the network may have made a copy of the request, which arrives when that server leads. And an
// expired session does not tell what an earlier attempt has done; in a new session nobody would
// know the operation again, so it is not sent a second time.
#pragma once

#include <optional>
#include <vector>

#include "protocols/raft/command.h"
#include "protocols/raft/raft.pb.h"
#include "sim/run/protocol.h"

namespace seedbed::raft {

struct RaftClientOptions {
  Duration timeout = 400ms;  // of one attempt, in which the client may ask several servers
  wire::Reads reads = wire::READS_LOG;
  // How long a client is silent before it tells that it is still there; 0: it never does.
  Duration keep_alive{};
};

class RaftClient final : public Client {
 public:
  RaftClient(Env& env, std::vector<NodeId> servers, RaftClientOptions options);

  Response attempt(const Operation& what, uint64_t operation) override;
  bool retries_are_safe() const override { return true; }

 private:
  // Asks until the command has been executed. Blocks. Nothing if the time is over first.
  std::optional<wire::ClientCommand::Response> execute(const Command& command, NodeTime deadline);
  bool open_session(NodeTime deadline);
  void keep_alive();
  void lose_session(uint64_t session);
  Response query(const std::string& key, NodeTime deadline);
  NodeId server() const { return servers_[believed_leader_]; }
  // True if the hint names a server that has not just been asked.
  bool look_elsewhere(uint32_t hint);

  Env& env_;
  std::vector<NodeId> servers_;
  RaftClientOptions options_;
  size_t believed_leader_;
  uint64_t session_ = 0;    // 0: none yet
  uint64_t last_sent_ = 0;  // operation
  NodeTime asked_{};        // when something was asked last in a session
  bool keeping_ = false;    // the session alive, on a fiber of its own
  // Earlier ones were sent in another session, and must not be sent in this one.
  uint64_t first_in_session_ = 0;
};

}  // namespace seedbed::raft
