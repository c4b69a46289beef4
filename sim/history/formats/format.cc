#include "sim/history/formats/format.h"

#include <algorithm>

#include "sim/history/codec.h"
#include "sim/history/formats/bad_input.h"
#include "sim/history/formats/duplicates.h"
#include "sim/history/formats/lines.h"
#include "sim/history/formats/readers.h"

namespace seedbed {
namespace {

// Knossos: a read of nil is legal in every state; a cas that failed had no effect.
Convention of_jepsen() { return {.nil_read = Convention::NilRead::kUnknown}; }

// Porcupine's etcd model: nil is a missing key; a cas that failed saw another value.
Convention of_etcd() { return {.failed_cas = Convention::FailedCas::kMismatch}; }

Convention with_initial(std::string value) { return {.initial = std::move(value)}; }

void add(const BadInput& bad, const Input& input, Findings* findings) {
  uint64_t place = bad.offset;
  if (findings->places() == Places::kLines)
    place = LineNumbers(input.files[0].bytes).at(bad.offset);
  findings->add(bad.kind, place, bad.found, bad.expected);
}

}  // namespace

const std::vector<Format>& history_formats() {
  static const std::vector<Format> kFormats = {
      {"seedbed", "Seedbed's own histories", {}, detect_seedbed, read_seedbed, encode},
      {"jepsen-binary", "Jepsen's test.jepsen, versions 0 and 1", of_jepsen(), detect_jepsen_binary,
       read_jepsen_binary, nullptr},
      {"cobra", "Cobra's logs: a directory of T*.log", with_initial("0"), detect_cobra, read_cobra,
       nullptr},
      {"porcupine-kv", "Porcupine's key-value logs", with_initial(""), detect_porcupine_kv,
       read_porcupine_kv, nullptr},
      {"porcupine-etcd", "Porcupine's logs of Jepsen's etcd test", of_etcd(), detect_porcupine_etcd,
       read_porcupine_etcd, nullptr},
      {"jepsen-edn", "Jepsen's history.edn; the files of Knossos, Elle and elle-cli", of_jepsen(),
       detect_jepsen_edn, read_jepsen_edn, write_jepsen_edn},
      {"jepsen-json", "elle-cli's JSON", of_jepsen(), detect_jepsen_json, read_jepsen_json,
       nullptr},
      {"jepsen-text", "Jepsen's history.txt", of_jepsen(), detect_jepsen_text, read_jepsen_text,
       nullptr},
      {"plume", "the text of Plume, PolySI and IsoVista", with_initial("0"), detect_plume,
       read_plume, nullptr},
      {"awdit", "the text of AWDIT's tests", {}, detect_awdit, read_awdit, nullptr},
      {"dbcop-json", "dbcop's JSON", with_initial("0"), detect_dbcop_json, read_dbcop_json,
       nullptr},
      {"dbcop-text", "dbcop's .hist", with_initial("0"), detect_dbcop_text, read_dbcop_text,
       nullptr},
      {"dbcop-bincode", "the history.bincode of dbcop and PolySI", with_initial("0"),
       detect_dbcop_bincode, read_dbcop_bincode, nullptr},
  };
  return kFormats;
}

const Format* find_format(std::string_view name) {
  const auto& formats = history_formats();
  const auto at = std::find_if(formats.begin(), formats.end(),
                               [&](const Format& format) { return format.name == name; });
  return at == formats.end() ? nullptr : &*at;
}

const Format* detect_format(const Input& input) {
  if (input.files.empty()) return nullptr;
  const auto& formats = history_formats();
  const auto at = std::find_if(formats.begin(), formats.end(),
                               [&](const Format& format) { return format.detect(input); });
  return at == formats.end() ? nullptr : &*at;
}

HistoryReading read_history(const Input& input, const Format& format) {
  HistoryReading reading;
  Findings findings(input.files.empty() ? input.name : input.files[0].name);
  HistoryParts parts;
  try {
    if (input.files.empty()) {
      throw BadInput(FindingKind::kUnsupported, 0, "a directory without files of this format");
    }
    parts = format.read(input, &findings);
  } catch (const BadInput& bad) {
    add(bad, input, &findings);
  }
  if (!findings.fatal()) {
    if (format.read != read_seedbed) {
      parts.format = format.name;
      parts.places = findings.places();
      parts.convention = format.convention;
    }
    find_duplicates(parts, &findings);
    if (parts.entries.empty()) {
      findings.set_places(Places::kNone);
      findings.add(FindingKind::kEmpty, 0, "no operations");
    }
    reading.history.emplace(std::move(parts));
  }
  reading.findings = findings.all();
  return reading;
}

}  // namespace seedbed
