#include "protocols/outbox/queue.h"

namespace seedbed::outbox {

void Queue::start() {
  if (!keeper_.recover()) return;
  env_.serve<wire::Publish>(
      [this](NodeId, const wire::Publish::Request& request) -> Result<wire::Publish::Response> {
        for (const wire::Event& event : request.events()) {
          const uint64_t number = keeper_.state().last() + 1;
          (void)keeper_.change(kPublished, encode_published(number, from_wire(event)));
        }
        keeper_.await();
        return wire::Publish::Response();
      });
  env_.serve<wire::Pull>(
      [this](NodeId, const wire::Pull::Request& request) -> Result<wire::Pull::Response> {
        wire::Pull::Response response = pull(request.most());
        keeper_.await();
        return response;
      });
  env_.serve<wire::Acknowledge>(
      [this](NodeId,
             const wire::Acknowledge::Request& request) -> Result<wire::Acknowledge::Response> {
        for (const uint64_t number : request.numbers()) {
          if (keeper_.state().events().count(number) == 0) continue;
          (void)keeper_.change(kTaken, encode_number(number));
          delivered_.erase(number);
        }
        keeper_.await();
        return wire::Acknowledge::Response();
      });
}

wire::Pull::Response Queue::pull(size_t most) {
  wire::Pull::Response response;
  for (const auto& [number, event] : keeper_.state().events()) {
    if (response.deliveries_size() >= static_cast<int>(most)) break;
    const auto last = delivered_.find(number);
    if (last != delivered_.end()) {
      if (env_.now() < last->second + redeliver_) continue;
      env_.reached("outbox.delivered_again");
    }
    delivered_[number] = env_.now();
    auto* delivery = response.add_deliveries();
    delivery->set_number(number);
    to_wire(event, delivery->mutable_event());
  }
  return response;
}

}  // namespace seedbed::outbox
