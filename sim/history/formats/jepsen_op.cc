// Invariants:
// 1. Every event of the file, also one that is kept aside, takes one event index, in file order.
// 2. An entry is unknown until its return is read; a process has at most one entry that runs.
#include "sim/history/formats/jepsen_op.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <set>
#include <unordered_map>

#include "sim/history/formats/bad_input.h"
#include "sim/history/formats/steps.h"

namespace seedbed {
namespace {

// Of the operations without a process that run, only the oldest are tried for a return.
constexpr size_t kMostAnonymous = 1000;
constexpr std::string_view kOtherTransaction = "other-txn";
constexpr std::string_view kNoReason = "no reason given";

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Asks without an argument: what an invocation has for a value means nothing.
bool only_asks(std::string_view function) {
  return is_one_of(function, {kRead, kGet, kDequeue, kPop, kDeleteMin, kDrain, kAcquire, kRelease});
}

// Is answered by success alone.
bool only_does(std::string_view function) {
  return is_one_of(function, {kWrite, kPut, kAppend, kCas, kAdd, kRemove, kDelete, kEnqueue, kPush,
                              kInsert, kIncrement, kDecrement});
}

bool has_amount(std::string_view function) {
  return is_one_of(function, {kIncrement, kDecrement, kAdd});
}

std::string function_name(const Datum& function) {
  if (!function.is_name()) return canonical_text(function);
  const std::string name(function.text());
  if (name == "r") return std::string(kRead);
  if (name == "w") return std::string(kWrite);
  if (name == "inc") return std::string(kIncrement);
  if (name == "dec") return std::string(kDecrement);
  return name;
}

bool is_pair(const Datum& value) { return value.is_sequence() && value.size() == 2; }

// Looks for a value that is no pair of key and value.
class KeyGuess {
 public:
  void look(const JepsenOp& op) {
    if (op.own_keyed.is(DatumKind::kBoolean)) told_ = op.own_keyed.integer() != 0;
    if (!op.process.is_nil() && !op.process.is(DatumKind::kInteger)) return;
    if (op.function.is_nil() || op.key) {
      refuted_ = true;
      return;
    }
    // What stands beside fail and info may be a reason.
    const std::string_view type = op.type.is_name() ? op.type.text() : std::string_view();
    if (type != "invoke" && (type != "ok" || op.value.is_nil())) return;
    if (!is_pair(op.value) || is_steps(op.value)) refuted_ = true;
    if (refuted_) return;
    const Datum inner = op.value.part(1);
    if (function_name(op.function) == kCas && !inner.is_nil() && !is_pair(inner)) refuted_ = true;
    seen_ = true;
  }
  bool decided() const { return refuted_ || told_; }
  bool independent() const { return told_.value_or(seen_ && !refuted_); }

 private:
  std::optional<bool> told_;
  bool refuted_ = false;
  bool seen_ = false;
};

class Pairing {
 public:
  Pairing(Findings* findings, bool independent, const OperationOptions& options)
      : findings_(*findings), independent_(independent), options_(options) {}

  void take(const JepsenOp& op) {
    ++event_;
    check_index(op);
    if (!op.type.is_name()) {
      wrong(op, fmt::format("the type {}", shown(op.type)), "invoke, ok, fail or info");
      return;
    }
    const std::string_view type = op.type.text();
    const bool client = op.process.is_nil() || op.process.is(DatumKind::kInteger);
    if (!client && op.process.is_name()) {
      keep_aside(op);
    } else if (!client || (op.process && op.process.is(DatumKind::kInteger) && !fits(op.process))) {
      wrong(op, fmt::format("the process {}", shown(op.process)), "a number below 2^32, or a name");
    } else if (type == "invoke") {
      invoke(op);
    } else if (type == "ok" || type == "fail" || type == "info") {
      complete(op, type);
    } else {
      wrong(op, fmt::format("the type {}", shown(op.type)), "invoke, ok, fail or info");
    }
  }

  HistoryParts finish() { return std::move(parts_); }

 private:
  struct Running {
    uint32_t entry = 0;
    bool unknown = false;  // it has ended, with info
  };

