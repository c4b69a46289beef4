#include "sim/run/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sim/core/check.h"
#include "sim/fault/catalogue.h"
#include "sim/run/simulation.h"
#include "sim/run/suggest.h"

namespace seedbed {
namespace {

struct Unit {
  std::string_view name;
  int64_t nanoseconds;
};
constexpr Unit kUnits[] = {{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}};

Duration duration_of(const std::string& text, const run::PlannedFault& fault) {
  const std::optional<Duration> duration = duration_from_words(text);
  if (!duration) {
    throw ConfigError(
        fmt::format("fault {}: '{}' is not a time, as in 4.2s, 800ms or 1500us", fault.id(), text));
  }
  return *duration;
}

Trigger trigger_from(const run::PlannedFault& line, const NodeNames& names) {
  const std::pair<Deed, uint64_t> deeds[] = {{Deed::kDiskOperation, line.after_disk_operation()},
                                             {Deed::kSend, line.after_send()},
                                             {Deed::kReceive, line.after_receive()}};
  for (const auto& [deed, nth] : deeds) {
    if (nth > 0) return {.node = names.id(line.of()), .deed = deed, .nth = nth};
  }
  return {.at = kStart + duration_of(line.from(), line)};
}

void store(const Trigger& trigger, const NodeNames& names, run::PlannedFault* line) {
  switch (trigger.deed) {
    case Deed::kNothing: line->set_from(duration_in_words(trigger.at - kStart)); return;
    case Deed::kDiskOperation: line->set_after_disk_operation(trigger.nth); break;
    case Deed::kSend: line->set_after_send(trigger.nth); break;
    case Deed::kReceive: line->set_after_receive(trigger.nth); break;
  }
  line->set_of(names.name(trigger.node));
}

std::string in_words(const run::PlannedFault& line, uint64_t nth, Deed deed) {
  return fmt::format("  after {} {} of {}", to_string(deed), nth, line.of());
}

std::string beginning_in_words(const run::PlannedFault& line) {
  if (const uint64_t nth = line.after_disk_operation()) {
    return in_words(line, nth, Deed::kDiskOperation);
  }
  if (const uint64_t nth = line.after_send()) return in_words(line, nth, Deed::kSend);
  if (const uint64_t nth = line.after_receive()) return in_words(line, nth, Deed::kReceive);
  return fmt::format("  from {}", line.from());
}

Fault fault_from(const run::PlannedFault& line, const NodeNames& names) {
  const FaultInfo* row = find_fault(line.fault());
  if (row == nullptr || row->is_rate()) {
    std::vector<std::string> kinds;
    for (const FaultInfo& fault : fault_catalogue()) {
      if (!fault.is_rate()) kinds.emplace_back(fault.name);
    }
    throw ConfigError(
        fmt::format("fault {}: {}", line.id(),
                    unknown_name("fault that lasts", line.fault(), kinds, "seedbed list faults")));
  }
  Fault fault{.id = line.id(), .kind = row->kind};
  fault.targets = names.ids(line.target());
  fault.others = names.ids(line.other());
  fault.magnitude = line.magnitude();
  fault.duration = duration_of(line.lasts(), line);
  fault.for_good = line.for_good();
  fault.begin = trigger_from(line, names);
  return fault;
}

std::string joined(const google::protobuf::RepeatedPtrField<std::string>& names) {
  return fmt::format("{}", fmt::join(names, " "));
}

}  // namespace

NodeNames::NodeNames(const Scenario& scenario) : names_(node_names(scenario)) {}

const std::string& NodeNames::name(NodeId id) const { return names_.at(number(id)); }

NodeId NodeNames::id(std::string_view name) const {
  const auto found = std::find(names_.begin() + 1, names_.end(), name);
  if (found == names_.end()) {
    throw ConfigError(
        unknown_name("machine", name, {names_.begin() + 1, names_.end()}, "n1, n2, ..., c6, ..."));
  }
  return NodeId{static_cast<uint32_t>(found - names_.begin())};
}

std::vector<NodeId> NodeNames::ids(
    const google::protobuf::RepeatedPtrField<std::string>& names) const {
  std::vector<NodeId> result;
  for (const std::string& name : names) result.push_back(id(name));
  return result;
}

std::string duration_in_words(Duration duration) {
  std::string text =
      fmt::format("{}.{:09}", duration.count() / 1'000'000'000, duration.count() % 1'000'000'000);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text + "s";
}

std::optional<Duration> duration_from_words(std::string_view text) {
  const size_t end_of_number = text.find_first_not_of("0123456789.");
  if (end_of_number == std::string_view::npos || end_of_number == 0) return std::nullopt;
  const std::string_view unit_name = text.substr(end_of_number);
  const auto unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                 [&](const Unit& known) { return known.name == unit_name; });
  if (unit == std::end(kUnits)) return std::nullopt;
  const std::string_view digits = text.substr(0, end_of_number);
  const size_t dot = digits.find('.');
  const std::string_view before = digits.substr(0, dot);
  int64_t whole = 0;
  const auto parsed = std::from_chars(before.data(), before.data() + before.size(), whole);
  if (parsed.ec != std::errc() || parsed.ptr != before.data() + before.size()) return std::nullopt;
  constexpr int64_t kLongest = 1'000'000'000;  // of any unit
  if (whole > kLongest) return std::nullopt;
  int64_t nanoseconds = whole * unit->nanoseconds;
  int64_t place = unit->nanoseconds;
  const std::string_view after = dot == std::string_view::npos ? "" : digits.substr(dot + 1);
  for (const char digit : after) {
    place /= 10;
    if (digit == '.' || place == 0) return std::nullopt;
    nanoseconds += (digit - '0') * place;
  }
  return Duration(nanoseconds);
}

