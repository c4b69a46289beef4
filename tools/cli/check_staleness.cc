// seedbed check --consistency staleness.
#include <fmt/format.h>

#include <algorithm>

#include "sim/check/contradiction.h"
#include "sim/check/staleness.h"
#include "sim/run/script.h"
#include "tools/cli/arguments.h"
#include "tools/cli/check_weaker.h"

namespace seedbed {
namespace {

constexpr size_t kMostShownKeys = 20;
constexpr uint64_t kMostVersions = 64;
constexpr std::string_view kRegisters[] = {"register", "cas-register", "kv"};

enum class Kept { kYes, kNo, kUnknown };

Kept both(Kept a, Kept b) {
  if (a == Kept::kNo || b == Kept::kNo) return Kept::kNo;
  return a == Kept::kYes ? b : a;
}

Kept is_within(const KeyStaleness& key, const StalenessBounds& bounds) {
  if (!bounds.any()) return Kept::kYes;
  if (!key.why_unmeasured.empty()) return Kept::kUnknown;
  if (key.unbounded) return Kept::kNo;
  Kept kept = Kept::kYes;
  if (bounds.versions) {
    const bool enough = key.versions && *key.versions <= *bounds.versions;
    kept = enough ? Kept::kYes : key.at_least > *bounds.versions ? Kept::kNo : Kept::kUnknown;
  }
  if (!bounds.time) return kept;
  if (!key.time) return both(kept, Kept::kUnknown);
  return both(kept, *key.time <= *bounds.time ? Kept::kYes : Kept::kNo);
}

std::string versions_text(const KeyStaleness& key) {
  if (!key.why_unmeasured.empty()) return "?";
  if (key.unbounded) return "no bound";
  if (!key.versions) return fmt::format("at least {}", key.at_least);
  if (*key.versions == key.at_least) return fmt::format("{}", *key.versions);
  return fmt::format("{} to {}", key.at_least, *key.versions);
}

std::string time_text(const KeyStaleness& key) {
  if (key.unbounded) return "no bound";
  return key.time ? duration_in_words(*key.time) : "?";
}

// get(x) by c2 returned "1" at 0.110s; empty: the history has no such operation.
std::string answer_text(const History& history, EventIndex at) {
  for (const Entry& entry : history.entries()) {
    if (at == kNoEvent || entry.returned != at) continue;
    return fmt::format("{} by c{} {} at {}", to_string(history, entry), number(entry.client),
                       describe(history, entry), returned_at(history, entry));
  }
  return "";
}

std::string remark_of(const History& history, const KeyStaleness& key) {
  if (!key.why_unmeasured.empty()) return key.why_unmeasured;
  const std::string answer = answer_text(history, key.at);
  if (key.unbounded) return answer + ", which nothing had written by then";
  return key.why_no_time.empty() ? answer : "no time: " + key.why_no_time;
}

std::string bounds_text(const StalenessBounds& bounds) {
  std::string text;
  if (bounds.versions) text = fmt::format("one of the last {} values", *bounds.versions);
  if (bounds.time) {
    text +=
        fmt::format("{}at most {} old", text.empty() ? "" : ", ", duration_in_words(*bounds.time));
  }
  if (!text.empty()) return "what a read finds is " + text;
  return "none is given: --max-versions and --max-staleness set one";
}

std::string name_of(const KeyStaleness& key) { return key.key.empty() ? "the object" : key.key; }

// The most stale first: without bound, by versions, by time.
std::vector<const KeyStaleness*> by_staleness(const std::vector<KeyStaleness>& keys) {
  std::vector<const KeyStaleness*> sorted;
  for (const KeyStaleness& key : keys) sorted.push_back(&key);
  std::stable_sort(sorted.begin(), sorted.end(), [](const KeyStaleness* a, const KeyStaleness* b) {
    const auto rank = [](const KeyStaleness& key) {
      return std::tuple(key.unbounded, key.at_least, key.time.value_or(Duration(0)));
    };
    return rank(*a) > rank(*b);
  });
  return sorted;
}

void add_table(Page* page, const History& history, const std::vector<KeyStaleness>& keys) {
  const std::vector<const KeyStaleness*> sorted = by_staleness(keys);
  const size_t shown = std::min(sorted.size(), kMostShownKeys);
  size_t width = 5;
  for (size_t i = 0; i < shown; ++i) width = std::max(width, plain(name_of(*sorted[i])).size() + 2);
  width = std::min<size_t>(width, 30);
  const auto row = [&](std::string_view key, std::string_view versions, std::string_view time,
                       std::string_view remark) {
    const std::string lead =
        fmt::format("  {:<{}}{:<12}{:<14}", cut(plain(key), width - 2), width, versions, time);
    page->hanging(lead, remark);
  };
  page->blank();
  row("key", "versions", "time", "found where");
  for (size_t i = 0; i < shown; ++i) {
    row(name_of(*sorted[i]), versions_text(*sorted[i]), time_text(*sorted[i]),
        remark_of(history, *sorted[i]));
  }
  if (shown < sorted.size()) {
    page->line(fmt::format("  and {} that {} no staler; --json has them",
                           count_text(sorted.size() - shown, "key"),
                           sorted.size() - shown == 1 ? "is" : "are"));
  }
}

Json keys_json(const History& history, const std::vector<KeyStaleness>& keys,
               const StalenessBounds& bounds) {
  Json rows = Json::array();
  for (const KeyStaleness& key : keys) {
    const Kept kept = is_within(key, bounds);
    rows.push_back({{"key", key.key},
                    {"evaluated", key.operations},
                    {"unbounded", key.unbounded},
                    {"versions", key.versions ? Json(*key.versions) : Json()},
                    {"versions_at_least", key.at_least},
                    {"time_ns", key.time ? Json(key.time->count()) : Json()},
                    {"within", kept == Kept::kUnknown ? Json() : Json(kept == Kept::kYes)},
                    {"found_where", remark_of(history, key)}});
  }
  return rows;
}

// Throws ConfigError if there is nothing to be measured.
void admit(const History& history, const Model* model, ObjectKind object,
           const StalenessBounds& bounds, const std::string& name) {
  if (model == nullptr || std::find(std::begin(kRegisters), std::end(kRegisters), model->name) ==
                              std::end(kRegisters)) {
    throw ConfigError(fmt::format(
        "{}: staleness is measured of registers and keys with values (register, cas-register, kv), "
        "not of {}",
        name, model == nullptr ? to_string(object) : fmt::format("the model {}", model->name)));
  }
  if (history.order() == Order::kSessions) {
    throw ConfigError(
        fmt::format("{}: the file knows only the order of each session; staleness needs an order "
                    "of time",
                    name));
  }
  const auto& entries = history.entries();
  const bool has_times = std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
    return nanoseconds(entry.invoked_at) != 0;
  });
  if (bounds.time && !has_times && !history.empty()) {
    throw ConfigError(
        fmt::format("{}: the file has no times, which --max-staleness needs; --max-versions asks "
                    "without them",
                    name));
  }
}

