// Registers by zones, after Gibbons and Korach (SIAM J. Comput. 26, 1997), in time n log n.
//
// Let every value that somebody saw have been written by one operation, or be there at first. Then
// whoever saw a value stands, in every order, between its write and the next: the write of a value
// and its readers are a block. A cas that replaced a stands where the block of a ends, and begins
// that of its own value; blocks that are joined in this way are a chain, and stand together too. So
// an order of the operations is an order of the chains.
//
// Within a chain the order is known but for readers of one value. If real time forbids it, or a
// value was seen that nobody wrote, or two replaced the same, there is no order.
//
// Chain A must come before chain B if an operation of A precedes one of B, that is, if
// first_end(A) < last_call(B). Let there be a cycle of such demands, and let A be the chain in it
// with the least first_end. Each B in the cycle follows some X in it: first_end(A) <= first_end(X)
// < last_call(B), so A must come before every B, also before the one that must come before A. So
// there is an order of the chains if and only if no two demand each other.
//
// If A must come before B, and B need not come before A (last_call(A) <= first_end(B)), then
// max(first_end, last_call) is no greater for A than for B: first_end(A) < last_call(B), and
// last_call(A) <= first_end(B). If both are equal to m, then first_end(A) < last_call(B) <= m, so
// last_call(A) = m, and therefore first_end(B) = m > first_end(A). So sorting by (that maximum,
// first_end) gives an order whenever there is one; that it is one is seen in one pass over it.
//
// Writes of unknown outcome whose value nobody saw are left out: without them, all others are as
// legal. Writes that are known, and whose value nobody saw, are chains of their own, even if they
// write the same. The value at first is written by a chain that ended before everything.
#include <algorithm>
#include <optional>

#include "sim/check/index_table.h"
#include "sim/check/linear_method.h"
#include "sim/check/model.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

constexpr uint32_t kNone = ~0u;

struct Seen {
  std::optional<std::string_view> text;
  bool operator==(const Seen& other) const = default;
};

struct Value {
  Seen seen;
  bool initial = false;
  bool needed = false;      // somebody saw it
  uint32_t writer = kNone;  // of several: the last
  uint32_t writers = 0;
  uint32_t replacer = kNone;  // the cas that took it away
  uint32_t first_reader = kNone, last_reader = kNone;
};

struct Chain {
  int64_t first_end = kNoEnd;
  int64_t last_call = -1;
  uint32_t first = 0, count = 0;  // in members_
  int64_t place() const { return std::max(first_end, last_call); }
};

// What a piece sees and what it writes: numbers of values.
struct Part {
  uint32_t sees = kNone;
  uint32_t writes = kNone;
};

class Zones {
 public:
  explicit Zones(const LinearProblem& problem) : problem_(problem) {}

  MethodResult decide() {
    const size_t count = problem_.pieces.size();
    for (const LinearPiece& one : problem_.pieces) {
      if (!can_judge(one.exchange)) return {};
    }
    parts_.resize(count);
    next_reader_.assign(count, kNone);
    const Seen initial =
        problem_.initial.empty() ? Seen{} : Seen{std::string_view(problem_.initial).substr(1)};
    values_[intern(initial)].initial = true;
    for (uint32_t i = 0; i < count; ++i) take(i);
    find_needed();
    if (!all_unique()) return {};
    link();
    build_chains();
    if (illegal_) return {.status = MethodStatus::kIllegal};
    return sort();
  }

 private:
  bool has(LinearDefect defect) const { return problem_.has(defect); }
  const LinearPiece& piece(uint32_t i) const { return problem_.pieces[i]; }

  uint32_t intern(Seen seen) {
    const uint64_t hash = seen.text ? hash_bytes(*seen.text) : 1;
    const auto [number, fresh] =
        numbers_.find_or_insert(hash, static_cast<uint32_t>(values_.size()),
                                [&](uint32_t i) { return values_[i].seen == seen; });
    if (fresh) values_.push_back({.seen = seen});
    return number;
  }
  static Seen seen_of(const std::optional<std::string>& text) {
    return text ? Seen{std::string_view(*text)} : Seen{};
  }

  // A cas that found another value tells too little, and appends write what nobody names.
  static bool can_judge(const Exchange& exchange) {
    if (exchange.is(kRead) || exchange.is(kGet)) return exchange.known();
    if (exchange.is(kCas)) return !exchange.known() || !exchange.response()->is_mismatch();
    return exchange.is(kWrite) || exchange.is(kPut) || exchange.is(kDelete);
  }

  void take(uint32_t i) {
    const Exchange& exchange = piece(i).exchange;
    const Operation& operation = exchange.operation();
    Part& part = parts_[i];
    if (exchange.is(kRead) || exchange.is(kGet)) {
      part.sees = intern(seen_of(exchange.response()->output));
      return;
    }
    if (exchange.is(kCas)) part.sees = intern(seen_of(operation.expected));
    const bool deletes =
        exchange.is(kDelete) || (exchange.is(kWrite) && operation.argument == "nil");
    part.writes = intern(deletes ? Seen{} : Seen{std::string_view(operation.argument)});
    values_[part.writes].writer = i;
    ++values_[part.writes].writers;
  }

