#include "protocols/primary_backup/client.h"

#include <algorithm>
#include <utility>

#include "protocols/primary_backup/store.h"

namespace seedbed::primary_backup {
namespace {

constexpr Site kFirst("primary_backup.client.first_replica", ChoiceClass::kAmbient);
constexpr Site kAny("primary_backup.client.any_replica", ChoiceClass::kAmbient);
constexpr Site kAgain("primary_backup.client.asks_the_silent", ChoiceClass::kAmbient);
// Between two replicas that are not primary, and how long one is waited for.
constexpr Duration kPause = 10ms;
constexpr Duration kAnswerTime = 200ms;

Command command_of(const Operation& what) {
  Command command;
  command.key = what.key;
  command.value = what.argument;
  if (what.function == kPut) {
    command.function = Function::kPut;
  } else if (what.function == kAppend) {
    command.function = Function::kAppend;
  } else if (what.function == kCas) {
    command.function = Function::kCas;
    command.expected = what.expected;
  } else {
    CHECK(what.function == kDelete);
    command.function = Function::kDelete;
  }
  return command;
}

Response response_to(const wire::Write::Response& answer) {
  switch (Status{static_cast<uint8_t>(answer.status())}) {
    case Status::kDone: return Response::done();
    case Status::kMismatch: return Response::mismatch();
    case Status::kSuperseded: break;
  }
  return Response::info("superseded");
}

}  // namespace

PrimaryBackupClient::PrimaryBackupClient(Env& env, std::vector<NodeId> replicas, Duration timeout,
                                         wire::Reads reads)
    : env_(env),
      replicas_(std::move(replicas)),
      timeout_(timeout),
      reads_(reads),
      asked_(env.random(kFirst, replicas_.size())),
      silent_(replicas_.size()) {}

Response PrimaryBackupClient::attempt(const Operation& what, uint64_t operation) {
  if (what.function == kGet) return read(what.key);
  return write(what, operation);
}

Response PrimaryBackupClient::write(const Operation& what, uint64_t operation) {
  Command command = command_of(what);
  command.client = number(env_.self());
  command.sequence = operation;
  wire::Write::Request request;
  request.set_command(encode(command));
  const NodeTime deadline = env_.now() + timeout_;
  for (Duration left = timeout_; left > Duration::zero(); left = deadline - env_.now()) {
    const auto answer = env_.call<wire::Write>(replica(), request, std::min(left, kAnswerTime));
    if (answer && answer->reply() == wire::REPLY_DONE) {
      token_ = std::max(token_, answer->index());
      return response_to(*answer);
    }
    const bool wait = answer && answer->reply() == wire::REPLY_NOT_NOW;
    if (wait || !look_elsewhere(answer ? answer->primary() : 0)) env_.sleep(kPause);
  }
  return Response::info("no answer in time");
}

Response PrimaryBackupClient::read(const std::string& key) {
  wire::Read::Request request;
  request.set_key(key);
  request.set_by(reads_);
  request.set_token(reads_ == wire::TOKEN ? token_ : 0);
  const NodeTime deadline = env_.now() + timeout_;
  for (Duration left = timeout_; left > Duration::zero(); left = deadline - env_.now()) {
    if (reads_ != wire::PRIMARY) asked_ = any();
    const auto answer = env_.call<wire::Read>(replica(), request, std::min(left, kAnswerTime));
    if (answer && answer->reply() == wire::REPLY_DONE) {
      token_ = std::max(token_, answer->index());
      return answer->found() ? Response::found(answer->value()) : Response::absent();
    }
    if (!answer) silent_ = asked_;
    const bool wait = answer && answer->reply() == wire::REPLY_NOT_NOW;
    if (wait || !look_elsewhere(answer ? answer->primary() : 0)) env_.sleep(kPause);
  }
  return Response::info("no answer in time");
}

size_t PrimaryBackupClient::any() {
  constexpr uint64_t kSeldom = 8;
  const size_t one = env_.random(kAny, replicas_.size());
  if (one != silent_ || env_.random(kAgain, kSeldom) == 0) return one;
  return (one + 1) % replicas_.size();
}

bool PrimaryBackupClient::look_elsewhere(uint32_t hint) {
  const auto known = std::find(replicas_.begin(), replicas_.end(), NodeId{hint});
  if (known != replicas_.end() && *known != replica()) {
    asked_ = static_cast<size_t>(known - replicas_.begin());
    return true;
  }
  asked_ = (asked_ + 1) % replicas_.size();
  return false;
}

}  // namespace seedbed::primary_backup