  static bool fits(const Datum& process) {
    return process.integer() >= 0 && process.integer() <= INT64_C(0xffffffff);
  }

  void wrong(const JepsenOp& op, std::string found, std::string expected) {
    findings_.add(FindingKind::kWrongType, op.place, std::move(found), std::move(expected));
  }

  void check_index(const JepsenOp& op) {
    if (op.own_order.is_name() && op.own_order.text() == "sessions")
      parts_.order = Order::kSessions;
    if (op.index.is_nil()) return;
    if (!op.index.is(DatumKind::kInteger)) {
      wrong(op, fmt::format("the index {}", shown(op.index)), "a number");
      return;
    }
    const int64_t index = op.index.integer();
    if (last_index_ && index <= *last_index_) {
      findings_.add(FindingKind::kIndexOrder, op.place,
                    fmt::format("the index {} after {}", index, *last_index_), "a larger one");
    }
    last_index_ = index;
  }

  static Time time_of(const JepsenOp& op) {
    return op.time.is(DatumKind::kInteger) ? Time(Duration(op.time.integer())) : kStart;
  }

  void keep_aside(const JepsenOp& op) {
    parts_.asides.push_back({.at = EventIndex{event_},
                             .time = time_of(op),
                             .place = op.place,
                             .process = std::string(op.process.text()),
                             .type = std::string(op.type.text()),
                             .function = op.function.is_nil() ? "" : function_name(op.function),
                             .value = text_of(op.value)});
  }

  void invoke(const JepsenOp& op) {
    const auto index = static_cast<uint32_t>(parts_.entries.size());
    if (op.process.is_nil()) {
      anonymous_.push_back(index);
      if (anonymous_.size() == 1 && !anonymous_seen_) {
        findings_.add(FindingKind::kMissingProcess, op.place, "an operation without a process",
                      ":process and a number");
      }
      anonymous_seen_ = true;
    } else {
      begin_process(op, index);
    }
    Entry& entry = parts_.entries.emplace_back();
    entry.id = index + 1;
    // Anonymous ones get processes of their own, from above.
    entry.client =
        NodeId{op.process.is_nil() ? ~index : static_cast<uint32_t>(op.process.integer())};
    entry.invoked = EventIndex{event_};
    entry.invoked_at = time_of(op);
    entry.place = op.place;
    if (!op.node.is_nil()) entry.node = intern(&parts_.values, op.node);
    ask(op, &entry);
  }

  void begin_process(const JepsenOp& op, uint32_t index) {
    const auto [at, fresh] = running_.try_emplace(op.process.integer(), Running{.entry = index});
    if (fresh) return;
    const Entry& before = parts_.entries[at->second.entry];
    if (at->second.unknown) {
      findings_.add(FindingKind::kProcessAfterInfo, op.place,
                    fmt::format("process {} goes on after the unknown operation of {} {}",
                                op.process.integer(), unit(), before.place),
                    "a new process");
    } else {
      findings_.add(FindingKind::kBusyProcess, op.place,
                    fmt::format("process {} is asked again", op.process.integer()),
                    fmt::format("the return of what it was asked on {} {}", unit(), before.place));
    }
    at->second = {.entry = index};
  }

  std::string_view unit() const { return findings_.places() == Places::kBytes ? "byte" : "line"; }

  // The key and the value inside a pair, or "" and the value.
  Datum value_of(const JepsenOp& op, std::string* key) const {
    if (op.key) *key = text_of(op.key);
    if (!independent_ || !is_pair(op.value)) return op.value;
    *key = text_of(op.value.part(0));
    return op.value.part(1);
  }

  void ask(const JepsenOp& op, Entry* entry) {
    Operation& operation = entry->operation;
    const Datum value = value_of(op, &operation.key);
    if (is_steps(value)) {
      operation.function = kTransaction;
      entry->steps = add_steps(&parts_, value, false);
      return;
    }
    if (op.function.is_nil()) {
      wrong(op, "an operation without :f", "a function, or a transaction as value");
      return;
    }
    operation.function =
        op.own_function ? std::string(op.own_function.text()) : function_name(op.function);
    if (operation.function == "init" && value.is(DatumKind::kMap)) {
      ask_init(value, entry);
    } else if (operation.function == kTransaction) {
      ask_other_transaction(op, value, &operation);
    } else if (operation.function == kCas) {
      ask_cas(op, value, &operation);
    } else if (!only_asks(operation.function)) {
      ask_argument(op, value, &operation);
    }
  }

