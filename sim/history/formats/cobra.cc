// Cobra's logs (Tan et al., OSDI 2020; https://github.com/DBCobra): a directory with a file
// T<n>.log for each client. Records, big-endian: 'S' transaction begins, 'W' write id, key hash,
// value hash; 'R' transaction that wrote, write id, key hash, value hash; 'C' transaction commits.
// What is written is told by its write id; two ids stand for the initial state, which is the value
// 0 here.
#include "sim/history/formats/bytes.h"
#include "sim/history/formats/readers.h"
#include "sim/history/formats/session_draft.h"

namespace seedbed {
namespace {

constexpr uint64_t kInitialWrite = 0xbebeebee;
constexpr uint64_t kNullWrite = 0xdeadbeef;

class CobraLog {
 public:
  CobraLog(std::string_view bytes, uint32_t session, SessionDraft* draft)
      : bytes_(bytes), session_(session), draft_(*draft) {}

  void read() {
    while (!bytes_.at_end()) record();
    // Its client ended before it knew.
    if (open_) draft_.end(Outcome::kInfo, "the log ends before its commit");
  }

 private:
  void record() {
    const uint64_t at = bytes_.offset();
    const auto type = static_cast<char>(bytes_.u8("a record"));
    switch (type) {
      case 'S':
        if (open_) throw BadInput(FindingKind::kSyntax, at, "a transaction inside another", "'C'");
        transaction_ = bytes_.big(8, "a record");
        draft_.begin({.session = session_, .place = at});
        open_ = true;
        return;
      case 'C': end(at, Outcome::kOk); return;
      case 'A': end(at, Outcome::kFail); return;
      case 'W': step(at, StepKind::kWrite); return;
      case 'R':
        bytes_.big(8, "a record");
        step(at, StepKind::kRead);
        return;
      default:
        throw BadInput(FindingKind::kSyntax, at,
                       fmt::format("the record 0x{:02x}", static_cast<uint8_t>(type)),
                       "'S', 'R', 'W', 'C' or 'A'");
    }
  }

  void require_open(uint64_t at) const {
    if (!open_) throw BadInput(FindingKind::kSyntax, at, "a record in no transaction", "'S'");
  }

  void end(uint64_t at, Outcome outcome) {
    require_open(at);
    const uint64_t transaction = bytes_.big(8, "a record");
    if (transaction != transaction_) {
      throw BadInput(FindingKind::kSyntax, at,
                     fmt::format("the end of transaction {}", transaction),
                     fmt::format("that of {}", transaction_));
    }
    draft_.end(outcome);
    open_ = false;
  }

  void step(uint64_t at, StepKind kind) {
    require_open(at);
    uint64_t write = bytes_.big(8, "a record");
    const auto key = static_cast<int64_t>(bytes_.big(8, "a record"));
    bytes_.big(8, "a record");
    const bool read = kind == StepKind::kRead;
    if (read && (write == kInitialWrite || write == kNullWrite)) write = 0;
    const ValueId key_id = draft_.value(key);
    draft_.step({.kind = kind,
                 .found = read ? Found::kValue : Found::kUnknown,
                 .key = key_id,
                 .value = draft_.value(static_cast<int64_t>(write))});
  }

  Bytes bytes_;
  uint32_t session_;
  SessionDraft& draft_;
  uint64_t transaction_ = 0;
  bool open_ = false;
};

}  // namespace

bool detect_cobra(const Input& input) {
  if (input.files.empty()) return false;
  for (const InputFile& file : input.files) {
    if (file.bytes.empty()) continue;
    const bool log = file.bytes[0] == 'S' && file.bytes.size() > 9 &&
                     std::string_view("RWCA").find(file.bytes[9]) != std::string_view::npos;
    if (!log) return false;
  }
  return input.directory || !input.files[0].bytes.empty();
}

HistoryParts read_cobra(const Input& input, Findings* findings) {
  findings->set_places(Places::kBytes);
  SessionDraft draft;
  uint32_t session = 0;
  for (const InputFile& file : input.files) {
    findings->set_file(file.name);
    CobraLog(file.bytes, ++session, &draft).read();
  }
  return draft.take(Places::kBytes);
}

}  // namespace seedbed
