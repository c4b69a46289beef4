#include "protocols/outbox/database.h"

#include "sim/core/check.h"

namespace seedbed::outbox {

void Database::start() {
  if (!keeper_.recover()) return;
  env_.serve<wire::Commit>(
      [this](NodeId, const wire::Commit::Request& request) { return commit(request); });
  env_.serve<wire::Select>(
      [this](NodeId, const wire::Select::Request& request) -> Result<wire::Select::Response> {
        wire::Select::Response response;
        if (const std::string* value = keeper_.state().store().value(request.key())) {
          response.set_found(true);
          response.set_value(*value);
        }
        keeper_.await();
        return response;
      });
  env_.serve<wire::Poll>(
      [this](NodeId, const wire::Poll::Request& request) -> Result<wire::Poll::Response> {
        wire::Poll::Response response;
        for (const auto& [number, event] : keeper_.state().rows()) {
          if (response.rows_size() >= static_cast<int>(request.most())) break;
          auto* row = response.add_rows();
          row->set_number(number);
          to_wire(event, row->mutable_event());
        }
        keeper_.await();
        return response;
      });
  env_.serve<wire::Sent>(
      [this](NodeId, const wire::Sent::Request& request) -> Result<wire::Sent::Response> {
        for (const uint64_t number : request.numbers()) {
          if (keeper_.state().rows().count(number) == 0) continue;
          (void)keeper_.change(kSent, encode_number(number));
        }
        keeper_.await();
        return wire::Sent::Response();
      });
}

Result<wire::Commit::Response> Database::commit(const wire::Commit::Request& request) {
  const EventId cause{.client = request.event().client(), .operation = request.event().operation()};
  if (!primary_backup::decode_command(request.command())) return Error::kUnavailable;
  const auto change = keeper_.change(
      kTransaction, encode_transaction(cause, !request.without_row(), request.command()));
  if (!change->outcome.executed) env_.reached("outbox.answered_from_table");
  if (rules_.waits_for_disk()) keeper_.await();
  wire::Commit::Response response;
  response.set_status(static_cast<uint32_t>(change->outcome.status));
  response.set_executed(change->outcome.executed);
  return response;
}

}  // namespace seedbed::outbox
