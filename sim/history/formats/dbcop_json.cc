// dbcop's JSON (https://github.com/rnbguy/dbcop): a list of sessions, each a list of transactions
// {"events": [...], "committed": true}, alone or as "data" of an object. An event is
// {"Write": {"variable": 0, "version": 1}} or ["w", 0, 1]; a read of null found nothing.
#include <fmt/core.h>

#include "sim/history/formats/bad_input.h"
#include "sim/history/formats/edn_ops.h"
#include "sim/history/formats/edn_parser.h"
#include "sim/history/formats/lines.h"
#include "sim/history/formats/readers.h"
#include "sim/history/formats/session_draft.h"
#include "sim/history/formats/steps.h"

namespace seedbed {
namespace {

[[noreturn]] void wrong(const Datum& datum, std::string expected) {
  throw BadInput(FindingKind::kWrongType, datum.offset(), shown(datum), std::move(expected));
}

// The value of a key of an object; a Datum without a form if there is none.
Datum member(const Datum& object, std::string_view name) {
  if (!object.is(DatumKind::kMap)) return {};
  bool found = false;
  size_t i = 0;
  for (const Datum& part : object) {
    if (found) return part;
    found = i++ % 2 == 0 && part.is(DatumKind::kString) && part.text() == name;
  }
  return {};
}

struct Event {
  Datum kind, variable, version;
};

Event event_of(const Datum& event) {
  constexpr std::string_view kExpected =
      "{\"Read\" or \"Write\": {\"variable\": ..., \"version\": ...}}";
  if (event.is_sequence()) {
    if (event.size() != 3) wrong(event, "[\"r\" or \"w\", variable, version]");
    return {event.part(0), event.part(1), event.part(2)};
  }
  if (!event.is(DatumKind::kMap) || event.size() != 2) wrong(event, std::string(kExpected));
  const Datum inside = event.part(1);
  const Event result{event.part(0), member(inside, "variable"), member(inside, "version")};
  if (!result.variable) wrong(event, std::string(kExpected));
  return result;
}

void read_event(const Datum& datum, SessionDraft* draft, Values* values) {
  const Event event = event_of(datum);
  const std::string_view kind = event.kind.is_name() ? event.kind.text() : std::string_view();
  const bool write = kind == "Write" || kind == "w";
  if (!write && kind != "Read" && kind != "r") wrong(datum, "a Read or a Write");
  if (write && event.version.is_nil()) wrong(datum, "a version to be written");
  Step step{.kind = write ? StepKind::kWrite : StepKind::kRead,
            .key = intern(values, event.variable)};
  if (!event.version.is_nil()) step.value = intern(values, event.version);
  if (!write) step.found = event.version.is_nil() ? Found::kNothing : Found::kValue;
  draft->step(step);
}

class DbcopJson {
 public:
  explicit DbcopJson(std::string_view text)
      : parser_(text, Notation::kJson), lines_(text), text_(text) {}

  HistoryParts read() {
    if (parser_.enter_map()) {
      bool found = false;
      while (!found && parser_.next(&form_)) {
        found = form_.root().is(DatumKind::kString) && form_.root().text() == "data";
        if (found) {
          read_sessions();
        } else {
          parser_.next(&form_);
        }
      }
      skip_rest();
      parser_.leave();
      if (!found) throw BadInput(FindingKind::kSyntax, 0, "an object without data", "\"data\"");
    } else {
      read_sessions();
    }
    if (parser_.next(&form_)) wrong(form_.root(), "the end of the file");
    return draft_.take(Places::kLines);
  }

 private:
  void skip_rest() {
    while (parser_.next(&form_)) continue;
  }

  void require_list() {
    if (parser_.enter()) return;
    throw BadInput(FindingKind::kSyntax, parser_.offset(), "no list", "'['");
  }

  void read_sessions() {
    require_list();
    for (uint32_t session = 1; !at_end_of_list(); ++session) {
      require_list();
      while (parser_.next(&form_)) read_transaction(session);
      parser_.leave();
    }
    parser_.leave();
  }

  bool at_end_of_list() {
    const uint64_t at = parser_.offset();
    return at >= text_.size() || text_[at] == ']';
  }

  void read_transaction(uint32_t session) {
    const Datum transaction = form_.root();
    const Datum events = member(transaction, "events");
    const Datum committed = member(transaction, "committed");
    if (!events.is_sequence() || !committed.is(DatumKind::kBoolean)) {
      wrong(transaction, "{\"events\": [...], \"committed\": true or false}");
    }
    draft_.begin({.session = session, .place = lines_.at(transaction.offset())});
    for (const Datum& event : events) read_event(event, &draft_, draft_.values());
    draft_.end(committed.integer() != 0 ? Outcome::kOk : Outcome::kFail);
  }

  EdnParser parser_;
  LineNumbers lines_;
  std::string_view text_;
  Form form_;
  SessionDraft draft_;
};

}  // namespace

bool detect_dbcop_json(const Input& input) {
  if (input.directory) return false;
  const std::string_view text = input.files[0].bytes;
  std::string_view after;
  const char c = first_character(text, &after);
  return (c == '[' || c == '{') &&
         (begins_with_text(text, "\"events\"") || begins_with_text(text, "\"params\""));
}

HistoryParts read_dbcop_json(const Input& input, Findings* findings) {
  findings->set_places(Places::kLines);
  return DbcopJson(input.files[0].bytes).read();
}

}  // namespace seedbed
