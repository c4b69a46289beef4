#include "sim/world/sim_env.h"

#include <fmt/format.h>

#include <exception>

namespace seedbed {

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
  if (!sealed_) [[likely]]
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

uint64_t SimEnv::random(const Site& site, uint64_t bound) {
  require_open();
  CHECK(bound > 0);
  for (DrawCount& draw : draws_) {
    if (draw.site == site.hash()) {
      return below(scheduler_.choices().ambient(site, scope_, ++draw.count), bound);
    }
  }
  draws_.push_back({.site = site.hash(), .count = 1});
  return below(scheduler_.choices().ambient(site, scope_, 1), bound);
}

Scheduler& SimEnv::scheduler() { return scheduler_; }

void SimEnv::probe(const google::protobuf::Message& fact) {
  require_open();
  const std::string& name = fact.GetDescriptor()->full_name();
  scheduler_.stream().emit({.kind = EventKind::kProbe,
                            .node = node_.id(),
                            .id = number(node_.incarnation()),
                            .value = hash_bytes(name),
                            .name = name,
                            .payload = &fact});
}

void SimEnv::reached(ProbeName name) {
  require_open();
  scheduler_.stream().emit(
      {.kind = EventKind::kReached, .node = node_.id(), .id = name.hash(), .name = name.text()});
}

void SimEnv::send_sealed(NodeId to, SealedMessage message, Label label) {
  require_open();
  network_.send({.from = node_.id(), .to = to, .message = std::move(message), .label = label});
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
  require_open();
  const uint64_t number = ++last_call_;
  Call call(scheduler_);
  struct Entry {  // leaves the table when the caller does, even by being killed
    Entry(std::map<uint64_t, Call*>& calls, uint64_t number, Call& call)
        : calls(calls), place(calls.emplace(number, &call).first) {}
    ~Entry() { calls.erase(place); }
    std::map<uint64_t, Call*>& calls;
    std::map<uint64_t, Call*>::iterator place;
  } entry(calls_, number, call);
  network_.send({.from = node_.id(),
                 .to = to,
                 .message = std::move(request),
                 .label = label,
                 .role = Role::kRequest,
                 .call = number});
  if (!call.answered.wait(timeout)) return Error::kTimeout;
  if (call.refused) return Error::kUnavailable;
  return std::move(call.response);
}

void SimEnv::deliver(Packet& packet) {
  if (packet.role == Role::kResponse || packet.role == Role::kRefusal) {
    answer(packet);
    return;
  }
  execute(packet);
}

void SimEnv::answer(Packet& packet) {
  const auto waiting = calls_.find(packet.call);
  if (waiting == calls_.end()) return;  // it has given up
  Call& call = *waiting->second;
  if (call.answered.empty()) return;  // a duplicate: the first answer has woken it
  call.refused = packet.role == Role::kRefusal;
  call.response = std::move(packet.message);
  call.answered.notify_one();
}

void SimEnv::execute(Packet& packet) {
  const MessageType& type = packet.message.type();
  if (packet.role == Role::kOneWay) {
    for (const Listener& listener : listeners_) {
      if (listener.type != &type) continue;
      NoSuspend guard("a message handler");
      listener.handler(packet.from, packet.message);
      return;
    }
  } else if (serve_request(packet)) {
    return;
  }
  network_.emit_drop(packet, DropReason::kUnserved);
}

bool SimEnv::serve_request(Packet& packet) {
  for (const auto& service : services_) {
    if (service->type != &packet.message.type()) continue;
    if (service->running >= service->concurrency) {
      // A refusal says that nothing was executed, which nobody knows of the other copy.
      if (packet.duplicated) {
        network_.emit_drop(packet, DropReason::kOverflow);
        return true;
      }
      respond(packet, Error::kUnavailable);
      return true;
    }
    ++service->running;
    scheduler_.spawn(tasks_, "request", [this, &service = *service, request = packet] {
      struct Running {
        size_t& count;
        ~Running() { --count; }
      } running{service.running};
      respond(request, service.server(request.from, request.message));
    });
    return true;
  }
  return false;
}

void SimEnv::respond(const Packet& request, Result<SealedMessage> response) {
  if (!response && response.error() == Error::kTimeout) return;  // unknown: silence says just that
  Packet packet{.from = node_.id(),
                .to = request.from,
                .label = request.label,
                .role = response ? Role::kResponse : Role::kRefusal,
                .call = request.call};
  if (response) packet.message = *std::move(response);
  network_.send(std::move(packet));
}

}  // namespace seedbed
