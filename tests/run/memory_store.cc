#include "tests/run/memory_store.h"

#include <map>

#include "sim/check/linearizability_checker.h"
#include "sim/check/model.h"
#include "sim/history/history.pb.h"
#include "sim/run/scenario.pb.h"

namespace seedbed {
namespace {

struct Access {
  using Request = history::Entry;
  using Response = history::Entry;
};

class Store final : public Process {
 public:
  Store(Env& env, const Setup& setup) : env_(env), mutant_(setup.mutant) {}

  void start() override {
    env_.serve<Access>([this](NodeId, const history::Entry& request) { return apply(request); });
    if (mutant_ == "store.spins") {
      for (;;) env_.sleep(0ns);
    }
    if (mutant_ == "store.leaks") {
      for (;;) {
        hoard_.push_back(std::string(1 << 20, 'x'));
        env_.sleep(1ms);
      }
    }
  }

 private:
  Result<history::Entry> apply(const history::Entry& request) {
    env_.reached("request served");
    ++served_;
    INVARIANT(mutant_ != "store.asserts" || served_ < 20, "served {} requests", served_);
    if (mutant_ == "store.hangs" && served_ > 10) env_.sleep(1h);
    history::Entry response;
    const Operation operation = operation_from(request.function(), request.operation());
    auto& value = values_[operation.key];
    Response answer = Response::done();
    if (operation.function == kGet) {
      answer = value ? Response::found(*value) : Response::absent();
    } else if (operation.function == kDelete) {
      value.reset();
    } else if (operation.function == kCas && value != operation.expected) {
      answer = Response::mismatch();
    } else if (mutant_ != "store.forgets" || served_ % 7 != 0) {
      value = operation.argument;
    }
    store(answer, response.mutable_operation());
    return response;
  }

  Env& env_;
  std::string_view mutant_;
  std::map<std::string, std::optional<std::string>> values_;
  std::vector<std::string> hoard_;
  int served_ = 0;
};

class StoreClient final : public Client {
 public:
  StoreClient(Env& env, const Setup& setup) : env_(env), server_(setup.servers.front()) {}

  Response attempt(const Operation& what, uint64_t) override {
    history::Entry request;
    request.set_function(what.function);
    store(what, request.mutable_operation());
    const auto response = env_.call<Access>(server_, request, 200ms);
    if (!response) return Response::after(response.error());
    return response_from(Outcome::kOk, response->operation());
  }
  bool retries_are_safe() const override { return false; }

 private:
  Env& env_;
  NodeId server_;
};

}  // namespace

ProtocolSpec memory_store() {
  ProtocolSpec spec;
  spec.name = "memory_store";
  spec.summary = "one server with registers in memory";
  spec.default_options = &run::Range::default_instance();
  spec.workloads = {"register"};
  spec.survives = [](const Setup&) { return Tolerance{}; };
  spec.make_process = [](Env& env, const Setup& setup) {
    return std::make_unique<Store>(env, setup);
  };
  spec.make_client = [](Env& env, const Setup& setup) {
    return std::make_unique<StoreClient>(env, setup);
  };
  spec.checks = {{"Linearizable", "operations take effect one at a time", Evidence::kClients,
                  [](const Setup&) {
                    return std::make_unique<LinearizabilityChecker>("Linearizable",
                                                                    key_value_model());
                  }}};
  for (const char* mutant :
       {"store.forgets", "store.hangs", "store.spins", "store.leaks", "store.asserts"}) {
    spec.mutants.push_back({.name = mutant, .wrong = "", .caught_by = "", .reference = ""});
  }
  spec.probes = {{"request served", "somebody asked"}};
  return spec;
}

}  // namespace seedbed