  // One without steps, or with steps of an unknown kind, which must not pass for one without.
  void ask_other_transaction(const JepsenOp& op, const Datum& value, Operation* operation) {
    if (value.is_sequence() && value.size() == 0) return;
    operation->function = kOtherTransaction;
    if (!value.is_nil()) operation->argument = text_of(value);
    unknown_function(op, fmt::format("txn of {}", shown(value)), operation->function);
  }

  // Of Elle's closed-predicate histories: the keys that exist at first.
  void ask_init(const Datum& value, Entry* entry) {
    entry->operation.function = kTransaction;
    entry->steps = {.first = static_cast<uint32_t>(parts_.steps.size()),
                    .count = static_cast<uint32_t>(value.size() / 2)};
    ValueId key = kNoValue;
    for (const Datum& part : value) {
      const ValueId id = intern(&parts_.values, part);
      if (key == kNoValue) {
        key = id;
        continue;
      }
      parts_.steps.push_back({.kind = StepKind::kInsert, .key = key, .value = id});
      key = kNoValue;
    }
  }

  void ask_cas(const JepsenOp& op, const Datum& value, Operation* operation) {
    if (!is_pair(value)) {
      wrong(op, fmt::format("cas {}", shown(value)), "[old new]");
      return;
    }
    const Datum expected = value.part(0);
    if (!expected.is_nil()) operation->expected = text_of(expected);
    operation->argument = text_of(value.part(1));
  }

  void ask_argument(const JepsenOp& op, const Datum& value, Operation* operation) {
    if (!only_does(operation->function) && operation->function != kContains &&
        !is_one_of(operation->function, {"transfer"})) {
      unknown_function(op, edn_string(operation->function), operation->function);
    }
    if (has_amount(operation->function)) {
      if (value.is(DatumKind::kInteger)) operation->amount = value.integer();
      if (value.is_nil()) operation->amount = 1;
      if (operation->function != kAdd) {
        if (value.is_nil() || value.is(DatumKind::kInteger)) return;
        wrong(op, fmt::format("{} of {}", operation->function, shown(value)), "a number");
      }
    }
    const bool needs = only_does(operation->function) && operation->function != kDelete;
    if (!value.is_nil() || needs) operation->argument = text_of(value);
  }

  // Once for each function.
  void unknown_function(const JepsenOp& op, const std::string& shown, const std::string& function) {
    if (!unknown_.insert(function).second) return;
    findings_.add(FindingKind::kUnknownFunction, op.place, fmt::format("the function {}", shown));
  }

  // The position of the entry that returns; false if there is none.
  bool find_running(const JepsenOp& op, uint32_t* index) {
    if (op.process.is_nil()) return find_anonymous(op, index);
    const auto at = running_.find(op.process.integer());
    if (at == running_.end() || at->second.unknown) {
      findings_.add(
          FindingKind::kUnpairedReturn, op.place,
          fmt::format("a return of process {}, which was asked nothing", op.process.integer()),
          "its invocation before it");
      return false;
    }
    *index = at->second.entry;
    return true;
  }

  bool find_anonymous(const JepsenOp& op, uint32_t* index) {
    for (size_t i = 0; i < std::min(anonymous_.size(), kMostAnonymous); ++i) {
      if (!may_belong(op, parts_.entries[anonymous_[i]])) continue;
      *index = anonymous_[i];
      anonymous_.erase(anonymous_.begin() + static_cast<std::ptrdiff_t>(i));
      return true;
    }
    findings_.add(FindingKind::kUnpairedReturn, op.place,
                  "a return without a process that fits no invocation", "its invocation before it");
    return false;
  }

