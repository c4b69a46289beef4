#include "protocols/outbox/cache.h"

namespace seedbed::outbox {
namespace {

// A reader that has not filled the gap by then is taken to be gone.
constexpr Duration kPermitTime = 300ms;

}  // namespace

void Cache::start() {
  // A permit of an earlier incarnation means nothing.
  last_permit_ = uint64_t{number(env_.incarnation())} << 32;
  env_.serve<wire::Remember>(
      [this](NodeId, const wire::Remember::Request& request) -> Result<wire::Remember::Response> {
        return look_up(request.key());
      });
  env_.on<wire::Fill>([this](NodeId, const wire::Fill& message) { fill(message); });
  env_.on<wire::Forget>([this](NodeId, const wire::Forget& message) {
    lines_.erase(message.key());
    permits_.erase(message.key());
  });
}

wire::Remember::Response Cache::look_up(const std::string& key) {
  wire::Remember::Response response;
  const auto line = lines_.find(key);
  if (line != lines_.end() && env_.now() < line->second.since + ttl_) {
    env_.reached("outbox.cache_hit");
    response.set_hit(true);
    response.set_found(line->second.value.has_value());
    response.set_value(line->second.value.value_or(""));
    return response;
  }
  Permit& permit = permits_[key];
  if (permit.number != 0 && env_.now() < permit.since + kPermitTime) return response;
  permit = {.number = ++last_permit_, .since = env_.now()};
  response.set_permit(permit.number);
  return response;
}

void Cache::fill(const wire::Fill& fill) {
  const auto place = permits_.find(fill.key());
  const Permit permit =
      place == permits_.end() ? Permit{.number = 0, .since = env_.now()} : place->second;
  if (!rules_.takes_fill(fill.permit(), permit.number)) {
    env_.reached("outbox.stale_fill_refused");
    return;
  }
  Line& line = lines_[fill.key()];
  line.value = fill.found() ? std::optional(fill.value()) : std::nullopt;
  line.since = permit.since;
  permits_.erase(fill.key());
}

}  // namespace seedbed::outbox
