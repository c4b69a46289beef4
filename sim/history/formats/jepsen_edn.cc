// Jepsen's history.edn, and what Knossos, Elle and elle-cli read: maps of operations
// (https://github.com/jepsen-io/jepsen, https://github.com/jepsen-io/knossos,
// https://github.com/jepsen-io/elle).
#include "sim/history/formats/edn_ops.h"
#include "sim/history/formats/lines.h"
#include "sim/history/formats/readers.h"

namespace seedbed {
namespace {

// Whether a text begins with a map whose first key begins with `key`, or with a list of such maps.
bool begins_with_map(std::string_view text, char key) {
  std::string_view after;
  char c = first_character(text, &after);
  if (c == '[' || c == '(') c = first_character(after, &after);
  if (c == '#' && key == ':') {
    after = after.substr(std::min(after.find('{'), after.size()));
    c = first_character(after, &after);
  }
  return c == '{' && first_character(after, &after) == key;
}

}  // namespace

bool detect_jepsen_edn(const Input& input) {
  return !input.directory && begins_with_map(input.files[0].bytes, ':');
}

HistoryParts read_jepsen_edn(const Input& input, Findings* findings) {
  findings->set_places(Places::kLines);
  const std::string_view text = input.files[0].bytes;
  return read_operations([text] { return edn_operations(text, Notation::kEdn); }, findings);
}

// The tests of Porcupine (https://github.com/anishathalye/porcupine, test_data/kv): the same maps,
// with the key of an operation on its own.
bool detect_porcupine_kv(const Input& input) {
  if (!detect_jepsen_edn(input)) return false;
  std::string_view text = input.files[0].bytes;
  return begins_with_text(text.substr(0, text.find('}')), ":key ");
}

HistoryParts read_porcupine_kv(const Input& input, Findings* findings) {
  findings->set_places(Places::kLines);
  const std::string_view text = input.files[0].bytes;
  return read_operations([text] { return edn_operations(text, Notation::kEdn); }, findings,
                         {.only_strings = true});
}

// elle-cli's JSON (https://github.com/ligurio/elle-cli): the same maps with strings for keywords.
bool detect_jepsen_json(const Input& input) {
  const std::string_view text = input.files[0].bytes;
  return !input.directory && begins_with_map(text, '"') && begins_with_text(text, "\"type\"");
}

HistoryParts read_jepsen_json(const Input& input, Findings* findings) {
  findings->set_places(Places::kLines);
  const std::string_view text = input.files[0].bytes;
  return read_operations([text] { return edn_operations(text, Notation::kJson); }, findings);
}

}  // namespace seedbed
