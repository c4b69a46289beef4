#include "protocols/raft/client.h"

#include <algorithm>

#include "protocols/raft/kv.h"

namespace seedbed::raft {
namespace {

constexpr Site kFirstServer("raft.client.first_server", ChoiceClass::kAmbient);

KvOperation operation_of(const Operation& what) {
  if (what.function == kGet) return Get{what.key};
  if (what.function == kPut) return Put{what.key, what.argument};
  if (what.function == kAppend) return Append{what.key, what.argument};
  if (what.function == kCas) return Cas{what.key, what.expected, what.argument};
  CHECK(what.function == kDelete);
  return Delete{what.key};
}

// What the state machine's result means to somebody who asked for `function`.
Response response_to(const Operation& what, const wire::ClientCommand::Response& answer) {
  switch (static_cast<KvStatus>(answer.status())) {
    case KvStatus::kOk:
      return what.function == kGet ? Response::found(answer.value()) : Response::done();
    case KvStatus::kNotFound:
      return what.function == kGet ? Response::absent() : Response::done();
    case KvStatus::kMismatch: return Response::mismatch();
    // Not executed now; but an earlier attempt may have been, before the session was forgotten.
    case KvStatus::kExpiredSession: return Response::info("session expired");
    case KvStatus::kForgotten: return Response::info("operation forgotten");
    case KvStatus::kBadCommand: break;
  }
  return Response::fail("bad command");
}

}  // namespace

RaftClient::RaftClient(Env& env, std::vector<NodeId> servers, Duration timeout)
    : env_(env),
      servers_(std::move(servers)),
      timeout_(timeout),
      believed_leader_(env.random(kFirstServer, servers_.size())) {}

Response RaftClient::attempt(const Operation& what, uint64_t operation) {
  if (session_ == 0 && !open_session()) return Response::fail("not sent: no session yet");
  // Operations come one after the other, and one that was given up is never repeated.
  const auto answer = ask(Request{.session = session_,
                                  .sequence = operation,
                                  .lowest_unanswered = operation,
                                  .operation = operation_of(what)});
  if (!answer) return Response::after(answer.error());
  switch (answer->reply()) {
    case wire::REPLY_EXECUTED: {
      if (static_cast<KvStatus>(answer->status()) == KvStatus::kExpiredSession) session_ = 0;
      return response_to(what, *answer);
    }
    case wire::REPLY_NOT_LEADER: return Response::fail("not the leader");
    case wire::REPLY_BUSY: return Response::fail("the leader is busy");
    default: return Response::info("the leader was deposed");
  }
}

bool RaftClient::open_session() {
  const auto answer = ask(RegisterClient{.client = number(env_.self())});
  if (!answer || answer->reply() != wire::REPLY_EXECUTED) return false;
  session_ = answer->session();
  return true;
}

Result<wire::ClientCommand::Response> RaftClient::ask(const Command& command) {
  wire::ClientCommand::Request request;
  request.set_command(encode(command));
  auto answer = env_.call<wire::ClientCommand>(server(), std::move(request), timeout_);
  if (!answer || answer->reply() != wire::REPLY_EXECUTED) {
    look_elsewhere(answer ? answer->leader() : 0);
  }
  return answer;
}

void RaftClient::look_elsewhere(uint32_t hint) {
  const auto known = std::find(servers_.begin(), servers_.end(), NodeId{hint});
  if (known != servers_.end() && *known != server()) {
    believed_leader_ = static_cast<size_t>(known - servers_.begin());
  } else {
    believed_leader_ = (believed_leader_ + 1) % servers_.size();
  }
}

}  // namespace seedbed::raft
