#include "sim/run/transactional_client.h"

#include <fmt/format.h>

namespace seedbed {
namespace {

constexpr Site kPause("transactional_client.pause", ChoiceClass::kAmbient);
constexpr uint64_t kLongestPause = 20'000'000;  // nanoseconds, between two transactions

}  // namespace

TransactionalClient::TransactionalClient(Env& env, TransactionalClientOptions options)
    : env_(env), options_(options), name_(fmt::format("c{}", number(env.self()))) {}

Response TransactionalClient::attempt(const Operation& what, uint64_t operation) {
  const NodeTime deadline = env_.now() + options_.timeout;
  const bool changes = changes_something(what);
  bool unknown = false;
  for (;;) {
    const std::unique_ptr<Transaction> transaction = begin(deadline);
    if (transaction == nullptr) break;
    const Result<Response> answer = options_.marks
                                        ? carry_out_once(what, operation, name_, *transaction)
                                        : carry_out(what, *transaction);
    if (!answer && answer.error() == Error::kClosed) return Response::info("asked too late");
    const Commit commit = answer ? transaction->commit() : Commit::kAborted;
    if (commit == Commit::kDone) return *answer;
    unknown = unknown || (changes && commit == Commit::kUnknown);
    if (unknown && !options_.marks) break;
    if (env_.now() >= deadline) break;
    env_.sleep(Duration(static_cast<int64_t>(env_.random(kPause, kLongestPause))));
  }
  return unknown ? Response::info("no answer to a commit") : Response::fail("aborted");
}

}  // namespace seedbed
