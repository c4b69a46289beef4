#include "sim/report/event_log.h"

#include "sim/history/history.pb.h"

namespace seedbed {
namespace {

bool worth_keeping(EventKind kind) {
  return kind != EventKind::kTimer && kind != EventKind::kChoice &&
         kind != EventKind::kDiskSubmit && kind != EventKind::kDiskComplete;
}

}  // namespace

std::string_view message_name(std::string_view type) {
  const size_t dot = type.rfind('.');
  return dot == std::string_view::npos ? type : type.substr(dot + 1);
}

void EventLog::on_event(const TraceEvent& event) {
  const uint64_t index = number(event.index);
  const uint64_t cause = number(event.cause);
  if (stands_for_.size() <= index) stands_for_.resize(index + 1, kNoEvent);
  const EventIndex stored_cause = cause < index ? stands_for_[cause] : kNoEvent;
  stands_for_[index] = worth_keeping(event.kind) ? event.index : stored_cause;
  if (!worth_keeping(event.kind)) return;
  events_.push_back({.index = event.index,
                     .cause = stored_cause,
                     .time = event.time,
                     .kind = event.kind,
                     .node = event.node,
                     .peer = event.peer,
                     .id = event.id,
                     .value = event.value,
                     .name = keep(event.name),
                     .caption = keep(caption(event))});
}

std::string_view EventLog::keep(std::string_view text) {
  const auto found = texts_.find(text);
  return found != texts_.end() ? *found : *texts_.emplace(text).first;
}

std::string EventLog::caption(const TraceEvent& event) {
  switch (event.kind) {
    case EventKind::kProbe:
      return caption_of_probe_ && event.payload != nullptr ? caption_of_probe_(event) : "";
    case EventKind::kFaultBegin:
    case EventKind::kFaultEnd: return std::string(event.bytes);
    case EventKind::kInvoke:
    case EventKind::kReturn: return operation_text(event);
    case EventKind::kReached: return std::string(event.name);
    case EventKind::kSend:
    case EventKind::kReceive:
    case EventKind::kDrop: return std::string(message_name(event.name));
    default: return "";
  }
}

std::string EventLog::operation_text(const TraceEvent& event) {
  const bool returns = event.kind == EventKind::kReturn;
  const auto* payload = dynamic_cast<const history::Operation*>(event.payload);
  if (payload == nullptr) {
    const bool known = event.value >= 1 && event.value <= 3;
    return returns && known ? std::string(to_string(outcome_from(event.value)))
                            : std::string(event.name);
  }
  if (!returns) {
    const Operation operation = operation_from(event.name, *payload);
    asked_.insert_or_assign(event.id, operation);
    return to_string(operation);
  }
  const auto asked = asked_.find(event.id);
  if (asked == asked_.end()) return std::string(to_string(outcome_from(event.value)));
  const Operation operation = asked->second;
  asked_.erase(asked);
  return describe(operation, response_from(outcome_from(event.value), *payload));
}

}  // namespace seedbed