  // What known operations saw is needed, and what the operations saw that wrote it.
  void find_needed() {
    std::vector<uint32_t> open;
    auto need = [&](uint32_t value) {
      if (value == kNone || values_[value].needed) return;
      values_[value].needed = true;
      open.push_back(value);
    };
    for (uint32_t i = 0; i < parts_.size(); ++i) {
      if (piece(i).required) need(parts_[i].sees);
    }
    while (!open.empty()) {
      const Value value = values_[open.back()];
      open.pop_back();
      if (value.writer != kNone) need(parts_[value.writer].sees);
    }
  }

  bool all_unique() const {
    if (has(LinearDefect::kForgetsDuplicates)) return true;
    return std::all_of(values_.begin(), values_.end(), [](const Value& value) {
      return !value.needed || value.writers + (value.initial ? 1 : 0) <= 1;
    });
  }

  bool is_in(uint32_t i) const {
    const uint32_t writes = parts_[i].writes;
    return piece(i).required || (writes != kNone && values_[writes].needed);
  }

  // Tells each value who reads and who replaces it.
  void link() {
    for (uint32_t i = 0; i < parts_.size(); ++i) {
      const Part& part = parts_[i];
      if (part.sees == kNone || !is_in(i)) continue;
      Value& value = values_[part.sees];
      if (value.writer == kNone && !value.initial && !has(LinearDefect::kAcceptsThinAir)) {
        illegal_ = true;  // nobody wrote it
      }
      if (part.writes != kNone) {
        illegal_ = illegal_ || value.replacer != kNone;  // two replaced it
        value.replacer = i;
      } else if (value.first_reader == kNone) {
        value.first_reader = value.last_reader = i;
      } else {
        value.last_reader = next_reader_[value.last_reader] = i;
      }
    }
  }

  void build_chains() {
    for (uint32_t i = 0; i < parts_.size(); ++i) {
      const bool begins = parts_[i].sees == kNone || has(LinearDefect::kForgetsChains);
      if (begins && parts_[i].writes != kNone && is_in(i)) build_chain(i);
    }
    for (uint32_t value = 0; value < values_.size(); ++value) {
      if (values_[value].initial && values_[value].needed) build_initial_chain(value);
    }
    size_t in = 0;
    for (uint32_t i = 0; i < parts_.size(); ++i) in += is_in(i) ? 1 : 0;
    // What is in no chain, was seen or written in a circle.
    if (members_.size() != in && !has(LinearDefect::kAcceptsThinAir)) illegal_ = true;
  }

  void build_chain(uint32_t writer) {
    Chain chain{.first = static_cast<uint32_t>(members_.size())};
    join(&chain, writer);
    chain.last_call = std::max(chain.last_call, piece(writer).call);
    follow(&chain, parts_[writer].writes);
  }

  void build_initial_chain(uint32_t value) {
    Chain chain{.first = static_cast<uint32_t>(members_.size())};
    if (!has(LinearDefect::kForgetsInitialReads)) chain.first_end = -1;
    follow(&chain, value);
  }

  // Adds those that saw the value, then what replaced it, and so on.
  void follow(Chain* chain, uint32_t value) {
    while (value != kNone && !illegal_) {
      // A value that nobody saw has no readers: several may have written it.
      const uint32_t replacer = values_[value].replacer;
      const int64_t before = chain->last_call;
      for (uint32_t i = values_[value].first_reader; i != kNone; i = next_reader_[i]) {
        join(chain, i);
        illegal_ = illegal_ || piece(i).end < before;
        chain->last_call = std::max(chain->last_call, piece(i).call);
      }
      value = kNone;
      if (replacer == kNone || has(LinearDefect::kForgetsChains)) break;
      join(chain, replacer);
      illegal_ = illegal_ || piece(replacer).end < chain->last_call;
      chain->last_call = std::max(chain->last_call, piece(replacer).call);
      value = parts_[replacer].writes;
    }
    chain->count = static_cast<uint32_t>(members_.size()) - chain->first;
    chains_.push_back(*chain);
  }

  void join(Chain* chain, uint32_t i) {
    members_.push_back(i);
    chain->first_end = std::min(chain->first_end, piece(i).end);
  }

  MethodResult sort() {
    std::sort(chains_.begin(), chains_.end(), [](const Chain& a, const Chain& b) {
      if (a.place() != b.place()) return a.place() < b.place();
      if (a.first_end != b.first_end) return a.first_end < b.first_end;
      return a.first < b.first;
    });
    MethodResult result{.status = MethodStatus::kLinearizable};
    result.order.reserve(members_.size());
    int64_t last_call = -1;
    for (const Chain& chain : chains_) {
      const bool backward = chain.last_call <= chain.first_end;
      const bool forgotten = backward && has(LinearDefect::kForgetsBackwardZones);
      if (chain.first_end < last_call && !forgotten) return {.status = MethodStatus::kIllegal};
      if (!forgotten) last_call = std::max(last_call, chain.last_call);
      for (uint32_t k = 0; k < chain.count; ++k) result.order.push_back(members_[chain.first + k]);
    }
    return result;
  }

  const LinearProblem& problem_;
  std::vector<Value> values_;
  IndexTable numbers_;
  std::vector<Part> parts_;
  std::vector<uint32_t> next_reader_;
  std::vector<uint32_t> members_;  // of all chains
  std::vector<Chain> chains_;
  bool illegal_ = false;
};

MethodResult decide(const LinearProblem& problem) { return Zones(problem).decide(); }

}  // namespace

const LinearMethod& register_method() {
  static const LinearMethod method{.name = "zones", .decide = decide};
  return method;
}

}  // namespace seedbed
