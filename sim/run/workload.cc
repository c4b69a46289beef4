#include "sim/run/workload.h"

#include <fmt/format.h>

#include "sim/core/check.h"

namespace seedbed {
namespace {

constexpr Site kWhat("workload.function", ChoiceClass::kAmbient);
constexpr Site kKey("workload.key", ChoiceClass::kAmbient);
constexpr Site kValue("workload.value", ChoiceClass::kAmbient);

// What the kinds have in common: a scope, keys, and values that no other operation writes.
class KeyedWorkload : public Workload {
 public:
  KeyedWorkload(Choices& choices, std::string_view client, uint64_t keys)
      : choices_(choices), client_(client), scope_(choices.scope(client)), keys_(keys) {}

 protected:
  uint64_t percent(uint64_t number) { return below(choices_.ambient(kWhat, scope_, number), 100); }
  std::string key(uint64_t number) {
    return fmt::format("k{}", below(choices_.ambient(kKey, scope_, number), keys_) + 1);
  }
  std::string unique_value(uint64_t number) { return fmt::format("{}.{}", client_, number); }
  uint64_t small(uint64_t number, uint64_t bound) {
    return below(choices_.ambient(kValue, scope_, number), bound);
  }

 private:
  Choices& choices_;
  std::string client_;
  Scope scope_;
  uint64_t keys_;
};

class RegisterWorkload final : public KeyedWorkload {
 public:
  using KeyedWorkload::KeyedWorkload;
  Operation next(uint64_t number) override {
    const uint64_t what = percent(number);
    std::string where = key(number);
    if (what < 40) return Operation::get(std::move(where));
    if (what < 70) return Operation::put(std::move(where), unique_value(number));
    if (what < 75) return Operation::erase(std::move(where));
    // From three values only, so that a cas finds what it expects now and then.
    const uint64_t values = small(number, 9);
    const std::string expected(1, static_cast<char>('A' + values / 3));
    const std::string desired(1, static_cast<char>('A' + values % 3));
    if (what < 85) return Operation::cas(std::move(where), std::nullopt, desired);
    return Operation::cas(std::move(where), expected, desired);
  }
};

class LookupWorkload final : public KeyedWorkload {
 public:
  using KeyedWorkload::KeyedWorkload;
  Operation next(uint64_t number) override {
    const bool get = percent(number) < 92;
    std::string where = key(number);
    if (get) return Operation::get(std::move(where));
    return Operation::put(std::move(where), unique_value(number));
  }
};

class AppendWorkload final : public KeyedWorkload {
 public:
  using KeyedWorkload::KeyedWorkload;
  Operation next(uint64_t number) override {
    const bool append = percent(number) < 60;
    std::string where = key(number);
    if (!append) return Operation::get(std::move(where));
    return Operation::append(std::move(where), unique_value(number) + " ");
  }
};

class CounterWorkload final : public KeyedWorkload {
 public:
  using KeyedWorkload::KeyedWorkload;
  Operation next(uint64_t number) override {
    const uint64_t what = percent(number);
    std::string where = key(number);
    const auto amount = static_cast<int64_t>(small(number, 5)) + 1;
    if (what < 50) return Operation::increment(std::move(where), amount);
    if (what < 70) return Operation::decrement(std::move(where), amount);
    return Operation::read(std::move(where));
  }
};

}  // namespace

const std::vector<WorkloadKind>& workload_kinds() {
  static const std::vector<WorkloadKind> kinds{
      {"register", "get, put, cas and delete on a few keys"},
      {"lookup", "twelve gets for each put on a few keys"},
      {"append", "append and get on a few keys: every value shows its whole history"},
      {"counter", "increment, decrement and read a few counters"},
  };
  return kinds;
}

std::unique_ptr<Workload> make_workload(std::string_view kind, Choices& choices,
                                        std::string_view client, uint64_t keys) {
  if (kind == "register") return std::make_unique<RegisterWorkload>(choices, client, keys);
  if (kind == "lookup") return std::make_unique<LookupWorkload>(choices, client, keys);
  if (kind == "append") return std::make_unique<AppendWorkload>(choices, client, keys);
  CHECK(kind == "counter");
  return std::make_unique<CounterWorkload>(choices, client, keys);
}

}  // namespace seedbed
