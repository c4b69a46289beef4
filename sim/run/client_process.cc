#include "sim/run/client_process.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/history/history.pb.h"
#include "sim/run/sites.h"

namespace seedbed {
namespace {

constexpr Site kBackoff("workload.backoff", ChoiceClass::kAmbient);

// Scope: client and incarnation ("c6.1"); ordinal: the attempt.
constexpr Site kDuplicate("client.duplicate_request", ChoiceClass::kFault);
constexpr Site kLostAnswer("client.lost_answer", ChoiceClass::kFault);
// How much later a request comes a second time, at most: so many steps.
constexpr uint64_t kLatest = 64;
constexpr Duration kStep = 8ms;

}  // namespace

ClientProcess::ClientProcess(Env& env, ClientPlan plan, std::unique_ptr<Client> client,
                             std::unique_ptr<Workload> workload, ClientProgress& progress,
                             std::function<void()> done)
    : env_(env),
      plan_(std::move(plan)),
      client_(std::move(client)),
      workload_(std::move(workload)),
      progress_(progress),
      done_(std::move(done)),
      scope_(env.scheduler().choices().scope(
          fmt::format("c{}.{}", number(env.self()), number(env.incarnation())))) {}

void ClientProcess::start() {
  if (progress_.done) return;
  uint64_t& number = progress_.last;
  while (number < plan_.operations && env_.now() < plan_.faults_end) {
    think();
    perform(++number);
  }
  const Duration left = plan_.faults_end - env_.now();
  if (left > Duration::zero()) env_.sleep(left);
  // Outages may have kept it from its work: it makes up for that, and does not think in between.
  while (progress_.ok < plan_.needed && number < plan_.operations) perform(++number);
  number = std::max(number, plan_.operations);
  while (number < plan_.operations + plan_.final_operations) perform(++number);
  progress_.done = true;
  done_();
}

void ClientProcess::think() {
  const auto spread = static_cast<uint64_t>((plan_.think_max - plan_.think_min).count()) + 1;
  env_.sleep(plan_.think_min + Duration(static_cast<int64_t>(env_.random(sites::kThink, spread))));
}

void ClientProcess::perform(uint64_t number) {
  if (plan_.kept &&
      std::find(plan_.kept->begin(), plan_.kept->end(), number) == plan_.kept->end()) {
    return;
  }
  const Operation operation = workload_->next(number);
  EventStream& stream = env_.scheduler().stream();
  history::Operation payload;
  store(operation, &payload);
  stream.emit({.kind = EventKind::kInvoke,
               .node = env_.self(),
               .id = plan_.first_id + number,
               .name = operation.function,
               .payload = &payload});
  const Response response = attempt_until_known(operation, number);
  const size_t answered = response.steps.size();
  INVARIANT(answered == 0 || answered == operation.steps.size(),
            "a transaction of {} steps was answered with {}", operation.steps.size(), answered);
  if (response.ok()) ++progress_.ok;
  payload.Clear();
  store(response, &payload);
  stream.emit({.kind = EventKind::kReturn,
               .node = env_.self(),
               .id = plan_.first_id + number,
               .value = static_cast<uint64_t>(response.outcome),
               .name = operation.function,
               .payload = &payload});
}

Response ClientProcess::attempt_until_known(const Operation& operation, uint64_t number) {
  // Once one attempt may have taken effect, no later refusal makes the operation a failure.
  std::optional<Response> unknown;
  for (uint32_t attempt = 1;; ++attempt) {
    perhaps_duplicate(operation, number);
    Response response = client_->attempt(operation, number);
    const bool overlooked = response.ok() && attempt < plan_.attempts && overlooks_answer();
    if (overlooked) response = Response::info("the answer was overlooked");
    if (response.ok()) return response;
    if (response.outcome == Outcome::kInfo) {
      unknown = response;
      if (!client_->retries_are_safe()) return response;
    }
    if (attempt >= plan_.attempts) {
      // What was refused here may be on its way in the other request.
      if (!unknown && duplicated_ == number) unknown = Response::info("asked twice");
      return unknown ? *unknown : response;
    }
    env_.sleep(5ms + Duration(static_cast<int64_t>(env_.random(kBackoff, 45'000'000))));
  }
}

// The same request comes from a fiber of its own, a little later. Nobody waits for its answer.
void ClientProcess::perhaps_duplicate(const Operation& operation, uint64_t number) {
  if (!client_->retries_are_safe()) return;
  const uint64_t late =
      suffers(kDuplicate, ++attempts_, plan_.duplicate, kLatest, "duplicate_request");
  if (late == 0) return;
  duplicated_ = number;
  env_.spawn("duplicate", [this, operation, number, late] {
    env_.sleep(kStep * static_cast<int64_t>(late - 1));
    (void)client_->attempt(operation, number);
  });
}

bool ClientProcess::overlooks_answer() {
  return client_->retries_are_safe() &&
         suffers(kLostAnswer, attempts_, plan_.lost_answer, 1, "lost_answer") != 0;
}

uint64_t ClientProcess::suffers(const Site& site, uint64_t ordinal, Ratio odds, uint64_t magnitudes,
                                std::string_view fault) {
  Scheduler& scheduler = env_.scheduler();
  const uint64_t value = scheduler.choices().fault(site, scope_, ordinal, odds, magnitudes);
  if (value != 0) {
    scheduler.stream().emit({.kind = EventKind::kFault,
                             .node = env_.self(),
                             .value = value,
                             .name = fault,
                             .bytes = site.name()});
  }
  return value;
}

}  // namespace seedbed