FaultPlan plan_from(const run::Script& script, const NodeNames& names) {
  FaultPlan plan;
  for (const run::PlannedFault& line : script.fault()) {
    plan.faults.push_back(fault_from(line, names));
  }
  return plan;
}

std::vector<ChoiceRecord> choices_from(const run::Script& script) {
  std::vector<ChoiceRecord> records;
  for (const run::ChosenFault& choice : script.choice()) {
    records.push_back({.site = choice.site(),
                       .scope = choice.scope(),
                       .ordinal = choice.ordinal(),
                       .label = choice.label(),
                       .value = choice.has_value() ? choice.value() : 1,
                       .nth = choice.has_nth() ? choice.nth() : 1});
  }
  return records;
}

void store(const FaultPlan& plan, const NodeNames& names, run::Script* script) {
  for (const Fault& fault : plan.faults) {
    run::PlannedFault& line = *script->add_fault();
    line.set_id(fault.id);
    line.set_fault(std::string(to_string(fault.kind)));
    for (const NodeId target : fault.targets) line.add_target(names.name(target));
    for (const NodeId other : fault.others) line.add_other(names.name(other));
    store(fault.begin, names, &line);
    line.set_lasts(duration_in_words(fault.duration));
    line.set_magnitude(fault.magnitude);
    line.set_for_good(fault.for_good);
  }
}

void store(const std::vector<ChoiceRecord>& choices, run::Script* script) {
  for (const ChoiceRecord& record : choices) {
    run::ChosenFault& choice = *script->add_choice();
    choice.set_site(record.site);
    choice.set_scope(record.scope);
    choice.set_ordinal(record.ordinal);
    choice.set_label(record.label);
    if (record.nth != 1) choice.set_nth(record.nth);
    if (record.value != 1) choice.set_value(record.value);
  }
}

std::string in_words(const run::PlannedFault& fault) {
  std::string text = fmt::format("{}  {}  {}", fault.id(), fault.fault(),
                                 fault.target_size() == 0 ? "the leader" : joined(fault.target()));
  if (fault.other_size() > 0) text += fmt::format(" | {}", joined(fault.other()));
  if (fault.magnitude() != 0) {
    const FaultInfo* row = find_fault(fault.fault());
    text += fmt::format(", {} {}", fault.magnitude(), row == nullptr ? "" : row->unit);
  }
  return text + fmt::format("{} for {}", beginning_in_words(fault),
                            fault.for_good() ? "good" : fault.lasts());
}

std::string in_words(const run::ChosenFault& choice) {
  std::string text = fmt::format("{}  {}  #{}", choice.site(), choice.scope(), choice.ordinal());
  if (!choice.label().empty()) {
    const std::string repeated = choice.has_nth() ? fmt::format(", {}. time", choice.nth()) : "";
    text += fmt::format(" ({}{})", choice.label(), repeated);
  }
  if (choice.has_value()) text += fmt::format(" = {}", choice.value());
  return text;
}

}  // namespace seedbed
