#include "sim/trace/describe.h"

#include <fmt/format.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include "sim/core/limits.h"
#include "sim/core/result.h"

namespace seedbed {
namespace {

// As in sim/history/operation.h, which traces do not depend on.
std::string_view outcome_text(uint64_t outcome) {
  switch (outcome) {
    case 1: return "ok";
    case 2: return "fail";
    case 3: return "info";
    default: return "no known outcome";
  }
}

std::string disk_outcome(uint64_t value) {
  return value == 0 ? std::string("completes")
                    : fmt::format("fails ({})", to_string(static_cast<Error>(value - 1)));
}

std::string durable_text(const TraceEvent& event, std::string_view who) {
  switch (static_cast<DurableChange>(number(event.peer))) {
    case DurableChange::kWrite:
      return fmt::format("{} has {} bytes at offset {} of {} durable", who, event.bytes.size(),
                         event.value, event.name);
    case DurableChange::kTruncate:
      return fmt::format("{} has {} durably cut to {} bytes", who, event.name, event.value);
    case DurableChange::kLink:
      return fmt::format("{} has the name {} durable, of file {}", who, event.name, event.id);
    case DurableChange::kUnlink:
      return fmt::format("{} has the name {} durably removed", who, event.name);
  }
  return fmt::format("{} has an unknown change of {} durable", who, event.name);
}

std::string fault_text(const TraceEvent& event, const Describer& words) {
  std::string text = fmt::format("fault {} {}", event.name,
                                 event.kind == EventKind::kFaultBegin ? "begins" : "ends");
  if (event.node != kWorld) text += fmt::format(" at {}", words.name_of(event.node));
  if (event.peer != kWorld) text += fmt::format(" towards {}", words.name_of(event.peer));
  text += fmt::format(" (entry {})", event.id);
  if (!event.bytes.empty()) text += fmt::format(": {}", event.bytes);
  return text;
}

}  // namespace

std::string time_text(Time time) {
  const int64_t total = nanoseconds(time);
  const uint64_t size = total < 0 ? 0 - static_cast<uint64_t>(total) : static_cast<uint64_t>(total);
  std::string decimals = fmt::format("{:09}", size % 1'000'000'000);
  while (decimals.size() > 3 && decimals.ends_with("000")) decimals.resize(decimals.size() - 3);
  return fmt::format("{}{}.{} s", total < 0 ? "-" : "", size / 1'000'000'000, decimals);
}

std::string_view short_type(std::string_view full_name) {
  constexpr std::string_view kOurs = "seedbed.";
  if (full_name.starts_with(kOurs)) full_name.remove_prefix(kOurs.size());
  return full_name;
}

std::string message_text(const google::protobuf::Message& message, size_t width) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(message, &text);
  while (text.ends_with(' ')) text.pop_back();
  if (text.size() > width) text = text.substr(0, width < 3 ? 0 : width - 3) + "...";
  return text;
}

Describer::Describer(std::vector<std::string> names, DescribeOptions options)
    : names_(std::move(names)), options_(options) {}

std::string Describer::name_of(NodeId node) const {
  if (node == kWorld) return "world";
  if (number(node) <= names_.size()) return names_[number(node) - 1];
  return fmt::format("node {}", number(node));
}

std::string Describer::sentence(const TraceEvent& event) const {
  const std::string who = name_of(event.node);
  const std::string_view type = short_type(event.name);
  switch (event.kind) {
    case EventKind::kSend:
      return fmt::format("{} sends {} #{} to {}", who, type, event.id, name_of(event.peer));
    case EventKind::kReceive:
      return fmt::format("{} receives {} #{} from {}{}", who, type, event.id, name_of(event.peer),
                         event.value == 0 ? "" : fmt::format(" (copy {})", event.value));
    case EventKind::kDrop:
      return fmt::format("{} #{} from {} to {} is dropped ({})", type, event.id, who,
                         name_of(event.peer), to_string(static_cast<DropReason>(event.value)));
    case EventKind::kDiskSubmit:
      return fmt::format("{} begins disk operation {} on '{}' ({} bytes)", who, event.id,
                         event.name, event.value);
    case EventKind::kDiskComplete:
      return fmt::format("disk operation {} of {} on '{}' {}", event.id, who, event.name,
                         disk_outcome(event.value));
    case EventKind::kDurable: return durable_text(event, who);
    case EventKind::kStart: return fmt::format("{} starts (incarnation {})", who, event.id);
    case EventKind::kCrash:
      return fmt::format("{} crashes (incarnation {}){}{}", who, event.id,
                         event.bytes.empty() ? "" : ": ", event.bytes);
    case EventKind::kPause: return fmt::format("{} pauses", who);
    case EventKind::kResume: return fmt::format("{} resumes", who);
    case EventKind::kTimer: return fmt::format("{} wakes from its sleep", who);
    case EventKind::kFaultBegin:
    case EventKind::kFaultEnd: return fault_text(event, *this);
    case EventKind::kFault: return fmt::format("{} suffers {} ({})", who, event.name, event.bytes);
    case EventKind::kHeal: return "the faults are over";
    case EventKind::kOutside: return fmt::format("{} stays {} for good", who, event.name);
    case EventKind::kCut:
      return fmt::format("nothing passes from {} to {} for good", who, name_of(event.peer));
    case EventKind::kAssumption:
      return fmt::format("the assumption {} is broken from here on", event.name);
    case EventKind::kInvoke:
      return fmt::format("{} invokes {} (operation {})", who, event.name, event.id);
    case EventKind::kReturn:
      return fmt::format("{} returns from {} (operation {}): {}", who, event.name, event.id,
                         outcome_text(event.value));
    case EventKind::kProbe: return fmt::format("{} reports {}", who, type);
    case EventKind::kReached: return fmt::format("{} reaches {}", who, event.name);
    case EventKind::kClock:
      return fmt::format("the {}clock of {} shows {} and drifts by {} ppb",
                         event.name.empty() ? "" : "wall ", who,
                         time_text(Time(Duration(static_cast<int64_t>(event.id)))),
                         static_cast<int64_t>(event.value));
    case EventKind::kChoice:
      return fmt::format("choice {} of {} #{} = {}", event.name, event.bytes, event.id,
                         event.value);
    case EventKind::kEnd:
      return fmt::format("the run ends: {}{}{}", to_string(static_cast<RunEnd>(event.value)),
                         event.bytes.empty() ? "" : ": ", event.bytes);
  }
  return fmt::format("{}: event of unknown kind {}", who, static_cast<int>(event.kind));
}

std::string Describer::describe(const TraceEvent& event) const {
  std::string text = fmt::format("{}  {}", time_text(event.time), sentence(event));
  if (options_.cause && event.cause != kNoEvent) {
    text += fmt::format(" (caused by event {})", number(event.cause));
  }
  if (options_.payload_width > 0 && event.payload != nullptr) {
    text += fmt::format("  {{{}}}", message_text(*event.payload, options_.payload_width));
  }
  return text;
}

}  // namespace seedbed
