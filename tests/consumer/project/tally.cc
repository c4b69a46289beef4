#include "tally.h"

#include <chrono>
#include <map>

#include "sim/check/linearizability_checker.h"
#include "tally.pb.h"

namespace tally {
namespace {

using namespace seedbed;

class Server final : public Process {
 public:
  Server(Env& env, const Setup& setup)
      : env_(env),
        service_(std::chrono::microseconds(setup.options_as<Options>().service_us())),
        interrupted_(setup.mutant == "tally.lost-update"),
        asks_the_machine_(setup.mutant == "tally.wall-clock") {}

  void start() override {
    env_.serve<Add>([this](NodeId, const Add::Request& ask) -> Result<Add::Response> {
      int64_t total = totals_[ask.counter()];
      if (asks_the_machine_) last_served_ = std::chrono::system_clock::now();
      // The mutant rests between reading and writing, and others count meanwhile.
      if (interrupted_) env_.sleep(service_);
      total += ask.amount();
      if (ask.amount() != 0) totals_[ask.counter()] = total;
      if (!interrupted_) env_.sleep(service_);
      Add::Response answer;
      answer.set_total(total);
      return answer;
    });
  }

 private:
  Env& env_;
  Duration service_;
  bool interrupted_;
  bool asks_the_machine_;
  std::chrono::system_clock::time_point last_served_;
  std::map<std::string, int64_t> totals_;
};

class AddClient final : public Client {
 public:
  AddClient(Env& env, const Setup& setup) : env_(env), server_(setup.servers.front()) {}

  Response attempt(const Operation& what, uint64_t) override {
    Add::Request ask;
    ask.set_counter(what.key);
    if (what.function == kIncrement) ask.set_amount(what.amount);
    if (what.function == kDecrement) ask.set_amount(-what.amount);
    const auto answer = env_.call<Add>(server_, std::move(ask), 500ms);
    if (!answer) return Response::after(answer.error());
    return what.function == kRead ? Response::number_is(answer->total()) : Response::done();
  }
  bool retries_are_safe() const override { return false; }

 private:
  Env& env_;
  NodeId server_;
};

}  // namespace

ProtocolSpec spec() {
  static const Options kOptions = [] {
    Options options;
    options.set_service_us(50'000);
    return options;
  }();
  ProtocolSpec spec{.name = "tally",
                    .summary = "counters on one server, in memory",
                    .default_options = &kOptions,
                    .workloads = {"counter"}};
  spec.survives = [](const Setup&) { return Tolerance{}; };
  spec.make_process = [](Env& env, const Setup& setup) {
    return std::make_unique<Server>(env, setup);
  };
  spec.make_client = [](Env& env, const Setup& setup) {
    return std::make_unique<AddClient>(env, setup);
  };
  spec.checks = {{"Linearizable", "every operation happens at one moment", Evidence::kClients,
                  [](const Setup&) {
                    return std::make_unique<LinearizabilityChecker>("Linearizable",
                                                                    counter_model());
                  }}};
  spec.mutants = {{"tally.lost-update", "rests between reading and writing a counter",
                   "Linearizable", "every textbook on concurrency"},
                  {"tally.wall-clock", "reads the machine's clock, which the guard refuses",
                   "guard", "every log file"}};
  return spec;
}

}  // namespace tally
