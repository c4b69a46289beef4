#include "sim/run/workload.h"

#include <fmt/format.h>

#include "sim/core/check.h"

namespace seedbed {
namespace {

constexpr Site kWhat("workload.function", ChoiceClass::kAmbient);
constexpr Site kKey("workload.key", ChoiceClass::kAmbient);
constexpr Site kValue("workload.value", ChoiceClass::kAmbient);
// Ordinal: the number of the operation; of what a step does and to which key, that of the step.
constexpr Site kSteps("workload.steps", ChoiceClass::kAmbient);
constexpr Site kStep("workload.step", ChoiceClass::kAmbient);
constexpr Site kStepKey("workload.step_key", ChoiceClass::kAmbient);
constexpr Site kTo("workload.to", ChoiceClass::kAmbient);

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
  uint64_t draw(const Site& site, uint64_t ordinal, uint64_t bound) {
    return below(choices_.ambient(site, scope_, ordinal), bound);
  }
  std::string_view client() const { return client_; }
  uint64_t keys() const { return keys_; }

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

// Transactions of one to four steps. Every key is new once and forgotten later, so that what it
// holds has a short past.
class StepsWorkload : public KeyedWorkload {
 public:
  using KeyedWorkload::KeyedWorkload;

 protected:
  using Read = TransactionStep (*)(std::string key);
  using Change = TransactionStep (*)(std::string key, std::string value);

  // What changes something does so with a value of its own.
  Operation transaction(uint64_t number, Read read, Change change) {
    std::vector<TransactionStep> steps;
    const uint64_t count = 1 + draw(kSteps, number, kMostSteps);
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t ordinal = number * kMostSteps + i;
      std::string key = fmt::format("k{}", number / kLife + draw(kStepKey, ordinal, keys()) + 1);
      const bool changes = draw(kStep, ordinal, 100) < 60;
      std::string value = changes ? fmt::format("{}.{}.{}", client(), number, i + 1) : "";
      steps.push_back(changes ? change(std::move(key), std::move(value)) : read(std::move(key)));
    }
    return Operation::transaction(std::move(steps));
  }

 private:
  static constexpr uint64_t kMostSteps = 4;
  static constexpr uint64_t kLife = 6;  // operations of a client until the next key comes
};

// The workload of Elle (Kingsbury and Alvaro, VLDB 2020): what a list holds tells in which order it
// was written.
class ListAppendWorkload final : public StepsWorkload {
 public:
  using StepsWorkload::StepsWorkload;
  Operation next(uint64_t number) override {
    return transaction(number, TransactionStep::read_list, TransactionStep::append);
  }
};

// The same with registers. What comes before what, only those tell who have read what they write.
class RegistersWorkload final : public StepsWorkload {
 public:
  using StepsWorkload::StepsWorkload;
  Operation next(uint64_t number) override {
    return transaction(number, TransactionStep::read, TransactionStep::write);
  }
};

// The bank of Jepsen's tests: whatever is transferred, all accounts together hold the same. Some
// transfers ask for more than an account holds now and then. Beside it, two kinds of machines pay
// cash, from accounts of which there are new ones every now and then: an account of 1000, from
// which some machines take 800 and the others 500; and two accounts that back each other.
class BankWorkload final : public KeyedWorkload {
 public:
  using KeyedWorkload::KeyedWorkload;
  Operation next(uint64_t number) override {
    const uint64_t what = percent(number);
    const uint64_t round = number / kLife + 1;
    const std::string joint = fmt::format("joint{}", round);
    const std::vector<std::string> pair{fmt::format("left{}", round),
                                        fmt::format("right{}", round)};
    if (what < 30) return Operation::read_all(bank_accounts(keys()));
    if (what < 42) return Operation::read_all({joint, pair[0], pair[1]});
    if (what < 54) return Operation::withdraw(joint, machine() == 0 ? 800 : 500, {joint});
    if (what < 66) return Operation::withdraw(pair[machine()], kBacked, pair);
    if (keys() < 2) return Operation::read_all(bank_accounts(keys()));
    const std::vector<std::string> accounts = bank_accounts(keys());
    const uint64_t from = draw(kKey, number, keys());
    const uint64_t to = (from + 1 + draw(kTo, number, keys() - 1)) % keys();
    const auto amount = static_cast<int64_t>(small(number, kLargest)) + 1;
    return Operation::transfer(accounts[from], accounts[to], amount);
  }

 private:
  static constexpr uint64_t kLife = 6;     // operations of a client until new accounts come
  static constexpr int64_t kBacked = 150;  // more than one of a pair holds, less than both
  static constexpr uint64_t kLargest = 100;

  size_t machine() const { return static_cast<size_t>(client().back() - '0') % 2; }
};

}  // namespace

std::vector<std::string> bank_accounts(uint64_t count) {
  std::vector<std::string> accounts;
  for (uint64_t i = 1; i <= count; ++i) accounts.push_back(fmt::format("a{}", i));
  return accounts;
}

const std::vector<WorkloadKind>& workload_kinds() {
  static const std::vector<WorkloadKind> kinds{
      {"register", "get, put, cas and delete on a few keys"},
      {"lookup", "twelve gets for each put on a few keys"},
      {"append", "append and get on a few keys: every value shows its whole history"},
      {"counter", "increment, decrement and read a few counters"},
      {"list_append", "transactions that append to lists and read them"},
      {"registers", "transactions that write registers and read them"},
      {"bank", "transfers between accounts, withdrawals, and reads of all of them"},
  };
  return kinds;
}

std::unique_ptr<Workload> make_workload(std::string_view kind, Choices& choices,
                                        std::string_view client, uint64_t keys) {
  if (kind == "register") return std::make_unique<RegisterWorkload>(choices, client, keys);
  if (kind == "lookup") return std::make_unique<LookupWorkload>(choices, client, keys);
  if (kind == "append") return std::make_unique<AppendWorkload>(choices, client, keys);
  if (kind == "list_append") return std::make_unique<ListAppendWorkload>(choices, client, keys);
  if (kind == "registers") return std::make_unique<RegistersWorkload>(choices, client, keys);
  if (kind == "bank") return std::make_unique<BankWorkload>(choices, client, keys);
  CHECK(kind == "counter");
  return std::make_unique<CounterWorkload>(choices, client, keys);
}

}  // namespace seedbed
