#include "sim/history/object.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

namespace seedbed {
namespace {

struct Family {
  ObjectKind kind;
  std::vector<std::string_view> functions;
};

// The first family that has all functions of a history is its own.
const std::vector<Family>& families() {
  static const std::vector<Family> kFamilies = {
      {ObjectKind::kTransactions, {kTransaction}},
      {ObjectKind::kKeyValue, {kGet, kPut, kAppend, kCas, kDelete}},
      {ObjectKind::kRegister, {kRead, kWrite, kCas}},
      {ObjectKind::kCounter, {kRead, kAdd, kIncrement, kDecrement}},
      {ObjectKind::kSet, {kRead, kAdd, kRemove, kContains}},
      {ObjectKind::kList, {kRead, kAppend}},
      {ObjectKind::kQueue, {kEnqueue, kDequeue, kDrain}},
      {ObjectKind::kStack, {kPush, kPop}},
      {ObjectKind::kPriorityQueue, {kInsert, kDeleteMin}},
      {ObjectKind::kMutex, {kAcquire, kRelease}},
  };
  return kFamilies;
}

bool knows(const Family& family, const std::string& function) {
  return std::find(family.functions.begin(), family.functions.end(), function) !=
         family.functions.end();
}

std::optional<int64_t> number_in(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Reads {
  bool collections = false;
  bool values = false;
  bool own = false;  // Seedbed's, of counters
};

Reads reads_in(const History& history) {
  Reads reads{.own = history.parts().format.empty()};
  for (const Entry& entry : history.entries()) {
    if (entry.operation.function != kRead || !entry.ok()) continue;
    reads.collections = reads.collections || entry.found_collection;
    reads.values = reads.values || reads.own || entry.response.output;
  }
  return reads;
}

bool fits(ObjectKind kind, const Reads& reads, bool reads_only) {
  if (reads_only && !reads.own) return false;  // of what?
  switch (kind) {
    case ObjectKind::kRegister: return !reads.collections && !reads.own;
    case ObjectKind::kCounter: return !reads.collections && reads.values;
    case ObjectKind::kSet:
    case ObjectKind::kList: return !reads.values;
    default: return true;
  }
}

// Writes the history anew, event by event.
class Translator {
 public:
  Translator(const History& history, ModelKind model) : history_(history), model_(model) {}

  Translation run() {
    write_initial_values();
    const uint64_t shift = event_;
    for (const Entry& entry : history_.entries()) {
      Entry same = entry;
      if (!translate(&same)) {
        ++result_.left_out;
        continue;
      }
      same.invoked = EventIndex{number(entry.invoked) + shift};
      if (entry.returned != kNoEvent) same.returned = EventIndex{number(entry.returned) + shift};
      parts_.entries.push_back(std::move(same));
    }
    if (!result_.why_none.empty()) return std::move(result_);
    parts_.format = history_.parts().format;
    parts_.places = history_.parts().places;
    parts_.values = history_.parts().values;
    parts_.steps = history_.parts().steps;
    parts_.elements = history_.parts().elements;
    result_.model = model_;
    result_.history.emplace(std::move(parts_));
    return std::move(result_);
  }

 private:
  std::string key_of(const Entry& entry) const {
    if (!entry.operation.key.empty()) return entry.operation.key;
    return model_ == ModelKind::kCounter ? "counter" : "register";
  }

  uint32_t largest_client() const {
    uint32_t largest = 0;
    for (const Entry& entry : history_.entries()) {
      largest = std::max(largest, number(entry.client));
    }
    return largest;
  }

  // By a client of its own, before everything else.
  void write_initial_values() {
    const std::optional<std::string>& initial = history_.convention().initial;
    if (!initial) return;
    std::set<std::string> keys;
    for (const Entry& entry : history_.entries()) keys.insert(key_of(entry));
    const NodeId client{largest_client() + 1};
    for (const std::string& key : keys) {
      Entry& entry = parts_.entries.emplace_back();
      entry.id = ~uint64_t{0} - event_;
      entry.client = client;
      entry.operation = Operation::put(key, *initial);
      if (model_ == ModelKind::kCounter) {
        const std::optional<int64_t> amount = number_in(*initial);
        if (!amount) give_up(entry, fmt::format("starts with {}, which is no number", *initial));
        entry.operation = Operation::increment(key, amount.value_or(0));
      }
      entry.response = Response::done();
      entry.invoked = EventIndex{++event_};
      entry.returned = EventIndex{++event_};
    }
  }

  // False if the operation tells nothing.
  bool translate(Entry* entry) {
    entry->operation.key = key_of(*entry);
    const bool found_nothing = entry->operation.function == kRead && entry->ok() &&
                               !entry->response.output && !history_.parts().format.empty();
    if (found_nothing && history_.convention().nil_read == Convention::NilRead::kUnknown) {
      return false;
    }
    return model_ == ModelKind::kCounter ? to_counter(entry) : to_key_value(entry);
  }

  bool to_key_value(Entry* entry) {
    Operation& operation = entry->operation;
    if (operation.function == kRead) operation.function = kGet;
    if (operation.function == kWrite) {
      const bool of_nil = operation.argument == "nil" && !history_.parts().format.empty();
      operation = of_nil ? Operation::erase(operation.key)
                         : Operation::put(operation.key, std::move(operation.argument));
    }
    const bool mismatch = history_.convention().failed_cas == Convention::FailedCas::kMismatch;
    if (operation.function == kCas && entry->outcome() == Outcome::kFail && mismatch) {
      entry->response = Response::mismatch();
    }
    return true;
  }

  bool to_counter(Entry* entry) {
    Operation& operation = entry->operation;
    if (operation.function == kAdd) {
      if (!number_in(operation.argument)) {
        give_up(*entry, fmt::format("adds {}, which is no number", operation.argument));
      }
      operation = Operation::increment(operation.key, operation.amount);
    }
    if (operation.function != kRead || !entry->ok()) return true;
    if (history_.parts().format.empty()) return true;
    const std::optional<int64_t> number = number_in(entry->response.output.value_or("0"));
    if (!number) give_up(*entry, "reads what is no number");
    entry->response = Response::number_is(number.value_or(0));
    return true;
  }

  void give_up(const Entry& entry, const std::string& why) {
    if (!result_.why_none.empty()) return;
    result_.why_none = fmt::format("{} {}", to_string(entry.operation), why);
  }

  const History& history_;
  ModelKind model_;
  HistoryParts parts_;
  Translation result_;
  uint64_t event_ = 0;
};

}  // namespace

std::string_view to_string(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kUnknown: return "an unknown object";
    case ObjectKind::kMixed: return "several kinds of objects";
    case ObjectKind::kKeyValue: return "a key-value store";
    case ObjectKind::kRegister: return "registers";
    case ObjectKind::kCounter: return "counters";
    case ObjectKind::kSet: return "sets";
    case ObjectKind::kList: return "lists";
    case ObjectKind::kQueue: return "queues";
    case ObjectKind::kStack: return "stacks";
    case ObjectKind::kPriorityQueue: return "priority queues";
    case ObjectKind::kMutex: return "mutexes";
    case ObjectKind::kTransactions: return "transactions";
  }
  return "unknown";
}

ObjectKind object_of(const History& history) {
  std::set<std::string> functions;
  for (const Entry& entry : history.entries()) functions.insert(entry.operation.function);
  if (functions.empty()) return ObjectKind::kUnknown;
  const Reads reads = reads_in(history);
  bool all_known = true;
  for (const std::string& function : functions) {
    const bool known = std::any_of(families().begin(), families().end(),
                                   [&](const Family& family) { return knows(family, function); });
    all_known = all_known && known;
  }
  for (const Family& family : families()) {
    const bool all = std::all_of(functions.begin(), functions.end(),
                                 [&](const std::string& name) { return knows(family, name); });
    if (all &&
        fits(family.kind, reads, functions.size() == 1 && functions.count(std::string(kRead)))) {
      return family.kind;
    }
  }
  return all_known && functions.size() > 1 ? ObjectKind::kMixed : ObjectKind::kUnknown;
}

Translation for_model(const History& history, ObjectKind kind) {
  const auto none = [](std::string why) { return Translation{.why_none = std::move(why)}; };
  if (history.order() == Order::kSessions) {
    return none("the file knows no order of time, which linearizability is about");
  }
  switch (kind) {
    case ObjectKind::kKeyValue:
    case ObjectKind::kRegister: return Translator(history, ModelKind::kKeyValue).run();
    case ObjectKind::kCounter: return Translator(history, ModelKind::kCounter).run();
    case ObjectKind::kUnknown: return none("no model knows these functions");
    case ObjectKind::kMixed: return none("no model knows all of these functions");
    default: return none(fmt::format("there is no model of {} yet", to_string(kind)));
  }
}

}  // namespace seedbed