std::string message_of(const std::vector<KeyStaleness>& keys, const StalenessBounds& bounds,
                       Kept wanted) {
  for (const KeyStaleness* key : by_staleness(keys)) {
    if (is_within(*key, bounds) != wanted) continue;
    const std::string name = name_of(*key);
    if (wanted == Kept::kUnknown) {
      const bool versions = key->why_unmeasured.empty() && bounds.versions &&
                            !(key->versions && *key->versions <= *bounds.versions);
      return fmt::format("the staleness of {} was not found out: {}", name,
                         versions                      ? "the search for versions ended too early"
                         : key->why_unmeasured.empty() ? key->why_no_time
                                                       : key->why_unmeasured);
    }
    if (key->unbounded) return fmt::format("of {}, a read found what nothing had written", name);
    if (bounds.versions && key->at_least > *bounds.versions) {
      return fmt::format(
          "{} needs the last {} values, and {} allowed", name, versions_text(*key),
          *bounds.versions == 1 ? "only the last is" : fmt::format("{} are", *bounds.versions));
    }
    return fmt::format("{} is stale by {}, and {} is allowed", name, time_text(*key),
                       duration_in_words(*bounds.time));
  }
  return "";
}

}  // namespace

StalenessBounds bounds_from(const std::optional<std::string>& versions,
                            const std::optional<std::string>& time) {
  StalenessBounds bounds;
  if (versions) bounds.versions = parse_count("--max-versions", *versions, 1, kMostVersions);
  if (!time) return bounds;
  bounds.time = duration_from_words(*time);
  if (!bounds.time) {
    throw ConfigError(fmt::format(
        "--max-staleness {}: expected a duration, as in 0s, 500us, 20ms or 1.5s", *time));
  }
  return bounds;
}

WeakOpinion judge_staleness(const History& history, const Model* model, ObjectKind object,
                            const StalenessBounds& bounds, const std::string& name) {
  admit(history, model, object, bounds, name);
  StalenessOptions options;
  options.max_versions = std::max(options.max_versions, bounds.versions.value_or(0));
  const std::vector<KeyStaleness> keys = staleness_of(history, *model, options);
  uint64_t evaluated = 0;
  Kept kept = Kept::kYes;
  for (const KeyStaleness& key : keys) {
    evaluated += key.operations;
    kept = both(kept, is_within(key, bounds));
  }
  WeakOpinion opinion;
  std::string message = message_of(keys, bounds, kept);
  if (kept == Kept::kNo) {
    opinion.verdict = "violation";
    opinion.code = kExitFinding;
  } else if (evaluated == 0) {
    message = "no operation could be measured";
    if (!keys.empty() && !keys.front().why_unmeasured.empty()) {
      message += ": " + keys.front().why_unmeasured;
    }
  } else if (kept == Kept::kYes) {
    opinion.verdict = bounds.any() ? "pass" : "measured";
    opinion.code = kExitExpected;
    message.clear();
  }
  opinion.json = {{"consistency", to_string(Consistency::kStaleness)},
                  {"model", model->name},
                  {"evaluated", evaluated},
                  {"verdict", opinion.verdict},
                  {"message", message},
                  {"max_versions", bounds.versions ? Json(*bounds.versions) : Json()},
                  {"max_staleness_ns", bounds.time ? Json(bounds.time->count()) : Json()},
                  {"staleness", keys_json(history, keys, bounds)}};
  opinion.page.item("judged", fmt::format("staleness of {} on {}, by the model {}",
                                          count_text(evaluated, "operation"),
                                          count_text(keys.size(), "key"), model->name));
  opinion.page.item("bound", bounds_text(bounds));
  if (!message.empty()) opinion.page.item("because", message);
  if (!keys.empty()) add_table(&opinion.page, history, keys);
  return opinion;
}

}  // namespace seedbed
