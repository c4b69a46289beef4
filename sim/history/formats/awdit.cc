// The text of AWDIT's tests (Moldrup and Pavlogiannis, PLDI 2025): a line "r key value" or
// "w key value" for each step, dashes between transactions, equals signs between sessions. Nothing
// is written before the history begins.
#include <fmt/core.h>

#include <charconv>

#include "sim/history/formats/bad_input.h"
#include "sim/history/formats/lines.h"
#include "sim/history/formats/readers.h"
#include "sim/history/formats/session_draft.h"
#include "sim/history/formats/utf8.h"

namespace seedbed {
namespace {

struct AwditLine {
  enum class Kind { kStep, kNextTransaction, kNextSession, kBlank, kWrong } kind = Kind::kWrong;
  bool write = false;
  int64_t key = 0;
  int64_t value = 0;
};

bool consists_of(std::string_view line, char c) {
  return !line.empty() && line.find_first_not_of(c) == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

AwditLine parse(std::string_view text) {
  const std::string_view line = trimmed(text);
  using Kind = AwditLine::Kind;
  if (line.empty()) return {.kind = Kind::kBlank};
  if (consists_of(line, '-')) return {.kind = Kind::kNextTransaction};
  if (consists_of(line, '=')) return {.kind = Kind::kNextSession};
  if ((line[0] != 'r' && line[0] != 'w') || line.size() < 2 || line[1] != ' ') return {};
  AwditLine result{.kind = Kind::kStep, .write = line[0] == 'w'};
  const char* at = line.data() + 1;
  const char* const end = line.data() + line.size();
  for (int64_t* const number : {&result.key, &result.value}) {
    while (at != end && (*at == ' ' || *at == '\t')) ++at;
    const auto [next, error] = std::from_chars(at, end, *number);
    if (error != std::errc()) return {};
    at = next;
  }
  return at == end ? result : AwditLine{};
}

}  // namespace

bool detect_awdit(const Input& input) {
  if (input.directory) return false;
  for (Lines lines(input.files[0].bytes); lines.next();) {
    const AwditLine line = parse(lines.line());
    if (line.kind == AwditLine::Kind::kStep) return true;
    if (line.kind == AwditLine::Kind::kWrong) return false;
  }
  return false;
}

HistoryParts read_awdit(const Input& input, Findings* findings) {
  findings->set_places(Places::kLines);
  SessionDraft draft;
  uint32_t session = 1;
  bool open = false;
  const auto end = [&] {
    if (open) draft.end(Outcome::kOk);
    open = false;
  };
  for (Lines lines(input.files[0].bytes); lines.next();) {
    const AwditLine line = parse(lines.line());
    if (line.kind == AwditLine::Kind::kWrong) {
      throw BadInput(FindingKind::kSyntax, lines.offset(), as_utf8(lines.line().substr(0, 40)),
                     "\"r key value\", \"w key value\", ----- or =====");
    }
    if (line.kind == AwditLine::Kind::kNextTransaction) end();
    if (line.kind == AwditLine::Kind::kNextSession) {
      end();
      ++session;
    }
    if (line.kind != AwditLine::Kind::kStep) continue;
    if (!open) draft.begin({.session = session, .place = lines.number()});
    open = true;
    const ValueId key = draft.value(line.key);
    draft.step({.kind = line.write ? StepKind::kWrite : StepKind::kRead,
                .found = line.write ? Found::kUnknown : Found::kValue,
                .key = key,
                .value = draft.value(line.value)});
  }
  end();
  return draft.take(Places::kLines);
}

}  // namespace seedbed
