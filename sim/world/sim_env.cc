#include "sim/world/sim_env.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "sim/world/sites.h"

namespace seedbed {

// A call that waits for its answer; leaves the table when its caller does, even by being killed.
class SimEnv::Call {
 public:
  explicit Call(SimEnv& env) : env_(env), answered(env.scheduler_) {
    if (env.first_free_call_ == env.calls_.size()) {
      env.calls_.push_back({.next_free = env.first_free_call_ + 1});
    }
    id_ = {.slot = env.first_free_call_, .number = ++env.last_call_};
    CallSlot& slot = env.calls_[id_.slot];
    env.first_free_call_ = slot.next_free;
    slot.call = this;
    slot.number = id_.number;
  }
  ~Call() {
    CallSlot& slot = env_.calls_[id_.slot];
    slot.call = nullptr;
    slot.next_free = std::exchange(env_.first_free_call_, id_.slot);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  CallId id() const { return id_; }
  // The answer is on its way: the frames around this, then the task.
  void prefetch(uint32_t step) const {
    constexpr size_t kBelow = 192;
    constexpr size_t kAbove = 512;
    if (step == 0)
      prefetch_range(reinterpret_cast<const std::byte*>(this) - kBelow, kBelow + kAbove);
    if (step == 1) answered.prefetch_waiter();
  }

 private:
  SimEnv& env_;
  CallId id_;

 public:
  WaitOnce answered;
  bool refused = false;
  SealedMessage response;
};

SimEnv::SimEnv(Node& node, Scheduler& scheduler, Network& network)
    : node_(node),
      scheduler_(scheduler),
      network_(network),
      scope_text_(fmt::format("{}.{}", node.name(), number(node.incarnation()))),
      scope_(scheduler.choices().scope(scope_text_)),
      tasks_(scheduler, scope_text_),
      last_call_(uint64_t{number(node.incarnation())} << 32) {
  tasks_.set_clock_rate(node.clock().drift_ppb());
}

SimEnv::~SimEnv() = default;

void SimEnv::require_open() const {
  if (life_ != Life::kSealed) [[likely]]
    return;
  CHECK(std::uncaught_exceptions() == 0 && "a destructor used the Env of a killed process");
  throw ProcessKilled{};
}

NodeId SimEnv::self() const { return node_.id(); }
Incarnation SimEnv::incarnation() const { return node_.incarnation(); }

NodeTime SimEnv::now() {
  require_open();
  return node_.clock().now(scheduler_.now());
}

WallTime SimEnv::wall_now() {
  require_open();
  return node_.wall_now();
}

TimeInterval SimEnv::interval_now() {
  require_open();
  return node_.interval_now();
}

void SimEnv::sleep(Duration duration) {
  require_open();
  scheduler_.sleep(duration);
  scheduler_.stream().emit({.kind = EventKind::kTimer, .node = node_.id()});
}

Disk& SimEnv::disk() {
  require_open();
  return node_.disk();
}

void SimEnv::spawn(std::string_view name, std::function<void()> body) {
  require_open();
  scheduler_.spawn(tasks_, name, std::move(body));
}

void SimEnv::fail_stop(std::string_view why) {
  require_open();
  CHECK(scheduler_.current() != nullptr && "fail_stop() is for fibers");
  CHECK(&scheduler_.current()->group() == &tasks_);
  if (!doomed()) node_.fail_stop(why);
  seal();
  throw ProcessKilled{};
}

inline uint64_t SimEnv::draw(const Site& site, Draws& draws) {
  Choices& choices = scheduler_.choices();
  const uint64_t ordinal = ++draws.count;
  if (choices.watched()) return choices.ambient(site, scope_, ordinal);
  return std::exchange(draws.next_bits, choices.ambient(site, scope_, ordinal + 1));
}

uint64_t SimEnv::random(const Site& site, uint64_t bound) {
  require_open();
  CHECK(bound > 0);
  for (Draws& draws : draws_) {
    if (draws.site == site.hash()) return below(draw(site, draws), bound);
  }
  Choices& choices = scheduler_.choices();
  const uint64_t first = choices.watched() ? 0 : choices.ambient(site, scope_, 1);
  Draws& draws = draws_.emplace_back(Draws{.site = site.hash(), .count = 0, .next_bits = first});
  return below(draw(site, draws), bound);
}

uint64_t SimEnv::next_visit(const Site& site) {
  for (Visits& visits : visits_) {
    if (visits.site == site.hash()) return ++visits.count;
  }
  CHECK(site.choice_class() == ChoiceClass::kFault);
  visits_.push_back({.site = site.hash(), .count = 1});
  return 1;
}

uint64_t SimEnv::buggify(const Site& site, uint64_t magnitudes) {
  require_open();
  Choices& choices = scheduler_.choices();
  const Ratio odds = node_.buggify_odds(site);
  // A place that is off need not be counted: it is off for the whole run.
  if (odds.never() && !choices.watched()) return 0;
  const uint64_t value = choices.fault(site, scope_, next_visit(site), odds, magnitudes);
  if (value != 0) {
    scheduler_.stream().emit({.kind = EventKind::kFault,
                              .node = node_.id(),
                              .value = value,
                              .name = "buggify",
                              .bytes = site.name()});
  }
  return value;
}

void SimEnv::holds(std::string_view what, size_t bytes) {
  require_open();
  const auto same = std::find_if(held_.begin(), held_.end(),
                                 [what](const Held& held) { return held.what == what; });
  if (same != held_.end()) {
    same->bytes = bytes;
  } else {
    held_.push_back({.what = what, .bytes = bytes});
  }
  node_.check_memory();
}

size_t SimEnv::bytes_held() const {
  size_t sum = 0;
  for (const Held& held : held_) sum += held.bytes;
  return sum;
}

size_t SimEnv::requests_running() const {
  size_t sum = 0;
  for (const auto& service : services_) sum += service->running;
  return sum;
}

Scheduler& SimEnv::scheduler() { return scheduler_; }

void SimEnv::probe(const google::protobuf::Message& fact) {
  if (doomed()) return;
  const std::string& name = fact.GetDescriptor()->full_name();
  scheduler_.stream().emit({.kind = EventKind::kProbe,
                            .node = node_.id(),
                            .id = number(node_.incarnation()),
                            .value = hash_bytes(name),
                            .name = name,
                            .payload = &fact});
}

void SimEnv::reached(ProbeName name) {
  if (doomed()) return;
  scheduler_.stream().emit(
      {.kind = EventKind::kReached, .node = node_.id(), .id = name.hash(), .name = name.text()});
}

void SimEnv::send_sealed(NodeId to, SealedMessage message, Label label) {
  if (doomed()) return;
  PacketPtr packet = network_.new_packet();
  packet->from = node_.id();
  packet->to = to;
  packet->message = std::move(message);
  packet->label = label;
  network_.send(std::move(packet));
}

void SimEnv::handle(const MessageType& type, Handler handler) {
  require_open();
  listeners_.push_back({.type = &type, .handler = std::move(handler)});
}

void SimEnv::serve_sealed(const MessageType& type, size_t concurrency, Server server) {
  require_open();
  services_.push_back(std::make_unique<Service>(
      Service{.type = &type, .server = std::move(server), .concurrency = concurrency}));
}

Result<SealedMessage> SimEnv::call_sealed(NodeId to, SealedMessage request, Duration timeout,
                                          Label label) {
  const bool unheard = doomed();
  Call call(*this);
  PacketPtr packet = network_.new_packet();
  packet->from = node_.id();
  packet->to = to;
  packet->message = std::move(request);
  packet->label = label;
  packet->role = PacketRole::kRequest;
  packet->call = call.id();
  if (!unheard) network_.send(std::move(packet));
  if (!call.answered.wait(timeout)) return Error::kTimeout;
  if (call.refused) return Error::kUnavailable;
  return std::move(call.response);
}

// The packet of the request travels back with the answer.
void SimEnv::respond(PacketPtr&& packet, Result<SealedMessage>&& response) {
  if (doomed()) return;
  if (!response && response.error() == Error::kTimeout) return;  // unknown: silence says just that
  packet->to = packet->from;
  packet->from = node_.id();
  packet->role = response ? PacketRole::kResponse : PacketRole::kRefusal;
  packet->message = response ? *std::move(response) : SealedMessage();
  network_.send(std::move(packet));
}

inline void SimEnv::serve_request(Service& service, PacketPtr&& packet) {
  if (service.running >= service.concurrency) {
    // A refusal says that nothing was executed, which nobody knows of the other copy.
    if (packet->duplicated) {
      network_.emit_drop(*packet, DropReason::kOverflow);
    } else {
      respond(std::move(packet), Error::kUnavailable);
    }
    return;
  }
  ++service.running;
  scheduler_.spawn(tasks_, "request", [this, &service, packet = std::move(packet)]() mutable {
    struct Running {
      size_t& count;
      ~Running() { --count; }
    } running{service.running};
    Result<SealedMessage> response = service.server(packet->from, packet->message);
    respond(std::move(packet), std::move(response));
  });
}

inline SimEnv::Service* SimEnv::service_for(const MessageType& type) {
  for (const auto& service : services_) {
    if (service->type == &type) return service.get();
  }
  return nullptr;
}

inline void SimEnv::execute(PacketPtr&& packet) {
  const MessageType& type = packet->type();
  if (packet->role == PacketRole::kRequest) {
    if (Service* service = service_for(type)) {
      serve_request(*service, std::move(packet));
      return;
    }
  } else {
    for (const Listener& listener : listeners_) {
      if (listener.type != &type) continue;
      NoSuspend guard("a message handler");
      listener.handler(packet->from, packet->message);
      return;
    }
  }
  network_.emit_drop(*packet, DropReason::kUnserved);
}

inline void SimEnv::answer(Packet& packet) {
  if (packet.call.slot >= calls_.size()) return;  // a call of an incarnation that is gone
  const CallSlot& slot = calls_[packet.call.slot];
  if (slot.call == nullptr || slot.number != packet.call.number) return;  // it has given up
  Call& call = *slot.call;
  if (!call.answered.waiting()) return;  // a duplicate: the first answer has woken it
  call.refused = packet.role == PacketRole::kRefusal;
  call.response = std::move(packet.message);
  call.answered.notify();
}

void SimEnv::prefetch(const Packet& packet, uint32_t step) const {
  if (step == 0) return prefetch_range(this, sizeof(*this));
  if (packet.role == PacketRole::kRequest) {
    if (step == 1 && !services_.empty()) prefetch_range(services_.data(), kCacheLine);
    if (step == 2 && !services_.empty()) prefetch_range(services_[0].get(), sizeof(Service));
    return;
  }
  if (packet.role == PacketRole::kOneWay || packet.call.slot >= calls_.size()) return;
  const CallSlot& slot = calls_[packet.call.slot];
  if (step == 1) {
    prefetch_range(&slot, sizeof(slot));
    prefetch_range(draws_.data(), kCacheLine);
  } else if (slot.call != nullptr && slot.number == packet.call.number) {
    slot.call->prefetch(step - 2);
  }
}

void SimEnv::deliver(PacketPtr&& packet) {
  if (packet->role == PacketRole::kResponse || packet->role == PacketRole::kRefusal) {
    answer(*packet);
  } else {
    execute(std::move(packet));
  }
}

}  // namespace seedbed
