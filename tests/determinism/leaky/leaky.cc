#include "tests/determinism/leaky/leaky.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <system_error>
#include <thread>
#include <unordered_map>

#include "sim/check/linearizability_checker.h"
#include "sim/check/model.h"
#include "sim/core/hash.h"
#include "sim/history/history.pb.h"
#include "sim/run/scenario.pb.h"

namespace seedbed {
namespace {

constexpr Site kDraw("leaky.draw", ChoiceClass::kAmbient);

struct Access {
  using Request = history::Entry;
  using Response = history::Entry;
};

// Values of which a compiler does not know that nobody has written them.
template <class T>
uint64_t as_it_stands(T& value) {
  asm volatile("" : "+m"(value));
  return value;
}

uint64_t wall_clock() {
  return static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
}

uint64_t random_device() { return std::random_device()(); }

uint64_t from_a_thread() {
  uint64_t number = 0;
  try {
    std::thread([&] { number = 1; }).join();
  } catch (const std::system_error&) {
    return 2;
  }
  return number;
}

uint64_t environment() {
  static const char* const value = std::getenv("PATH");
  return value == nullptr ? 0 : hash_bytes(value);
}

uint64_t file() {
  char byte = 0;
  std::ifstream("/proc/self/stat").get(byte);
  return static_cast<uint64_t>(byte);
}

// Numbers on the heap, in whatever order a container of their addresses has them.
template <class Container>
uint64_t order_of() {
  std::array<std::unique_ptr<uint64_t>, 12> numbers;
  Container by_address;
  for (uint64_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = std::make_unique<uint64_t>(i);
    by_address[numbers[i].get()] = i;
  }
  uint64_t order = 0;
  for (const auto& [address, number] : by_address) order = order * 12 + number;
  return order;
}

uint64_t uninitialised_heap() {
  constexpr size_t kNobodyElseHas = 5000;
  const std::unique_ptr<unsigned char[]> memory(new unsigned char[kNobodyElseHas]);
  return as_it_stands(memory[kNobodyElseHas / 2]);
}

[[gnu::noinline]] uint64_t uninitialised_stack() {
  std::array<unsigned char, 6000> memory;  // NOLINT: the leak
  return as_it_stands(memory[1000]);
}

uint64_t static_state() {
  static uint64_t calls = 0;
  return ++calls;
}

uint64_t difference(uint64_t left, uint64_t right) { return 3 * left + right; }

class Server final : public Process {
 public:
  Server(Env& env, const Setup& setup) : env_(env), mutant_(setup.mutant) {}

  void start() override {
    env_.serve<Access>([this](NodeId, const history::Entry& ask) -> Result<history::Entry> {
      env_.sleep(Duration(1 + static_cast<int64_t>(leaked() % 100'000)));
      history::Entry answer;
      store(apply(operation_from(ask.function(), ask.operation())), answer.mutable_operation());
      return answer;
    });
  }

 private:
  uint64_t draw() { return env_.random(kDraw, 1000); }

  uint64_t leaked() {
    using Leak = uint64_t (*)();
    static const std::map<std::string_view, Leak> kLeaks = {
        {"leak.wall-clock", wall_clock},
        {"leak.random-device", random_device},
        {"leak.thread", from_a_thread},
        {"leak.environment", environment},
        {"leak.file", file},
        {"leak.address-order", order_of<std::map<const uint64_t*, uint64_t>>},
        {"leak.unordered-iteration", order_of<std::unordered_map<const uint64_t*, uint64_t>>},
        {"leak.uninitialised-heap", uninitialised_heap},
        {"leak.uninitialised-stack", uninitialised_stack},
        {"leak.static-state", static_state}};
    const auto leak = kLeaks.find(mutant_);
    if (leak != kLeaks.end()) return leak->second();
    if (mutant_ == "leak.evaluation-order") return difference(draw(), draw());
    const uint64_t first = draw();
    const uint64_t second = draw();
    if (mutant_ == "leak.left-first") return difference(first, second);
    if (mutant_ == "leak.right-first") return difference(second, first);
    return 0;
  }

  Response apply(const Operation& operation) {
    auto& value = values_[operation.key];
    if (operation.function == kGet) return value ? Response::found(*value) : Response::absent();
    if (operation.function == kCas && value != operation.expected) return Response::mismatch();
    if (operation.function == kDelete) {
      value.reset();
    } else {
      value = operation.argument;
    }
    return Response::done();
  }

  Env& env_;
  std::string_view mutant_;
  std::map<std::string, std::optional<std::string>> values_;
};

class LeakyClient final : public Client {
 public:
  LeakyClient(Env& env, const Setup& setup) : env_(env), server_(setup.servers.front()) {}

  Response attempt(const Operation& what, uint64_t) override {
    history::Entry ask;
    ask.set_function(what.function);
    store(what, ask.mutable_operation());
    const auto answer = env_.call<Access>(server_, std::move(ask), 500ms);
    return answer ? response_from(Outcome::kOk, answer->operation())
                  : Response::after(answer.error());
  }
  bool retries_are_safe() const override { return false; }

 private:
  Env& env_;
  NodeId server_;
};

}  // namespace

ProtocolSpec leaky() {
  static const run::Range kOptions;
  ProtocolSpec spec{.name = "leaky",
                    .summary = "a key-value server through which the machine leaks",
                    .default_options = &kOptions,
                    .workloads = {"register"}};
  spec.survives = [](const Setup&) { return Tolerance{}; };
  spec.make_process = [](Env& env, const Setup& setup) {
    return std::make_unique<Server>(env, setup);
  };
  spec.make_client = [](Env& env, const Setup& setup) {
    return std::make_unique<LeakyClient>(env, setup);
  };
  spec.checks = {{"Linearizable", "every operation happens at one moment", Evidence::kClients,
                  [](const Setup&) {
                    return std::make_unique<LinearizabilityChecker>("Linearizable",
                                                                    key_value_model());
                  }}};
  for (const char* mutant :
       {"leak.wall-clock", "leak.random-device", "leak.thread", "leak.environment", "leak.file",
        "leak.address-order", "leak.unordered-iteration", "leak.uninitialised-heap",
        "leak.uninitialised-stack", "leak.static-state", "leak.evaluation-order", "leak.left-first",
        "leak.right-first"}) {
    spec.mutants.push_back({.name = mutant, .wrong = "", .caught_by = "", .reference = ""});
  }
  return spec;
}

}  // namespace seedbed
