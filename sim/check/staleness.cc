#include "sim/check/staleness.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/check/index_table.h"
#include "sim/check/linear_key.h"
#include "sim/check/linear_method.h"
#include "sim/check/model_text.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

// --- By versions: a register that may answer with any of its last values ---

// A state is the number of values, and the last of them, the oldest first; a value is a state of
// the register.
bool is_read(const Exchange& exchange) { return exchange.is(kRead) || exchange.is(kGet); }

bool step(std::string_view state, const Exchange& exchange, std::string* next) {
  next->assign(state);
  std::string_view rest = state.substr(1);
  std::vector<std::string_view> values = texts_of(rest);
  std::string alone;
  if (is_read(exchange)) {
    return std::any_of(values.begin(), values.end(), [&](std::string_view value) {
      alone.clear();
      return cas_register_model().step(value, exchange, &alone);
    });
  }
  cas_register_model().step("", exchange, &alone);
  values.push_back(alone);
  const auto most = static_cast<size_t>(state[0]);
  if (values.size() > most) values.erase(values.begin());
  next->resize(1);  // the number of values stays
  next->append(state_of(values));
  return true;
}

OperationKind kind(const Exchange& exchange) {
  return is_read(exchange) ? OperationKind::kPure : OperationKind::kOther;
}

std::optional<std::string> observed(const Exchange&) { return std::nullopt; }

Model stale_register(uint64_t versions, std::string_view initial) {
  std::string state(1, static_cast<char>(versions));
  append_text(&state, initial);
  return {.name = "stale-register",
          .initial = std::move(state),
          .step = step,
          .kind = kind,
          .observed = observed};
}

// --- By time ---

constexpr int64_t kMargin = 1;

// The operations with times for positions, moved so that none is negative.
class Timed {
 public:
  Timed(const LinearKey& key, const History& history) {
    std::vector<uint32_t> positions;
    problem_ = key.problem(key.roles_at(kLastEvent), &positions);
    int64_t first = kNoEnd, last = 0;
    for (const uint32_t i : positions) {
      const Entry& entry = *key.entries()[i];
      entries_.push_back(&entry);
      first = std::min(first, nanoseconds(entry.invoked_at));
      last = std::max({last, nanoseconds(entry.invoked_at), nanoseconds(entry.returned_at)});
    }
    span_ = entries_.empty() ? 0 : last - first;
    offset_ = span_ + kMargin - first;
    order_ = history.order();
  }

  void measure(KeyStaleness* staleness) const {
    if (order_ != Order::kRealTime) {
      staleness->why_no_time = "the history knows no order of time";
    } else if (span_ == 0) {
      staleness->why_no_time = "the history has no times";
    } else if (!is_right(span_, kNoEnd)) {
      staleness->why_no_time = "a value was written more than once";
    }
    if (!staleness->why_no_time.empty()) return;
    int64_t wrong = -1, right = span_;
    while (right - wrong > 1) {
      const int64_t middle = wrong + (right - wrong) / 2;
      (is_right(middle, kNoEnd) ? right : wrong) = middle;
    }
    staleness->time = Duration(right);
    if (right > 0) staleness->at = first_wrong(right - 1);
  }

 private:
  // Whether what had happened by `until` is right if reads had begun earlier.
  bool is_right(int64_t earlier, int64_t until) const {
    LinearProblem problem{.initial = problem_.initial};
    for (size_t i = 0; i < entries_.size(); ++i) {
      LinearPiece piece = problem_.pieces[i];
      const Entry& entry = *entries_[i];
      const bool over = piece.required && nanoseconds(entry.returned_at) <= until;
      if (nanoseconds(entry.invoked_at) > until || (!over && is_read(piece.exchange))) continue;
      piece.call = nanoseconds(entry.invoked_at) + offset_;
      if (is_read(piece.exchange)) piece.call -= earlier;
      piece.end = over ? nanoseconds(entry.returned_at) + offset_ : kNoEnd;
      piece.required = over;
      problem.pieces.push_back(piece);
    }
    return register_method().decide(problem).status == MethodStatus::kLinearizable;
  }

