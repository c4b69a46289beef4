#include "sim/check/lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/check/transaction_fact.h"

namespace seedbed {
namespace {

struct Read {
  const Entry* entry;
  std::span<const ValueId> found;
  std::vector<ValueId> own;  // appended before, by the same transaction
};

struct Append {
  const Entry* entry;
  ValueId element;
};

struct List {
  ValueId key{};
  std::vector<Read> reads;
  std::vector<Append> appends;
};

// What is wrong, who shows it, and who else is concerned.
struct Wrong {
  std::string sentence;
  std::vector<const Entry*> shown_by;
};

std::map<ValueId, List> lists_of(const History& history) {
  std::map<ValueId, List> lists;
  for (const Entry& entry : history.entries()) {
    std::map<ValueId, std::vector<ValueId>> own;
    for (const Step& step : history.steps(entry)) {
      List& list = lists[step.key];
      list.key = step.key;
      if (step.kind == StepKind::kAppend) {
        list.appends.push_back({&entry, step.value});
        own[step.key].push_back(step.value);
      } else if (entry.ok()) {
        list.reads.push_back({&entry, history.elements(step), own[step.key]});
      }
    }
  }
  return lists;
}

// Judges one list.
class Judge {
 public:
  Judge(const History& history, const List& list) : history_(history), list_(list) {
    for (const Read& read : list.reads) {
      if (longest_ == nullptr || read.found.size() > longest_->found.size()) longest_ = &read;
    }
  }

  std::optional<Wrong> judge() {
    if (longest_ == nullptr) return std::nullopt;
    if (auto wrong = orders()) return wrong;
    if (auto wrong = elements()) return wrong;
    if (auto wrong = own_appends()) return wrong;
    return later_reads();
  }

 private:
  std::string key() const { return std::string(history_.text(list_.key)); }
  std::string text(ValueId element) const { return std::string(history_.text(element)); }

  std::optional<Wrong> orders() const {
    for (const Read& read : list_.reads) {
      if (std::equal(read.found.begin(), read.found.end(), longest_->found.begin())) continue;
      return Wrong{fmt::format("two reads of {} do not agree on the order of its elements", key()),
                   {read.entry, longest_->entry}};
    }
    return std::nullopt;
  }

  // As the longest read shows them, and notes where each stands.
  std::optional<Wrong> elements() {
    std::map<ValueId, const Entry*> appended_by;
    for (const Append& append : list_.appends) appended_by[append.element] = append.entry;
    for (size_t i = 0; i < longest_->found.size(); ++i) {
      const ValueId element = longest_->found[i];
      const auto by = appended_by.find(element);
      if (by == appended_by.end() || longest_->entry->returned < by->second->invoked) {
        return Wrong{fmt::format("{} holds {}, which nobody had appended", key(), text(element)),
                     {longest_->entry}};
      }
      if (by->second->outcome() == Outcome::kFail) {
        return Wrong{fmt::format("{} holds {}, whose transaction failed", key(), text(element)),
                     {by->second, longest_->entry}};
      }
      if (!place_.emplace(element, i).second) {
        return Wrong{fmt::format("{} holds {} twice", key(), text(element)),
                     {by->second, longest_->entry}};
      }
    }
    return std::nullopt;
  }

  std::optional<Wrong> own_appends() const {
    for (const Read& read : list_.reads) {
      const size_t others = read.found.size() - std::min(read.found.size(), read.own.size());
      if (std::ranges::equal(read.found.subspan(others), read.own)) continue;
      return Wrong{fmt::format("a transaction did not find what it had appended to {}", key()),
                   {read.entry}};
    }
    return std::nullopt;
  }

  // Who must find how many elements: all that a read found, or an acknowledged append wrote, before
  // the read began.
  std::optional<Wrong> later_reads() const {
    struct Seen {
      EventIndex returned;
      size_t length;
      const Entry* entry;
    };
    std::vector<Seen> seen;
    for (const Read& read : list_.reads) {
      seen.push_back({read.entry->returned, read.found.size(), read.entry});
    }
    for (const Append& append : list_.appends) {
      if (!append.entry->ok()) continue;
      const auto place = place_.find(append.element);
      const size_t length = place == place_.end() ? longest_->found.size() + 1 : place->second + 1;
      seen.push_back({append.entry->returned, length, append.entry});
    }
    std::sort(seen.begin(), seen.end(),
              [](const Seen& a, const Seen& b) { return a.returned < b.returned; });
    // Reads stand in the order of their invocations.
    const Seen* most = nullptr;
    size_t next = 0;
    for (const Read& read : list_.reads) {
      for (; next < seen.size() && seen[next].returned < read.entry->invoked; ++next) {
        if (most == nullptr || seen[next].length > most->length) most = &seen[next];
      }
      if (most == nullptr || read.found.size() >= most->length) continue;
      return Wrong{fmt::format("a read of {} did not find what had been there before", key()),
                   {most->entry, read.entry}};
    }
    return std::nullopt;
  }

  const History& history_;
  const List& list_;
  const Read* longest_ = nullptr;
  std::map<ValueId, size_t> place_;
};

}  // namespace

void ListsChecker::judge(const History& history) {
  for (const auto& [key, list] : lists_of(history)) {
    evaluated(list.reads.size());
    const std::optional<Wrong> wrong = Judge(history, list).judge();
    if (!wrong) continue;
    std::vector<Fact> facts;
    for (const Entry* entry : wrong->shown_by) facts.push_back(transaction_fact(history, *entry));
    std::sort(facts.begin(), facts.end(),
              [](const Fact& a, const Fact& b) { return a.event < b.event; });
    conclude(CheckStatus::kViolation, wrong->sentence, std::move(facts), facts.back().event);
    return;
  }
}

}  // namespace seedbed
