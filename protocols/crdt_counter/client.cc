#include "protocols/crdt_counter/client.h"

#include <utility>

#include "protocols/crdt_counter/crdt_counter.pb.h"

namespace seedbed::crdt_counter {
namespace {

constexpr Site kReplica("crdt_counter.replica_asked", ChoiceClass::kAmbient);

// An increment or a decrement.
template <class Rpc>
Response change(Env& env, NodeId replica, const Operation& what, uint64_t operation,
                Duration timeout) {
  typename Rpc::Request request;
  request.set_key(what.key);
  request.set_amount(static_cast<uint64_t>(what.amount));
  request.set_operation(operation);
  const auto answer = env.call<Rpc>(replica, std::move(request), timeout);
  return answer ? Response::done() : Response::after(answer.error());
}

Response read(Env& env, NodeId replica, const Operation& what, Duration timeout) {
  Read::Request request;
  request.set_key(what.key);
  const auto answer = env.call<Read>(replica, std::move(request), timeout);
  return answer ? Response::number_is(answer->value()) : Response::after(answer.error());
}

}  // namespace

CounterClient::CounterClient(Env& env, std::vector<NodeId> replicas, Duration timeout)
    : env_(env), replicas_(std::move(replicas)), timeout_(timeout) {}

Response CounterClient::attempt(const Operation& what, uint64_t operation) {
  const NodeId replica = replicas_[env_.random(kReplica, replicas_.size())];
  if (what.function == kRead) return read(env_, replica, what, timeout_);
  if (what.amount <= 0) return Response::fail("the amount must be positive");
  if (what.function == kIncrement) {
    return change<Increment>(env_, replica, what, operation, timeout_);
  }
  if (what.function == kDecrement) {
    return change<Decrement>(env_, replica, what, operation, timeout_);
  }
  return Response::fail("a counter knows increment, decrement and read");
}

}  // namespace seedbed::crdt_counter