  EventIndex first_wrong(int64_t earlier) const {
    std::vector<const Entry*> returns;
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (problem_.pieces[i].required) returns.push_back(entries_[i]);
    }
    std::sort(returns.begin(), returns.end(),
              [](const Entry* a, const Entry* b) { return a->returned < b->returned; });
    size_t right = 0, wrong = returns.size() - 1;  // right: so many at the front are
    while (right < wrong) {
      const size_t middle = right + (wrong - right) / 2;
      if (is_right(earlier, nanoseconds(returns[middle]->returned_at))) {
        right = middle + 1;
      } else {
        wrong = middle;
      }
    }
    return returns[wrong]->returned;
  }

  LinearProblem problem_;
  std::vector<const Entry*> entries_;
  int64_t span_ = 0;
  int64_t offset_ = 0;
  Order order_ = Order::kRealTime;
};

// Why the key cannot be measured; empty: it can.
std::string obstacle(const LinearKey& key, const History& history) {
  for (size_t i = 0; i < key.entries().size(); ++i) {
    const Entry& entry = *key.entries()[i];
    const bool simple = key.model().knows(key.exchange(i)) && entry.operation.function != kCas &&
                        entry.operation.function != kAppend;
    if (!simple) {
      return fmt::format("{} is neither a read nor a write", to_string(history, entry));
    }
  }
  return "";
}

// The first read, by its return, that found what nothing had written by then.
EventIndex groundless(const LinearKey& key, const std::vector<Role>& roles) {
  std::map<std::string, EventIndex> written{{key.initial(), EventIndex{0}}};
  std::string state;
  for (size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] == Role::kAbsent || is_read(key.question(i))) continue;
    state.clear();
    cas_register_model().step("", key.question(i), &state);
    written.emplace(state, key.entries()[i]->invoked);  // the first stays
  }
  EventIndex at = kNoEvent;
  for (size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] != Role::kRequired || !is_read(key.question(i))) continue;
    const std::optional<std::string> found = cas_register_model().observed(key.exchange(i));
    const auto writer = written.find(found.value_or(""));
    const EventIndex returned = key.entries()[i]->returned;
    const bool grounded = writer != written.end() && writer->second <= returned;
    if (!grounded && (at == kNoEvent || returned < at)) at = returned;
  }
  return at;
}

KeyStaleness measure(const std::vector<const Entry*>& entries, const History& history,
                     const Model& model, const StalenessOptions& options) {
  KeyStaleness staleness{.key = entries.front()->operation.key};
  const LinearKey key(model, entries, &history);
  staleness.why_unmeasured = obstacle(key, history);
  if (!staleness.why_unmeasured.empty()) return staleness;
  const std::vector<Role> roles = key.roles_at(kLastEvent);
  staleness.operations =
      static_cast<uint64_t>(std::count(roles.begin(), roles.end(), Role::kRequired));
  staleness.at = groundless(key, roles);
  staleness.unbounded = staleness.at != kNoEvent;
  if (staleness.unbounded) {
    staleness.why_no_time = "a read found what nothing had written";
    staleness.at_least = options.max_versions + 1;
    return staleness;
  }
  Timed(key, history).measure(&staleness);
  bool proven = true;
  for (uint64_t versions = 1; versions <= options.max_versions; ++versions) {
    const Model stale = stale_register(versions, key.initial());
    LinearKey search(stale, entries, &history);
    const SearchStatus status = search.search(roles, {.exact = true}).run(options.max_steps);
    if (status == SearchStatus::kLinearizable) {
      staleness.versions = versions;
      break;
    }
    proven = proven && status == SearchStatus::kIllegal;
    if (proven) staleness.at_least = versions + 1;
  }
  return staleness;
}

}  // namespace

std::vector<KeyStaleness> staleness_of(const History& history, const Model& model,
                                       const StalenessOptions& options) {
  std::vector<std::vector<const Entry*>> keys;
  IndexTable numbers;
  for (const Entry& entry : history.entries()) {
    const std::string& name = entry.operation.key;
    const auto [number, fresh] =
        numbers.find_or_insert(hash_bytes(name), static_cast<uint32_t>(keys.size()),
                               [&](uint32_t i) { return keys[i].front()->operation.key == name; });
    if (fresh) keys.emplace_back();
    keys[number].push_back(&entry);
  }
  std::vector<KeyStaleness> all;
  for (const std::vector<const Entry*>& entries : keys) {
    all.push_back(measure(entries, history, model, options));
  }
  return all;
}

}  // namespace seedbed