  bool may_belong(const JepsenOp& op, const Entry& entry) {
    std::string key;
    const Datum value = value_of(op, &key);
    if (entry.is_transaction()) {
      if (!is_steps(value) || value.size() != entry.steps.count) return false;
      const std::vector<Step> asked(parts_.steps.begin() + entry.steps.first,
                                    parts_.steps.begin() + entry.steps.first + entry.steps.count);
      const size_t elements = parts_.elements.size();
      const bool same = complete_steps(&parts_, entry.steps, value);
      std::copy(asked.begin(), asked.end(), parts_.steps.begin() + entry.steps.first);
      parts_.elements.resize(elements);
      return same;
    }
    if (op.function.is_nil() || function_name(op.function) != entry.operation.function)
      return false;
    return only_asks(entry.operation.function) || value.is_nil() ||
           text_of(value) == entry.operation.argument || entry.operation.function == kCas;
  }

  void complete(const JepsenOp& op, std::string_view type) {
    uint32_t index = 0;
    if (!find_running(op, &index)) return;
    Entry& entry = parts_.entries[index];
    entry.returned = EventIndex{event_};
    entry.returned_at = time_of(op);
    entry.returned_place = op.place;
    if (entry.node == kNoValue && !op.node.is_nil()) entry.node = intern(&parts_.values, op.node);
    check_function(op, entry);
    if (type == "ok" || op.own_answer.is_name()) {
      answer(op, &entry);
    } else if (type == "fail") {
      entry.response = Response::fail(reason(op, entry));
    } else {
      entry.response = Response::info(reason(op, entry));
    }
    if (op.process.is_nil()) return;
    const auto at = running_.find(op.process.integer());
    if (type == "info") {
      at->second.unknown = true;
    } else {
      running_.erase(at);
    }
  }

  void check_function(const JepsenOp& op, const Entry& entry) {
    if (op.function.is_nil() || entry.is_transaction() || op.own_function) return;
    const std::string function = function_name(op.function);
    const bool other = entry.operation.function == kOtherTransaction && function == kTransaction;
    if (function == entry.operation.function || other) return;
    findings_.add(FindingKind::kOtherReturn, op.place, fmt::format("a return of {}", function),
                  fmt::format("one of {}, which stands on {} {}", entry.operation.function, unit(),
                              entry.place));
  }

  std::string reason(const JepsenOp& op, const Entry& entry) const {
    if (!op.error.is_nil()) return text_of(op.error);
    const bool says_why =
        op.value.is(DatumKind::kKeyword) && text_of(op.value) != entry.operation.argument;
    return says_why ? std::string(op.value.text()) : std::string(kNoReason);
  }

  void answer(const JepsenOp& op, Entry* entry) {
    std::string key = entry->operation.key;
    const Datum value = value_of(op, &key);
    if (key != entry->operation.key) {
      other_return(op, fmt::format("an answer about the key {}", key),
                   fmt::format("one about {}", entry->operation.key));
    }
    entry->response = Response::done();
    if (op.own_answer.is_name()) {
      answer_own(op, value, entry);
    } else if (entry->is_transaction()) {
      answer_steps(op, value, entry);
    } else if (only_does(entry->operation.function)) {
      check_argument(op, value, *entry);
    } else if (!value.is_nil()) {
      answer_value(value, entry);
    }
  }

  void answer_value(const Datum& value, Entry* entry) {
    const bool whole = value.is_sequence() || value.is(DatumKind::kSet);
    const bool asked = only_asks(entry->operation.function);
    std::string text = whole && asked ? "" : text_of(value);
    if (whole && asked) {
      entry->elements = add_elements(&parts_, value);
      entry->found_collection = true;
    } else if (asked || text != entry->operation.argument) {
      entry->response = Response::found(std::move(text));
    }
  }

  // The answers of ours that Jepsen has no words for.
  void answer_own(const JepsenOp& op, const Datum& value, Entry* entry) {
    if (op.own_answer.text() == "mismatch") {
      entry->response = Response::mismatch();
    } else if (op.own_answer.text() == "number" && value.is(DatumKind::kInteger)) {
      entry->response = Response::number_is(value.integer());
    } else if (op.own_answer.text() == "found") {
      entry->response = Response::found(text_of(value));
    }
  }

