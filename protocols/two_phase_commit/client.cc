#include "protocols/two_phase_commit/client.h"

#include <utility>

#include "protocols/two_phase_commit/calls.h"
#include "protocols/two_phase_commit/client_transaction.h"
#include "protocols/two_phase_commit/convert.h"
#include "sim/core/stored_values.h"

namespace seedbed::two_phase_commit {
namespace {

constexpr Site kFirst("two_phase_commit.client.first_coordinator", ChoiceClass::kAmbient);
constexpr Site kPause("two_phase_commit.client.pause", ChoiceClass::kAmbient);
constexpr uint64_t kLongestPause = 20'000'000;  // nanoseconds, between two transactions

// What the operation does, if that is known beforehand; else nothing.
std::optional<std::vector<Step>> steps_of(const Operation& what) {
  std::vector<Step> steps;
  if (what.function == kTransfer) {
    steps.push_back({.act = Act::kAdd,
                     .key = what.key,
                     .value = {},
                     .amount = -what.amount,
                     .opening = opening_balance(what.key)});
    steps.push_back({.act = Act::kAdd,
                     .key = what.argument,
                     .value = {},
                     .amount = what.amount,
                     .opening = opening_balance(what.argument)});
  } else if (what.function == kReadAll) {
    for (const std::string& account : what.accounts) steps.push_back({.key = account, .value = {}});
  } else if (what.function == kGet) {
    steps.push_back({.key = what.key, .value = {}});
  } else if (what.function == kPut) {
    steps.push_back({.act = Act::kWrite, .key = what.key, .value = what.argument});
  } else if (what.function == kTransaction) {
    for (const TransactionStep& step : what.steps) {
      if (step.act == TransactionStep::Act::kRead || step.act == TransactionStep::Act::kWrite) {
        return std::nullopt;
      }
      const Act act = step.changes() ? Act::kAppend : Act::kRead;
      steps.push_back({.act = act, .key = step.key, .value = step.value});
    }
  } else {
    return std::nullopt;
  }
  return steps;
}

Response response_to(const Operation& what, const wire::Run::Response& answer) {
  if (what.function == kReadAll) {
    std::vector<Balance> balances;
    for (size_t i = 0; i < what.accounts.size(); ++i) {
      const wire::Found& found = answer.found(static_cast<int>(i));
      const auto amount =
          found.present() ? decode_number(found.value()) : opening_balance(what.accounts[i]);
      INVARIANT(amount.has_value(), "the account {} holds no number", what.accounts[i]);
      balances.push_back({.account = what.accounts[i], .amount = *amount});
    }
    return Response::balances_are(std::move(balances));
  }
  if (what.function == kGet) {
    const wire::Found& found = answer.found(0);
    return found.present() ? Response::found(found.value()) : Response::absent();
  }
  if (what.function != kTransaction) return Response::done();
  std::vector<TransactionStep> steps = what.steps;
  for (size_t i = 0; i < steps.size(); ++i) {
    const wire::Found& found = answer.found(static_cast<int>(i));
    if (!steps[i].changes() && found.present()) steps[i].found_list = decode_list(found.value());
  }
  return Response::transaction(std::move(steps));
}

}  // namespace

TwoPhaseCommitClient::TwoPhaseCommitClient(Env& env, Roles roles, Duration timeout,
                                           const Rules& rules)
    : env_(env),
      directory_(env, std::move(roles)),
      timeout_(timeout),
      rules_(rules),
      asked_(env.random(kFirst, coordinators().size())),
      attempts_(uint64_t{number(env.incarnation())} << 32) {}

Response TwoPhaseCommitClient::attempt(const Operation& what, uint64_t operation) {
  const NodeTime deadline = env_.now() + 2 * timeout_;
  int64_t begun = 0;
  for (;;) {
    const auto named = begin(begun, deadline);
    if (!named) return Response::fail("no coordinator");
    begun = named->begun();
    const auto steps = steps_of(what);
    const Ended ended =
        steps ? run(what, operation, *named, *steps) : run_in_rounds(what, operation, *named);
    if (ended.answer) return *ended.answer;
    const bool aborted = ended.commit == Commit::kAborted;
    const bool over = env_.now() >= deadline;
    if (!rules_.may_run_again(aborted) || (!aborted && over)) {
      return Response::info("no answer in time");
    }
    if (over) return Response::fail("aborted");
    env_.sleep(Duration(static_cast<int64_t>(env_.random(kPause, kLongestPause))));
  }
}

TwoPhaseCommitClient::Ended TwoPhaseCommitClient::run(const Operation& what, uint64_t operation,
                                                      const wire::Begin::Response& named,
                                                      const std::vector<Step>& steps) {
  wire::Run::Request request;
  *request.mutable_id() = named.id();
  request.set_begun(named.begun());
  request.set_operation(operation);
  for (const Step& step : steps) to_wire(step, request.add_steps());
  const auto answer = call_until<wire::Run>(env_, directory_, kPause, coordinators()[asked_],
                                            env_.now() + timeout_, [&] { return request; });
  if (!answer) return {.commit = Commit::kUnknown, .answer = {}};
  switch (answer->outcome()) {
    case wire::OUTCOME_COMMITTED:
      return {.commit = Commit::kDone, .answer = response_to(what, *answer)};
    case wire::OUTCOME_REFUSED:
      return {.commit = Commit::kAborted, .answer = Response::insufficient()};
    default: return {.commit = Commit::kAborted, .answer = {}};
  }
}

TwoPhaseCommitClient::Ended TwoPhaseCommitClient::run_in_rounds(
    const Operation& what, uint64_t operation, const wire::Begin::Response& named) {
  ClientTransaction transaction(env_, directory_,
                                {.coordinator = coordinators()[asked_],
                                 .named = named,
                                 .operation = operation,
                                 .timeout = timeout_});
  Result<Response> answer = carry_out(what, transaction);
  if (!answer) return {.commit = Commit::kAborted, .answer = {}};
  const Commit commit = transaction.commit();
  if (commit != Commit::kDone) return {.commit = commit, .answer = {}};
  return {.commit = commit, .answer = *std::move(answer)};
}

// Nothing has happened before a transaction has a name.
Result<wire::Begin::Response> TwoPhaseCommitClient::begin(int64_t begun, NodeTime deadline) {
  wire::Begin::Request request;
  request.set_begun(begun);
  for (;;) {
    request.set_attempt(++attempts_);
    const Duration left = deadline - env_.now();
    if (left <= Duration::zero()) return Error::kTimeout;
    auto answer =
        directory_.call<wire::Begin>(coordinators()[asked_], request, std::min(left, kAnswerTime));
    if (answer) return answer;
    asked_ = (asked_ + 1) % coordinators().size();
    env_.sleep(Duration(static_cast<int64_t>(env_.random(kPause, kLongestPause))));
  }
}

}  // namespace seedbed::two_phase_commit
