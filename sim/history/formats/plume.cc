// The text of Plume, PolySI and IsoVista (Liu et al., OOPSLA 2024; Huang et al., VLDB 2023): a line
// r(key,value,session,transaction) or w(...) for each step. The transaction -1 was aborted; what an
// aborted one read is not known. The value 0 is the initial one.
#include <fmt/core.h>

#include <charconv>
#include <unordered_map>

#include "sim/history/formats/bad_input.h"
#include "sim/history/formats/lines.h"
#include "sim/history/formats/readers.h"
#include "sim/history/formats/session_draft.h"
#include "sim/history/formats/utf8.h"

namespace seedbed {
namespace {

constexpr std::string_view kExpected = "r(key,value,session,transaction) or w(...), in numbers";
constexpr int64_t kAborted = -1;

struct PlumeStep {
  bool write = false;
  int64_t key = 0, value = 0, session = 0, transaction = 0;
  uint64_t line = 0;
};

bool parse(std::string_view line, PlumeStep* step) {
  if (line.size() < 3 || (line[0] != 'r' && line[0] != 'w') || line[1] != '(') return false;
  step->write = line[0] == 'w';
  const char* at = line.data() + 2;
  const char* const end = line.data() + line.size();
  for (int64_t* const number : {&step->key, &step->value, &step->session, &step->transaction}) {
    const auto [next, error] = std::from_chars(at, end, *number);
    const char closer = number == &step->transaction ? ')' : ',';
    if (error != std::errc() || next == end || *next != closer) return false;
    at = next + 1;
    while (at != end && *at == ' ') ++at;
  }
  return at == end && step->session >= 0 && step->session <= INT64_C(0xffffffff);
}

// The steps of a transaction need not stand together.
class Transactions {
 public:
  explicit Transactions(Findings* findings) : findings_(*findings) {}

  void add(const PlumeStep& step) {
    const auto number = static_cast<uint32_t>(steps_.size());
    if (step.transaction == kAborted) {
      first_.push_back(number);
      last_.push_back(number);
    } else {
      const auto [at, fresh] =
          numbers_.try_emplace(step.transaction, static_cast<uint32_t>(first_.size()));
      if (fresh) {
        first_.push_back(number);
        last_.push_back(number);
      } else {
        append(step, at->second, number);
      }
    }
    steps_.push_back(step);
    next_.push_back(number);
  }

  HistoryParts take() {
    SessionDraft draft;
    for (size_t i = 0; i < first_.size(); ++i) {
      const PlumeStep& first = steps_[first_[i]];
      draft.begin({.session = static_cast<uint32_t>(first.session), .place = first.line});
      for (uint32_t at = first_[i];; at = next_[at]) {
        draft.step(step_of(steps_[at], &draft));
        if (at == last_[i]) break;
      }
      draft.end(first.transaction == kAborted ? Outcome::kFail : Outcome::kOk);
    }
    return draft.take(Places::kLines);
  }

 private:
  void append(const PlumeStep& step, uint32_t transaction, uint32_t number) {
    const PlumeStep& first = steps_[first_[transaction]];
    if (first.session != step.session) {
      findings_.add(FindingKind::kSplitTransaction, step.line,
                    fmt::format("transaction {} in session {}", step.transaction, step.session),
                    fmt::format("session {}, as on line {}", first.session, first.line));
    }
    next_[last_[transaction]] = number;
    last_[transaction] = number;
  }

  static Step step_of(const PlumeStep& step, SessionDraft* draft) {
    const ValueId key = draft->value(step.key);
    const ValueId value = draft->value(step.value);
    return {.kind = step.write ? StepKind::kWrite : StepKind::kRead,
            .found = step.write ? Found::kUnknown : Found::kValue,
            .key = key,
            .value = value};
  }

  Findings& findings_;
  std::vector<PlumeStep> steps_;
  std::vector<uint32_t> next_;          // of each step, in its transaction
  std::vector<uint32_t> first_, last_;  // of each transaction, in order of their first steps
  std::unordered_map<int64_t, uint32_t> numbers_;
};

}  // namespace

bool detect_plume(const Input& input) {
  if (input.directory) return false;
  Lines lines(input.files[0].bytes);
  PlumeStep step;
  return lines.next() && parse(lines.line(), &step);
}

HistoryParts read_plume(const Input& input, Findings* findings) {
  findings->set_places(Places::kLines);
  Transactions transactions(findings);
  for (Lines lines(input.files[0].bytes); lines.next();) {
    PlumeStep step{.line = lines.number()};
    if (parse(lines.line(), &step)) {
      transactions.add(step);
    } else if (!lines.line().empty()) {
      throw BadInput(FindingKind::kSyntax, lines.offset(), as_utf8(lines.line().substr(0, 40)),
                     std::string(kExpected));
    }
  }
  return transactions.take();
}

}  // namespace seedbed
