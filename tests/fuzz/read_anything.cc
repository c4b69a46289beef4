#include "tests/fuzz/read_anything.h"

#include "sim/history/codec.h"
#include "sim/history/formats/format.h"
#include "sim/history/object.h"

namespace seedbed {
namespace {

Input input_of(std::string_view bytes) {
  return {.name = "input", .files = {{.name = "input", .bytes = bytes}}};
}

std::string wrong_with(const HistoryReading& reading) {
  bool fatal = false;
  for (const Finding& finding : reading.findings) {
    fatal = fatal || finding.fatal();
    if (finding.places == Places::kNone && finding.kind != FindingKind::kEmpty) {
      return "a finding without a place: " + to_string(finding);
    }
  }
  if (fatal == reading.history.has_value()) return "neither a history nor a fatal finding, or both";
  return "";
}

// Written and read again.
std::string wrong_with(const History& history) {
  if (decode(encode(history)).size() != history.size()) return "another history in our own format";
  if (history.empty()) return "";  // there is no operation to say which order is known
  History written = history;
  const Format& edn = *find_format("jepsen-edn");
  const std::string text = edn.write(history);
  const HistoryReading again = read_history(input_of(text), edn);
  if (!again.history) return "what was written cannot be read: " + to_string(again.findings.at(0));
  written.set_convention(again.history->convention());
  if (const auto differs = difference(written, *again.history)) return *differs + " in\n" + text;
  object_of(history);
  return "";
}

}  // namespace

std::string read_anything(std::string_view bytes, std::string_view format) {
  const Input input = input_of(bytes);
  for (const Format& candidate : history_formats()) candidate.detect(input);
  const HistoryReading reading = read_history(input, *find_format(format));
  const std::string wrong = wrong_with(reading);
  if (!wrong.empty() || !reading.history) return wrong;
  return wrong_with(*reading.history);
}

}  // namespace seedbed
