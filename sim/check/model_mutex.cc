// Mutexes. A state is "" if it is free, "held" if not.
#include "sim/check/linear_method.h"
#include "sim/check/model.h"

namespace seedbed {
namespace {

bool knows(const Exchange& exchange) { return exchange.is(kAcquire) || exchange.is(kRelease); }

// An acquire waits until the mutex is free; to release a free one is a mistake that cannot succeed.
bool step(std::string_view state, const Exchange& exchange, std::string* next) {
  if (exchange.is(kAcquire)) *next = "held";
  return state.empty() == exchange.is(kAcquire);
}

OperationKind kind(const Exchange&) { return OperationKind::kOther; }

std::optional<std::string> observed(const Exchange& exchange) {
  return exchange.is(kAcquire) ? "" : "held";
}

std::optional<std::string> holding(std::string_view text) {
  if (text == "held") return std::string(text);
  return text == "free" ? std::optional(std::string()) : std::nullopt;
}

}  // namespace

const Model& mutex_model() {
  static const Model model{.name = "mutex",
                           .meaning = "one holder at a time: acquire, release",
                           .holding = holding,
                           .knows = knows,
                           .step = step,
                           .kind = kind,
                           .observed = observed,
                           .method = &mutex_method()};
  return model;
}

}  // namespace seedbed
