#include "sim/history/object.h"

#include <algorithm>
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

}  // namespace seedbed
