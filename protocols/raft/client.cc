#include "protocols/raft/client.h"

#include <algorithm>

#include "protocols/raft/kv.h"
#include "sim/core/bytes.h"

namespace seedbed::raft {
namespace {

constexpr Site kFirstServer("raft.client.first_server", ChoiceClass::kAmbient);
constexpr Site kAnyServer("raft.client.any_server", ChoiceClass::kAmbient);
// Between two servers that do not know who leads.
constexpr Duration kPause = 10ms;
// For so long is a session kept alive without anything else to ask.
constexpr Duration kKeptFor = 1s;

// A list is its elements one after the other, each with its length before it.
std::string element(std::string_view text) {
  ByteWriter out;
  out.string(text);
  return out.take();
}

std::optional<std::vector<std::string>> elements_of(const std::optional<std::string>& value) {
  if (!value) return std::nullopt;
  ByteReader in(*value);
  std::vector<std::string> elements;
  while (in.ok() && !in.finished()) elements.push_back(in.string());
  return elements;
}

Transaction transaction_of(const std::vector<TransactionStep>& steps) {
  Transaction transaction;
  for (const TransactionStep& step : steps) {
    if (step.changes()) {
      transaction.steps.emplace_back(Append{step.key, element(step.value)});
    } else {
      transaction.steps.emplace_back(Get{step.key});
    }
  }
  return transaction;
}

Response response_to_transaction(const Operation& what, std::string_view value) {
  const std::optional<FoundValues> reads = decode_found(value);
  CHECK(reads);
  std::vector<TransactionStep> steps = what.steps;
  auto read = reads->begin();
  for (TransactionStep& step : steps) {
    if (!step.changes()) step.found_list = elements_of(*read++);
  }
  return Response::transaction(std::move(steps));
}

KvOperation operation_of(const Operation& what) {
  if (what.function == kTransaction) return transaction_of(what.steps);
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
      if (what.function == kTransaction) return response_to_transaction(what, answer.value());
      return what.function == kGet ? Response::found(answer.value()) : Response::done();
    case KvStatus::kNotFound: return what.function == kGet ? Response::absent() : Response::done();
    case KvStatus::kMismatch: return Response::mismatch();
    // Not executed now; but an earlier attempt may have been, before the session was forgotten.
    case KvStatus::kExpiredSession: return Response::info("session expired");
    case KvStatus::kForgotten: return Response::info("operation forgotten");
    case KvStatus::kTooLong: return Response::fail("a value would be too long");
    case KvStatus::kBadCommand: break;
  }
  return Response::fail("bad command");
}

}  // namespace

RaftClient::RaftClient(Env& env, std::vector<NodeId> servers, RaftClientOptions options)
    : env_(env),
      servers_(std::move(servers)),
      options_(options),
      believed_leader_(env.random(kFirstServer, servers_.size())) {}

Response RaftClient::attempt(const Operation& what, uint64_t operation) {
  const NodeTime deadline = env_.now() + options_.timeout;
  if (what.function == kGet && options_.reads != wire::READS_LOG) return query(what.key, deadline);
  if (what.function == kGet) env_.reached("query through the log");
  asked_ = env_.now();
  if (session_ == 0 && !open_session(deadline)) {
    return operation <= last_sent_ ? Response::info("session expired")
                                   : Response::fail("not sent: no session yet");
  }
  if (operation <= last_sent_ && operation < first_in_session_) {
    return Response::info("session expired");
  }
  last_sent_ = std::max(last_sent_, operation);
  const uint64_t session = session_;
  // Operations come one after the other, and one that was given up is never repeated.
  const auto answer = execute(Request{.session = session,
                                      .sequence = operation,
                                      .lowest_unanswered = operation,
                                      .operation = operation_of(what)},
                              deadline);
  if (!answer) return Response::info("no answer in time");
  if (static_cast<KvStatus>(answer->status()) == KvStatus::kExpiredSession) lose_session(session);
  return response_to(what, *answer);
}

Response RaftClient::query(const std::string& key, NodeTime deadline) {
  wire::ClientQuery::Request request;
  request.set_key(key);
  const bool anywhere = options_.reads == wire::READS_ANYWHERE;
  if (anywhere) believed_leader_ = env_.random(kAnyServer, servers_.size());
  for (Duration left = options_.timeout; left > Duration::zero(); left = deadline - env_.now()) {
    const auto answer = env_.call<wire::ClientQuery>(server(), request, left);
    if (answer && answer->reply() == wire::REPLY_EXECUTED) {
      return answer->found() ? Response::found(answer->value()) : Response::absent();
    }
    if (!look_elsewhere(answer && !anywhere ? answer->leader() : 0)) env_.sleep(kPause);
  }
  return Response::info("no answer in time");
}

bool RaftClient::open_session(NodeTime deadline) {
  const auto answer = execute(RegisterClient{.client = number(env_.self())}, deadline);
  // Another attempt may have opened one meanwhile, and have asked in it.
  if (answer && session_ == 0) {
    session_ = answer->session();
    first_in_session_ = last_sent_ + 1;
    if (options_.keep_alive > Duration::zero() && !std::exchange(keeping_, true)) {
      env_.spawn("keep alive", [this] { keep_alive(); });
    }
  }
  return session_ != 0;
}

// Ends with the session. One that nothing was asked in for a while is let go: a system in which
// nobody asks anything comes to rest.
void RaftClient::keep_alive() {
  while (session_ != 0) {
    const NodeTime asked = asked_;
    env_.sleep(options_.keep_alive);
    if (asked_ != asked) continue;
    if (session_ == 0 || env_.now() - asked_ > kKeptFor) break;
    const uint64_t session = session_;
    const auto answer = execute(KeepAlive{.session = session}, env_.now() + options_.timeout);
    if (!answer) continue;
    if (static_cast<KvStatus>(answer->status()) == KvStatus::kExpiredSession) lose_session(session);
  }
  session_ = 0;
  keeping_ = false;
}

// Unless it is in another one by now.
void RaftClient::lose_session(uint64_t session) {
  if (session_ == session) session_ = 0;
}

std::optional<wire::ClientCommand::Response> RaftClient::execute(const Command& command,
                                                                 NodeTime deadline) {
  wire::ClientCommand::Request request;
  request.set_command(encode(command));
  for (Duration left = options_.timeout; left > Duration::zero(); left = deadline - env_.now()) {
    auto answer = env_.call<wire::ClientCommand>(server(), request, left);
    if (answer && answer->reply() == wire::REPLY_EXECUTED) return *std::move(answer);
    if (!look_elsewhere(answer ? answer->leader() : 0)) env_.sleep(kPause);
  }
  return std::nullopt;
}

bool RaftClient::look_elsewhere(uint32_t hint) {
  const auto known = std::find(servers_.begin(), servers_.end(), NodeId{hint});
  if (known != servers_.end() && *known != server()) {
    believed_leader_ = static_cast<size_t>(known - servers_.begin());
    return true;
  }
  believed_leader_ = (believed_leader_ + 1) % servers_.size();
  return false;
}

}  // namespace seedbed::raft