  void answer_steps(const JepsenOp& op, const Datum& value, Entry* entry) {
    if (value.is_nil()) return;
    const bool empty = value.is_sequence() && value.size() == 0;
    const bool init = value.is(DatumKind::kMap);
    if (empty && entry->steps.count == 0) return;
    if (!init && complete_steps(&parts_, entry->steps, value)) return;
    if (init) return;
    other_return(op, fmt::format("the return {}", shown(value)),
                 fmt::format("the steps that were asked for on {} {}", unit(), entry->place));
  }

  void check_argument(const JepsenOp& op, const Datum& value, const Entry& entry) {
    if (value.is_nil() || entry.operation.function == kCas) return;
    if (entry.operation.function == kIncrement || entry.operation.function == kDecrement) return;
    if (text_of(value) == entry.operation.argument) return;
    other_return(
        op, fmt::format("{} of {}", entry.operation.function, shown(value)),
        fmt::format("{}, as it was asked on {} {}", entry.operation.argument, unit(), entry.place));
  }

  void other_return(const JepsenOp& op, std::string found, std::string expected) {
    findings_.add(FindingKind::kOtherReturn, op.place, std::move(found), std::move(expected));
  }

  std::string text_of(const Datum& datum) const {
    const bool bytes = options_.only_strings && datum.is(DatumKind::kString);
    return bytes ? std::string(datum.text()) : canonical_text(datum);
  }

  Findings& findings_;
  bool independent_;
  OperationOptions options_;
  HistoryParts parts_;
  uint64_t event_ = 0;
  std::optional<int64_t> last_index_;
  std::unordered_map<int64_t, Running> running_;
  std::deque<uint32_t> anonymous_;  // entries that run, oldest first
  bool anonymous_seen_ = false;
  std::set<std::string> unknown_;
};

// One order within each process is all that is known.
void forget_time(HistoryParts* parts) {
  for (Entry& entry : parts->entries) entry.returned = kNoEvent;
}

}  // namespace

JepsenOp op_of(Datum map) {
  if (map.is(DatumKind::kTagged)) map = map.part(0);
  if (!map.is(DatumKind::kMap)) {
    throw BadInput(FindingKind::kSyntax, map.offset(), shown(map),
                   "the map of an operation: {:type ... :process ... :f ... :value ...}");
  }
  static constexpr std::pair<std::string_view, Datum JepsenOp::*> kParts[] = {
      {"type", &JepsenOp::type},
      {"process", &JepsenOp::process},
      {"f", &JepsenOp::function},
      {"value", &JepsenOp::value},
      {"time", &JepsenOp::time},
      {"index", &JepsenOp::index},
      {"error", &JepsenOp::error},
      {"node", &JepsenOp::node},
      {"key", &JepsenOp::key},
      {"seedbed/f", &JepsenOp::own_function},
      {"seedbed/answer", &JepsenOp::own_answer},
      {"seedbed/order", &JepsenOp::own_order},
      {"seedbed/keyed", &JepsenOp::own_keyed},
  };
  JepsenOp op;
  Datum::Iterator at = map.begin();
  while (at != map.end()) {
    const Datum name = *at;
    ++at;
    const Datum value = *at;
    ++at;
    if (!name.is_name()) continue;
    for (const auto& part : kParts) {
      if (name.text() == part.first) op.*part.second = value;
    }
  }
  return op;
}

HistoryParts read_operations(const std::function<OpSource()>& open, Findings* findings,
                             const OperationOptions& options) {
  KeyGuess guess;
  JepsenOp op;
  for (OpSource source = open(); !guess.decided() && source(&op);) guess.look(op);
  Pairing pairing(findings, guess.independent(), options);
  for (OpSource source = open(); source(&op);) pairing.take(op);
  HistoryParts parts = pairing.finish();
  if (parts.order == Order::kSessions) forget_time(&parts);
  return parts;
}

}  // namespace seedbed
