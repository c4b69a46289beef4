// Reading and writing scenarios as text: places in error messages, options inside their Any, and
// assignments to single fields.
#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include <charconv>

#include "sim/run/scenario.h"
#include "sim/run/text_error.h"

namespace seedbed {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

std::vector<std::string> field_names(const Message& message) {
  std::vector<std::string> names;
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    names.push_back(message.GetDescriptor()->field(i)->name());
  }
  return names;
}

// protobuf says: Message type "x.y" has no field named "z". Adds the nearest name.
std::string with_suggestion(const std::string& error, const Message& root) {
  const size_t quote = error.find("has no field named \"");
  if (quote == std::string::npos) return error;
  const size_t begin = quote + std::string_view("has no field named \"").size();
  const std::string wanted = error.substr(begin, error.find('"', begin) - begin);
  const size_t type_begin = error.find("type \"") + 6;
  const std::string type = error.substr(type_begin, error.find('"', type_begin) - type_begin);
  const auto* descriptor = root.GetDescriptor()->file()->pool()->FindMessageTypeByName(type);
  if (descriptor == nullptr) return error;
  std::vector<std::string> names;
  for (int i = 0; i < descriptor->field_count(); ++i) names.push_back(descriptor->field(i)->name());
  const std::string candidate = nearest(wanted, names);
  return candidate.empty() ? error : fmt::format("{} Did you mean '{}'?", error, candidate);
}

const ProtocolSpec& find_protocol(std::string_view name, std::string_view place,
                                  std::span<const ProtocolSpec> protocols) {
  std::vector<std::string> names;
  for (const ProtocolSpec& spec : protocols) {
    if (spec.name == name) return spec;
    names.push_back(spec.name);
  }
  if (name.empty()) throw ConfigError(fmt::format("{}: 'protocol' is missing; name one", place));
  throw ConfigError(fmt::format("{}: {}", place,
                                unknown_name("protocol", name, names, "seedbed list protocols")));
}

void unpack_options(Scenario& scenario, std::string_view place) {
  scenario.options.reset(scenario.protocol->default_options->New());
  scenario.options->CopyFrom(*scenario.protocol->default_options);
  if (!scenario.data.has_options()) return;
  std::unique_ptr<Message> given(scenario.options->New());
  if (!scenario.data.options().UnpackTo(given.get())) {
    throw ConfigError(fmt::format("{}: 'options' hold {}; protocol {} wants {}", place,
                                  scenario.data.options().type_url(), scenario.protocol->name,
                                  given->GetDescriptor()->full_name()));
  }
  scenario.options->MergeFrom(*given);
}

// One step of a field path: "dose[1]".
struct Step {
  std::string name;
  int index = -1;
};

Step parse_step(std::string_view text) {
  const size_t bracket = text.find('[');
  if (bracket == std::string_view::npos) return {.name = std::string(text)};
  Step step{.name = std::string(text.substr(0, bracket))};
  const auto [end, error] =
      std::from_chars(text.data() + bracket + 1, text.data() + text.size(), step.index);
  if (error != std::errc() || step.index < 0 || *end != ']') {
    throw ConfigError(fmt::format("--set: '{}' is not a field, as in dose[0]", text));
  }
  return step;
}

const FieldDescriptor& field_of(const Message& message, const Step& step) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(step.name);
  if (field == nullptr) {
    throw ConfigError("--set: " + unknown_name("field", step.name, field_names(message),
                                               "see docs/reference/scenarios.md"));
  }
  return *field;
}

Message* descend(Message& message, const Step& step) {
  const FieldDescriptor& field = field_of(message, step);
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    throw ConfigError(fmt::format("--set: '{}' has no fields of its own", step.name));
  }
  const auto* reflection = message.GetReflection();
  if (!field.is_repeated()) return reflection->MutableMessage(&message, &field);
  if (step.index < 0 || step.index >= reflection->FieldSize(message, &field)) {
    throw ConfigError(fmt::format("--set: '{}' needs an index below {}, as in {}[0]", step.name,
                                  reflection->FieldSize(message, &field), step.name));
  }
  return reflection->MutableRepeatedMessage(&message, &field, step.index);
}

// As the text format wants it.
std::string quoted_text(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

void assign(Message& message, const Step& step, const std::string& value) {
  const FieldDescriptor& field = field_of(message, step);
  const auto* reflection = message.GetReflection();
  if (field.message_type() == run::Range::descriptor()) {
    auto* range = dynamic_cast<run::Range*>(reflection->MutableMessage(&message, &field));
    int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) {
      throw ConfigError(fmt::format("--set: {}={}: expected a whole number", step.name, value));
    }
    range->set_min(number);
    range->set_max(number);
    return;
  }
  reflection->ClearField(&message, &field);
  const std::string quoted =
      field.cpp_type() == FieldDescriptor::CPPTYPE_STRING ? quoted_text(value) : value;
  FirstError error("--set " + step.name);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFieldValueFromString(quoted, &field, &message)) {
    throw ConfigError(fmt::format("--set: {}={}: not a value of that field's type ({})", step.name,
                                  value, field.type_name()));
  }
}

}  // namespace

Scenario parse_scenario(std::string_view text, std::string_view name, std::string_view place,
                        std::span<const ProtocolSpec> protocols) {
  Scenario scenario{.name = std::string(name)};
  FirstError error(place);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(std::string(text), &scenario.data)) {
    throw ConfigError(with_suggestion(error.text, scenario.data));
  }
  scenario.protocol = &find_protocol(scenario.data.protocol(), place, protocols);
  unpack_options(scenario, place);
  validate(scenario, place);
  return scenario;
}

void set_field(Scenario& scenario, std::string_view assignment) {
  const size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    throw ConfigError(
        fmt::format("--set {}: expected PATH=VALUE, as in workload.operations=50", assignment));
  }
  std::string_view path = assignment.substr(0, equals);
  const std::string value(assignment.substr(equals + 1));
  if (path == "protocol" || path == "options") {
    throw ConfigError(fmt::format(
        "--set {}: '{}' cannot be changed; {}", assignment, path,
        path == "protocol" ? "use another scenario" : "change its fields, as in options.x=1"));
  }
  Message* message = &scenario.data;
  constexpr std::string_view kOptions = "options.";
  if (path.starts_with(kOptions)) {
    message = scenario.options.get();
    path.remove_prefix(kOptions.size());
  }
  for (size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    message = descend(*message, parse_step(path.substr(0, dot)));
    path.remove_prefix(dot + 1);
  }
  assign(*message, parse_step(path), value);
  validate(scenario, fmt::format("--set {}", assignment));
}

std::string to_text(const Scenario& scenario) {
  run::Scenario data = scenario.data;
  data.mutable_options()->PackFrom(*scenario.options);
  TextFormat::Printer printer;
  printer.SetExpandAny(true);
  std::string text;
  CHECK(printer.PrintToString(data, &text));
  return text;
}

}  // namespace seedbed
