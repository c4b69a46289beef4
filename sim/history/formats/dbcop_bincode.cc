// The binary files of dbcop (Biswas and Enea, OOPSLA 2019), which PolySI also reads: bincode,
// little- endian. Five numbers (id, nodes, variables, transactions, events), three texts (what it
// is, begin, end), then sessions of transactions of events {write, variable, value, success}, each
// transaction with its success. The value 0 is the initial one.
#include "sim/history/formats/bytes.h"
#include "sim/history/formats/readers.h"
#include "sim/history/formats/session_draft.h"

namespace seedbed {
namespace {

constexpr size_t kNumbers = 5;
constexpr size_t kTexts = 3;
constexpr uint64_t kEventSize = 1 + 8 + 8 + 1;
constexpr uint64_t kTransactionSize = 8 + 1;
constexpr uint64_t kLongestText = 4096;

bool skip_header(Bytes* bytes) {
  for (size_t i = 0; i < kNumbers; ++i) bytes->little("the parameters");
  for (size_t i = 0; i < kTexts; ++i) {
    const uint64_t size = bytes->little("the length of a text");
    if (size > kLongestText) return false;
    for (const char c : bytes->take(size, "a text")) {
      if (static_cast<unsigned char>(c) < 0x20) return false;
    }
  }
  return true;
}

bool boolean(Bytes* bytes, std::string_view what) {
  const uint64_t at = bytes->offset();
  const uint8_t byte = bytes->u8(what);
  if (byte <= 1) return byte == 1;
  throw BadInput(FindingKind::kSyntax, at, fmt::format("{} {}", what, byte), "0 or 1");
}

void read_event(Bytes* bytes, SessionDraft* draft) {
  const bool write = boolean(bytes, "the kind of an event");
  const auto variable = static_cast<int64_t>(bytes->little("an event"));
  const auto value = static_cast<int64_t>(bytes->little("an event"));
  const bool success = boolean(bytes, "the success of an event");
  const ValueId key = draft->value(variable);
  // A step that failed found nothing out, but may have written.
  if (!write && !success) {
    draft->step({.kind = StepKind::kRead, .key = key});
    return;
  }
  draft->step({.kind = write ? StepKind::kWrite : StepKind::kRead,
               .found = write ? Found::kUnknown : Found::kValue,
               .key = key,
               .value = draft->value(value)});
}

void read_transaction(Bytes* bytes, uint32_t session, SessionDraft* draft) {
  draft->begin({.session = session, .place = bytes->offset()});
  const uint64_t announced = bytes->little("the number of events");
  for (uint64_t i = bytes->count(announced, kEventSize, "events"); i > 0; --i) {
    read_event(bytes, draft);
  }
  draft->end(boolean(bytes, "the success of a transaction") ? Outcome::kOk : Outcome::kFail);
}

}  // namespace

bool detect_dbcop_bincode(const Input& input) {
  if (input.directory) return false;
  Bytes bytes(input.files[0].bytes);
  try {
    return skip_header(&bytes) && bytes.count(bytes.little("sessions"), 8, "sessions") > 0;
  } catch (const BadInput&) {
    return false;
  }
}

HistoryParts read_dbcop_bincode(const Input& input, Findings* findings) {
  findings->set_places(Places::kBytes);
  Bytes bytes(input.files[0].bytes);
  if (!skip_header(&bytes)) {
    throw BadInput(FindingKind::kSyntax, bytes.offset(), "a text that is none",
                   "what the history is, when it began and when it ended");
  }
  SessionDraft draft;
  const uint64_t sessions = bytes.little("the number of sessions");
  bytes.count(sessions, 8, "sessions");
  for (uint64_t session = 1; session <= sessions; ++session) {
    const uint64_t announced = bytes.little("the number of transactions");
    for (uint64_t i = bytes.count(announced, kTransactionSize, "transactions"); i > 0; --i) {
      read_transaction(&bytes, static_cast<uint32_t>(session), &draft);
    }
  }
  if (!bytes.at_end()) {
    throw BadInput(FindingKind::kSyntax, bytes.offset(),
                   fmt::format("{} bytes after the last session", bytes.left()), "none");
  }
  return draft.take(Places::kBytes);
}

}  // namespace seedbed
