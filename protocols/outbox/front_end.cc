#include "protocols/outbox/front_end.h"

#include "protocols/outbox/persistence.h"

namespace seedbed::outbox {
namespace {

using primary_backup::Command;

constexpr Site kJitter("outbox.front_end.jitter", ChoiceClass::kAmbient);
constexpr Site kRelayPause("outbox.relay.pause", ChoiceClass::kAmbient);
// It publishes rows that it has just published.
constexpr Site kRelayTwice("outbox.relay_twice", ChoiceClass::kFault);
constexpr uint32_t kMostRows = 16;
constexpr Duration kRelayPatience = 1s;
constexpr Duration kCacheTime = 60ms;

}  // namespace

void FrontEnd::start() {
  env_.serve<wire::Operate>(
      [this](NodeId, const wire::Operate::Request& request) { return change(request); });
  env_.serve<wire::Get>(
      [this](NodeId, const wire::Get::Request& request) { return get(request.key()); });
  keep_relaying();
}

Result<wire::Operate::Response> FrontEnd::change(const wire::Operate::Request& request) {
  const std::optional<Command> command = primary_backup::decode_command(request.command());
  if (!command) return Error::kUnavailable;
  const NodeTime deadline = env_.now() + options_.budget;
  const Event event{
      .id = {.client = static_cast<uint32_t>(command->client), .operation = command->sequence},
      .key = command->key};
  const Way way = options_.rules.way();
  wire::Operate::Response response;
  if (way == Way::kPublishThenCommit && !publish(event, deadline)) return response;
  const auto committed = commit(*command, deadline);
  if (!committed) return response;
  if (way == Way::kCommitThenPublish && !publish(event, deadline)) return response;
  wire::Forget forget;
  forget.set_key(command->key);
  env_.send(options_.cache, std::move(forget));
  response.set_reply(wire::REPLY_DONE);
  response.set_status(committed->status());
  return response;
}

Result<wire::Commit::Response> FrontEnd::commit(const Command& command, NodeTime deadline) {
  return call_until<wire::Commit>(
      env_, kJitter, {options_.database, deadline}, [&](uint64_t attempt) {
        Command keyed = command;
        if (!options_.rules.keeps_key(attempt)) {
          keyed.client = number(env_.self());
          keyed.sequence = (uint64_t{number(env_.incarnation())} << 32) + ++made_keys_;
        }
        if (attempt > 1) env_.reached("outbox.commit_repeated");
        wire::Commit::Request request;
        request.set_command(primary_backup::encode(keyed));
        request.mutable_event()->set_client(static_cast<uint32_t>(command.client));
        request.mutable_event()->set_operation(command.sequence);
        request.set_without_row(options_.rules.way() != Way::kOutbox);
        return request;
      });
}

bool FrontEnd::publish(const Event& event, NodeTime deadline) {
  wire::Publish::Request request;
  to_wire(event, request.add_events());
  return call_until<wire::Publish>(env_, kJitter, {options_.queue, deadline},
                                   [&](uint64_t) { return request; })
      .ok();
}

Result<wire::Get::Response> FrontEnd::get(const std::string& key) {
  const NodeTime deadline = env_.now() + options_.budget;
  wire::Get::Response response;
  wire::Fill fill;
  fill.set_key(key);
  if (options_.reads_from_cache) {
    wire::Remember::Request remember;
    remember.set_key(key);
    // The cache is there to be fast: if it is not, the database has to do.
    const auto known = env_.call<wire::Remember>(options_.cache, std::move(remember), kCacheTime);
    if (known && known->hit()) {
      response.set_reply(wire::REPLY_DONE);
      response.set_found(known->found());
      response.set_value(known->value());
      return response;
    }
    if (known) fill.set_permit(known->permit());
  }
  wire::Select::Request select;
  select.set_key(key);
  const auto row = call_until<wire::Select>(env_, kJitter, {options_.database, deadline},
                                            [&](uint64_t) { return select; });
  if (!row) return response;
  response.set_reply(wire::REPLY_DONE);
  response.set_found(row->found());
  response.set_value(row->value());
  if (fill.permit() != 0) {
    fill.set_found(row->found());
    fill.set_value(row->value());
    env_.send(options_.cache, std::move(fill));
  }
  return response;
}

void FrontEnd::keep_relaying() {
  for (;;) {
    const auto spread = static_cast<uint64_t>(options_.poll.count());
    env_.sleep(options_.poll + Duration(static_cast<int64_t>(env_.random(kRelayPause, spread))));
    wire::Poll::Request poll;
    poll.set_most(kMostRows);
    const auto rows =
        call_until<wire::Poll>(env_, kJitter, {options_.database, env_.now() + kRelayPatience},
                               [&](uint64_t) { return poll; });
    if (!rows || rows->rows().empty()) continue;
    if (env_.buggify(kRelayTwice)) (void)relay(*rows);
    (void)relay(*rows);
  }
}

bool FrontEnd::relay(const wire::Poll::Response& rows) {
  wire::Publish::Request publish;
  wire::Sent::Request sent;
  for (const auto& row : rows.rows()) {
    *publish.add_events() = row.event();
    sent.add_numbers(row.number());
  }
  const NodeTime deadline = env_.now() + kRelayPatience;
  const auto published = call_until<wire::Publish>(env_, kJitter, {options_.queue, deadline},
                                                   [&](uint64_t) { return publish; });
  // Without a word from the queue the rows stay, and are published again.
  if (!published) return false;
  return call_until<wire::Sent>(env_, kJitter, {options_.database, deadline},
                                [&](uint64_t) { return sent; })
      .ok();
}

}  // namespace seedbed::outbox
