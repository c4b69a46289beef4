#include "protocols/outbox/consumer.h"

#include "protocols/outbox/persistence.h"

namespace seedbed::outbox {
namespace {

constexpr Site kJitter("outbox.consumer.jitter", ChoiceClass::kAmbient);
constexpr uint32_t kMost = 16;
constexpr Duration kPatience = 1s;

}  // namespace

void Consumer::start() {
  if (!keeper_.recover()) return;
  for (;; env_.sleep(options_.poll)) {
    wire::Pull::Request pull;
    pull.set_most(kMost);
    const auto pulled = call_until<wire::Pull>(
        env_, kJitter, {options_.queue, env_.now() + kPatience}, [&](uint64_t) { return pull; });
    if (!pulled || pulled->deliveries().empty()) continue;
    wire::Acknowledge::Request done;
    for (const auto& delivery : pulled->deliveries()) {
      act_on(from_wire(delivery.event()));
      done.add_numbers(delivery.number());
    }
    keeper_.await();
    // If this does not arrive, the events come again.
    (void)call_until<wire::Acknowledge>(env_, kJitter, {options_.queue, env_.now() + kPatience},
                                        [&](uint64_t) { return done; });
  }
}

void Consumer::act_on(const Event& event) {
  const bool has_acted = keeper_.state().has_acted(event.id);
  if (has_acted) env_.reached("outbox.event_came_again");
  if (!options_.rules.acts(has_acted)) return;
  (void)keeper_.change(kEffect, encode_effect(event));
  wire::Effect effect;
  to_wire(event, effect.mutable_event());
  env_.probe(effect);
}

}  // namespace seedbed::outbox
