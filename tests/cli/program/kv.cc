#include "tests/cli/program/kv.h"

#include <cstdlib>
#include <cstring>
#include <map>

#include "sim/check/linearizability_checker.h"
#include "sim/history/history.pb.h"
#include "sim/run/scenario.pb.h"

namespace seedbed::kv {
namespace {

// Messages that exist already: this protocol needs no .proto of its own.
struct Access {
  using Request = history::Entry;
  using Response = history::Operation;
};

class Server final : public Process {
 public:
  Server(Env& env, const Setup& setup) : env_(env), mutant_(setup.mutant) {}

  void start() override {
    env_.serve<Access>([this](NodeId, const history::Entry& ask) -> Result<history::Operation> {
      misbehave();
      const Operation operation = operation_from(ask.function(), ask.operation());
      if (mutant_ == "kv.deaf") return Error::kUnavailable;
      history::Operation answer;
      store(apply(operation), &answer);
      return answer;
    });
  }

 private:
  Response apply(const Operation& operation) {
    const auto found = values_.find(operation.key);
    if (operation.function == kGet) {
      return found == values_.end() ? Response::absent() : Response::found(found->second);
    }
    if (operation.function == kDelete) {
      values_.erase(operation.key);
      return Response::done();
    }
    if (operation.function == kCas) {
      const auto stands = found == values_.end() ? std::nullopt : std::optional(found->second);
      if (stands != operation.expected) return Response::mismatch();
    }
    if (found != values_.end()) env_.reached("kv.overwrite");
    const bool forgets = mutant_ == "kv.forgetful" && ++puts_ % 5 == 0;
    if (!forgets) values_[operation.key] = operation.argument;
    return Response::done();
  }

  // The mutants that are not wrong answers; the 20th request is their hour.
  void misbehave() {
    if (mutant_ == "kv.address") {
      auto place = std::make_unique<int>();
      env_.sleep(Duration(1 + reinterpret_cast<uintptr_t>(place.get()) % 4096));
    }
    if (mutant_ == "kv.static") {
      static int calls = 0;
      env_.sleep(Duration(++calls));
    }
    if (++requests_ != 20) return;
    INVARIANT(mutant_ != "kv.assertion", "request {} may not be", requests_);
    if (mutant_ == "kv.throw") throw std::runtime_error("out of ideas");
    if (mutant_ == "kv.abort") std::abort();
    if (mutant_ == "kv.check") CHECK(requests_ != 20);
    if (mutant_ == "kv.segfault") *static_cast<volatile int*>(nullptr) = 1;
    if (mutant_ == "kv.overflow") requests_ += overflow(1);
    if (mutant_ == "kv.balloon") grow();
    while (mutant_ == "kv.spin" || mutant_ == "kv.balloon") spins_ = spins_ + 1;
  }

  // Memory that no run's arena counts, as a C library would take it; up to 3 GiB.
  static void grow() {
    constexpr size_t kBlock = 1 << 20;
    for (int i = 0; i < 3072; ++i) {
      void* block = std::malloc(kBlock);
      if (block != nullptr) std::memset(block, i | 1, kBlock);
      asm volatile("" : : "r"(block) : "memory");  // or compilers see that nobody reads it
    }
  }

  static uint64_t overflow(uint64_t depth) {
    volatile char frame[4096] = {static_cast<char>(depth)};
    if (depth == 0) return 0;  // never, but compilers know too much
    return overflow(depth + 1) + static_cast<uint64_t>(frame[depth % sizeof frame]);
  }

  Env& env_;
  std::string_view mutant_;
  std::map<std::string, std::string> values_;
  uint64_t requests_ = 0;
  uint64_t puts_ = 0;
  volatile uint64_t spins_ = 0;
};

class KvClient final : public Client {
 public:
  KvClient(Env& env, const Setup& setup) : env_(env), server_(setup.servers.front()) {}

  Response attempt(const Operation& what, uint64_t) override {
    history::Entry ask;
    ask.set_function(what.function);
    store(what, ask.mutable_operation());
    const auto answer = env_.call<Access>(server_, std::move(ask), 500ms);
    return answer ? response_from(Outcome::kOk, *answer) : Response::after(answer.error());
  }
  bool retries_are_safe() const override { return false; }

 private:
  Env& env_;
  NodeId server_;
};

// Clients get answers again once the faults are over.
class Progress final : public Checker {
 public:
  Progress() : Checker("Progress") {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kHeal, EventKind::kInvoke, EventKind::kReturn);
  }
  void on_event(const TraceEvent& event) override {
    evaluated();
    healed_ = healed_ || event.kind == EventKind::kHeal;
    asked_ = asked_ || (healed_ && event.kind == EventKind::kInvoke);
    answered_ = answered_ || (healed_ && event.kind == EventKind::kReturn &&
                              event.value == static_cast<uint64_t>(Outcome::kOk));
  }
  void finish() override {
    if (asked_ && !answered_) {
      conclude(CheckStatus::kLiveness, "no operation ended ok after the faults were over");
    }
  }

 private:
  bool healed_ = false, asked_ = false, answered_ = false;
};

}  // namespace

ProtocolSpec spec() {
  static const run::Range kOptions;
  ProtocolSpec spec{.name = "kv",
                    .summary = "a key-value server in memory",
                    .default_options = &kOptions,
                    .workloads = {"register"}};
  spec.survives = [](const Setup&) { return Tolerance{}; };
  spec.make_process = [](Env& env, const Setup& setup) {
    return std::make_unique<Server>(env, setup);
  };
  spec.make_client = [](Env& env, const Setup& setup) {
    return std::make_unique<KvClient>(env, setup);
  };
  spec.checks = {{"Linearizable", "every operation happens at one moment", Evidence::kClients,
                  [](const Setup&) {
                    return std::make_unique<LinearizabilityChecker>("Linearizable",
                                                                    key_value_model());
                  }},
                 {"Progress", "clients get answers after the faults are over", Evidence::kClients,
                  [](const Setup&) { return std::make_unique<Progress>(); }}};
  const std::pair<const char*, const char*> mutants[] = {{"forgetful", "loses every fifth write"},
                                                         {"deaf", "refuses every request"},
                                                         {"assertion", "breaks its own invariant"},
                                                         {"throw", "throws an exception"},
                                                         {"abort", "aborts"},
                                                         {"check", "fails a CHECK"},
                                                         {"segfault", "writes to address 0"},
                                                         {"overflow", "recurses without end"},
                                                         {"spin", "loops without end"},
                                                         {"balloon", "takes all memory"},
                                                         {"address", "acts by an address"},
                                                         {"static", "counts across incarnations"}};
  for (const auto& [name, wrong] : mutants) {
    spec.mutants.push_back({std::string("kv.") + name, wrong, "Linearizable", "invented"});
  }
  spec.probes = {{"kv.overwrite", "a value was replaced"}, {"kv.never", "cannot be reached"}};
  return spec;
}

}  // namespace seedbed::kv
