#include "sim/run/client_process.h"

#include <algorithm>

#include "sim/history/history.pb.h"
#include "sim/run/sites.h"

namespace seedbed {
namespace {

constexpr Site kBackoff("workload.backoff", ChoiceClass::kAmbient);

}  // namespace

ClientProcess::ClientProcess(Env& env, ClientPlan plan, std::unique_ptr<Client> client,
                             std::unique_ptr<Workload> workload, std::function<void()> done)
    : env_(env),
      plan_(plan),
      client_(std::move(client)),
      workload_(std::move(workload)),
      done_(std::move(done)) {}

void ClientProcess::start() {
  uint64_t number = 0;
  while (number < plan_.operations && env_.now() < plan_.faults_end) {
    think();
    perform(++number);
  }
  const Duration left = plan_.faults_end - env_.now();
  if (left > Duration::zero()) env_.sleep(left);
  // Outages may have kept it from its work: it makes up for that, and does not think in between.
  while (ok_ < plan_.needed && number < plan_.operations) perform(++number);
  number = plan_.operations;
  for (uint64_t i = 0; i < plan_.final_operations; ++i) perform(++number);
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
  if (response.ok()) ++ok_;
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
    Response response = client_->attempt(operation, number);
    if (response.ok()) return response;
    if (response.outcome == Outcome::kInfo) {
      unknown = response;
      if (!client_->retries_are_safe()) return response;
    }
    if (attempt >= plan_.attempts) return unknown ? *unknown : response;
    env_.sleep(5ms + Duration(static_cast<int64_t>(env_.random(kBackoff, 45'000'000))));
  }
}

}  // namespace seedbed
