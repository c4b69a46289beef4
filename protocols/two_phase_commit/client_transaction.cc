#include "protocols/two_phase_commit/client_transaction.h"

#include <utility>

#include "protocols/two_phase_commit/calls.h"
#include "protocols/two_phase_commit/convert.h"

namespace seedbed::two_phase_commit {
namespace {

constexpr Site kPause("two_phase_commit.client.pause_in_round", ChoiceClass::kAmbient);

}  // namespace

ClientTransaction::ClientTransaction(Env& env, Directory& directory,
                                     ClientTransactionOptions options)
    : env_(env), directory_(directory), options_(std::move(options)) {}

Result<std::vector<Transaction::Value>> ClientTransaction::read(
    const std::vector<std::string>& keys, Intent intent) {
  wire::Run::Request request;
  request.set_more(true);
  const Act act = intent == Intent::kWrite ? Act::kReadToWrite : Act::kRead;
  for (const std::string& key : keys) {
    to_wire(Step{.act = act, .key = key, .value = {}}, request.add_steps());
  }
  const auto answer = run(request);
  if (!answer) return answer.error();
  if (answer->outcome() != wire::OUTCOME_UNKNOWN) return Error::kUnavailable;
  std::vector<Value> values;
  for (size_t i = 0; i < keys.size(); ++i) {
    const wire::Found& found = answer->found(static_cast<int>(i));
    const auto own = written_.find(keys[i]);
    if (own != written_.end()) {
      values.push_back(own->second);
    } else {
      values.push_back(found.present() ? Value(found.value()) : std::nullopt);
    }
  }
  return values;
}

void ClientTransaction::write(std::string key, Value value) {
  written_.insert_or_assign(std::move(key), std::move(value));
}

Commit ClientTransaction::commit() {
  wire::Run::Request request;
  for (const auto& [key, value] : written_) {
    const Act act = value ? Act::kWrite : Act::kErase;
    to_wire(Step{.act = act, .key = key, .value = value.value_or(std::string())},
            request.add_steps());
  }
  const auto answer = run(request);
  if (!answer) return Commit::kUnknown;
  return answer->outcome() == wire::OUTCOME_COMMITTED ? Commit::kDone : Commit::kAborted;
}

Result<wire::Run::Response> ClientTransaction::run(wire::Run::Request& request) {
  *request.mutable_id() = options_.named.id();
  request.set_begun(options_.named.begun());
  request.set_operation(options_.operation);
  request.set_round(round_++);
  return call_until<wire::Run>(env_, directory_, kPause, options_.coordinator,
                               env_.now() + options_.timeout, [&] { return request; });
}

}  // namespace seedbed::two_phase_commit
