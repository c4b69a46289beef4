#include "protocols/outbox/client.h"

#include <algorithm>

#include "protocols/outbox/outbox.pb.h"
#include "protocols/primary_backup/store.h"

namespace seedbed::outbox {
namespace {

using primary_backup::Command;
using primary_backup::Function;
using primary_backup::Status;

constexpr Site kAny("outbox.client.any_replica", ChoiceClass::kAmbient);
constexpr Duration kPause = 10ms;
constexpr Duration kAnswerTime = 250ms;

Function function_of(const std::string& name) {
  if (name == kPut) return Function::kPut;
  if (name == kAppend) return Function::kAppend;
  if (name == kCas) return Function::kCas;
  CHECK(name == kDelete);
  return Function::kDelete;
}

}  // namespace

Response OutboxClient::attempt(const Operation& what, uint64_t operation) {
  return what.function == kGet ? get(what.key) : change(what, operation);
}

NodeId OutboxClient::any() { return replicas_[env_.random(kAny, replicas_.size())]; }

Response OutboxClient::change(const Operation& what, uint64_t operation) {
  wire::Operate::Request request;
  request.set_command(primary_backup::encode(Command{.function = function_of(what.function),
                                                     .client = number(env_.self()),
                                                     .sequence = operation,
                                                     .key = what.key,
                                                     .value = what.argument,
                                                     .expected = what.expected}));
  const NodeTime deadline = env_.now() + timeout_;
  for (Duration left = timeout_; left > Duration::zero(); left = deadline - env_.now()) {
    const auto answer = env_.call<wire::Operate>(any(), request, std::min(left, kAnswerTime));
    if (answer && answer->reply() == wire::REPLY_DONE) {
      const Status status{static_cast<uint8_t>(answer->status())};
      if (status == Status::kDone) return Response::done();
      if (status == Status::kMismatch) return Response::mismatch();
      return Response::info("superseded");
    }
    env_.sleep(kPause);
  }
  return Response::info("no answer in time");
}

Response OutboxClient::get(const std::string& key) {
  wire::Get::Request request;
  request.set_key(key);
  const NodeTime deadline = env_.now() + timeout_;
  for (Duration left = timeout_; left > Duration::zero(); left = deadline - env_.now()) {
    const auto answer = env_.call<wire::Get>(any(), request, std::min(left, kAnswerTime));
    if (answer && answer->reply() == wire::REPLY_DONE) {
      return answer->found() ? Response::found(answer->value()) : Response::absent();
    }
    env_.sleep(kPause);
  }
  return Response::info("no answer in time");
}

}  // namespace seedbed::outbox
