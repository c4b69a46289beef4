// A history as Jepsen, Knossos and Elle read it: a map for each invocation and return, one in a
// line. Keys of single objects become independent ones, [key value]. get and put are read and
// write, and a cas that found another value is a fail. So that nothing of ours is lost, keys with
// the namespace seedbed, which those tools ignore, say what an operation was: read_jepsen_edn()
// gives an equal history back. Where only the order within each process is known, a return follows
// its invocation; a tool that takes this for real time concludes too much, and a comment says so.
#include <fmt/core.h>

#include <algorithm>

#include "sim/history/formats/datum.h"
#include "sim/history/formats/readers.h"

namespace seedbed {
namespace {

constexpr std::string_view kNoReason = "no reason given";

// How Jepsen calls it.
std::string_view jepsen_name(std::string_view function) {
  if (function == kGet) return kRead;
  if (function == kPut) return kWrite;
  if (function == kIncrement) return kAdd;
  return function;
}

struct Line {
  EventIndex at{};
  bool after = false;  // of two at one index, the return
  std::string text;
};

class EdnWriter {
 public:
  explicit EdnWriter(const History& history) : history_(history) {
    for (const Entry& entry : history.entries()) {
      keyed_ = keyed_ || !entry.operation.key.empty();
    }
  }

  std::string write() {
    for (const Entry& entry : history_.entries()) {
      lines_.push_back({entry.invoked, false, invocation(entry)});
      add_return(entry);
    }
    for (const Aside& aside : history_.parts().asides) {
      lines_.push_back({aside.at, false, line_of(aside)});
    }
    std::stable_sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) {
      return a.at != b.at ? a.at < b.at : a.after < b.after;
    });
    std::string text;
    if (sessions())
      text += "; Only the order within each process is known: there is no real time.\n";
    uint64_t index = 0;
    for (const Line& line : lines_) text += fmt::format("{{:index {}, {}}}\n", index++, line.text);
    return text;
  }

 private:
  bool sessions() const { return history_.order() == Order::kSessions; }

  std::string invocation(const Entry& entry) const {
    return head("invoke", entry, entry.invoked_at) + ", :value " + question(entry) + marks(entry);
  }

  void add_return(const Entry& entry) {
    const bool never = entry.returned == kNoEvent && !sessions();
    if (never && entry.outcome() == Outcome::kInfo) return;
    const EventIndex at = sessions() ? entry.invoked : entry.returned;
    lines_.push_back({at, true, answer(entry) + marks(entry)});
  }

  std::string head(std::string_view type, const Entry& entry, Time time) const {
    std::string text = fmt::format(":type :{}, :process {}, :f {}, :time {}", type,
                                   number(entry.client), name(entry), nanoseconds(time));
    if (entry.node != kNoValue && type == "invoke") {
      text += fmt::format(", :node {}", edn_of(history_.text(entry.node)));
    }
    return text;
  }

  static std::string name(const Entry& entry) {
    const std::string& function = entry.operation.function;
    const std::string keyword = fmt::format(":{}", jepsen_name(function));
    // What is no keyword is a string.
    return is_plain(function) ? keyword : edn_string(function);
  }

