// Our own files (sim/history/codec.h).
#include "sim/history/codec.h"
#include "sim/history/formats/bad_input.h"
#include "sim/history/formats/readers.h"

namespace seedbed {

bool detect_seedbed(const Input& input) {
  return !input.directory && is_encoded_history(input.files[0].bytes);
}

HistoryParts read_seedbed(const Input& input, Findings* findings) {
  findings->set_places(Places::kBytes);
  try {
    HistoryParts parts = decode(input.files[0].bytes, findings->file()).parts();
    findings->set_places(parts.places);
    return parts;
  } catch (const ConfigError& error) {
    const std::string place = findings->file() + ": ";
    const std::string text = error.what();
    throw BadInput(FindingKind::kSyntax, 0,
                   text.substr(text.starts_with(place) ? place.size() : 0));
  }
}

}  // namespace seedbed