  static bool is_plain(std::string_view function) {
    return !function.empty() && std::all_of(function.begin(), function.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
  }

  std::string marks(const Entry& entry) const {
    const std::string& function = entry.operation.function;
    std::string text;
    if (jepsen_name(function) != function || function == kAppend || function == "r" ||
        function == "w" || function == "inc" || function == "dec") {
      text += fmt::format(", :seedbed/f :{}", function);
    }
    if (sessions()) text += ", :seedbed/order :sessions";
    if (&entry == &history_.entries().front() && !entry.is_transaction()) {
      text += fmt::format(", :seedbed/keyed {}", keyed_);
    }
    return text;
  }

  std::string with_key(const Entry& entry, std::string value) const {
    if (!keyed_ || entry.is_transaction()) return value;
    return fmt::format("[{} {}]", edn_of(entry.operation.key), value);
  }

  std::string question(const Entry& entry) const {
    if (entry.is_transaction()) return steps(entry, false);
    return with_key(entry, argument(entry.operation));
  }

  static std::string argument(const Operation& operation) {
    const std::string& function = operation.function;
    if (function == kCas) {
      return fmt::format("[{} {}]", operation.expected ? edn_of(*operation.expected) : "nil",
                         edn_of(operation.argument));
    }
    if (function == kIncrement || function == kDecrement) {
      return fmt::format("{}", operation.amount);
    }
    const bool asks = function == kGet || function == kRead || function == kDelete;
    const bool has = !operation.argument.empty() || function == kPut || function == kAppend ||
                     function == kWrite;
    return asks || !has ? "nil" : edn_of(operation.argument);
  }

  std::string answer(const Entry& entry) const {
    const Response& response = entry.response;
    if (response.is_mismatch()) {
      return head("fail", entry, entry.returned_at) + ", :value " + question(entry) +
             ", :seedbed/answer :mismatch";
    }
    std::string text = head(to_string(response.outcome), entry, entry.returned_at) + ", :value ";
    if (!response.ok()) {
      text += question(entry);
      const std::string reason = response.output.value_or("");
      if (reason != kNoReason) text += ", :error " + edn_of(reason);
      return text;
    }
    if (entry.is_transaction()) return text + steps(entry, true);
    std::string mark;
    text += with_key(entry, found(entry, &mark));
    return text + mark;
  }

  std::string found(const Entry& entry, std::string* mark) const {
    if (entry.found_collection) return list(history_.elements(entry));
    const std::string& function = entry.operation.function;
    const bool own = history_.parts().format.empty();
    if (entry.response.output) {
      const bool asks = function == kGet || function == kRead;
      if (!asks && own) *mark = ", :seedbed/answer :found";
      return edn_of(*entry.response.output);
    }
    if (own && function == kRead) {
      *mark = ", :seedbed/answer :number";
      return fmt::format("{}", entry.response.number);
    }
    return function == kGet || function == kRead ? "nil" : argument(entry.operation);
  }

  std::string list(std::span<const ValueId> elements) const {
    std::string text = "[";
    for (const ValueId element : elements) {
      if (text.size() > 1) text += ' ';
      text += edn_of(history_.text(element));
    }
    return text + ']';
  }

  std::string steps(const Entry& entry, bool done) const {
    std::string text = "[";
    for (const Step& step : history_.steps(entry)) {
      if (text.size() > 1) text += ' ';
      text += micro_operation(step, done);
    }
    return text + ']';
  }

  std::string micro_operation(const Step& step, bool done) const {
    const std::string key = edn_of(history_.text(step.key));
    const auto value = [&] { return edn_of(history_.text(step.value)); };
    switch (step.kind) {
      case StepKind::kWrite: return fmt::format("[:w {} {}]", key, value());
      case StepKind::kAppend: return fmt::format("[:append {} {}]", key, value());
      case StepKind::kInsert: return fmt::format("[:insert {} {}]", key, value());
      case StepKind::kDelete: return fmt::format("[:delete {}]", key);
      default: break;
    }
    const std::string_view name = step.kind == StepKind::kRead ? "r" : "rp";
    if (!done || step.found == Found::kUnknown) {
      return done ? fmt::format("[:{} {}]", name, key) : fmt::format("[:{} {} nil]", name, key);
    }
    if (step.found == Found::kNothing) return fmt::format("[:{} {} nil]", name, key);
    const std::string what = step.found == Found::kValue ? value() : list(history_.elements(step));
    return fmt::format("[:{} {} {}]", name, key, what);
  }

  static std::string line_of(const Aside& aside) {
    return fmt::format(":type {}, :process {}, :f {}, :time {}, :value {}", name_text(aside.type),
                       name_text(aside.process), name_text(aside.function), nanoseconds(aside.time),
                       edn_of(aside.value));
  }

  static std::string name_text(const std::string& name) {
    return is_plain(name) ? ":" + name : edn_string(name);
  }

  const History& history_;
  bool keyed_ = false;
  std::vector<Line> lines_;
};

}  // namespace

std::string write_jepsen_edn(const History& history) { return EdnWriter(history).write(); }

}  // namespace seedbed
