#include "sim/world/node.h"

#include <algorithm>

#include "sim/core/prefetch.h"
#include "sim/world/sim_env.h"
#include "sim/world/sites.h"

namespace seedbed {
namespace {

constexpr size_t kDoorBytes = 2 * kCacheLine;    // of a Node: what every packet looks at
constexpr int64_t kSlowestClock = -900'000'000;  // parts per billion

}  // namespace

// A packet that waits for its turn at a slow machine.
class Node::LatePacket final : public Action {
 public:
  LatePacket(Node& node, PacketPtr packet) : node_(node), packet_(std::move(packet)) {}
  ~LatePacket() { node_.scheduler_.cancel(*this); }
  size_t bytes() const { return packet_->bytes(); }
  void fire() override {
    const auto self = std::move(node_.in_service_.front());  // served in order of arrival
    node_.in_service_.pop_front();
    if (node_.paused_) {
      node_.waiting_.push_back(std::move(packet_));
    } else {
      node_.hand_over(std::move(packet_));
    }
  }

 private:
  Node& node_;
  PacketPtr packet_;
};

class Node::Supervisor final : public Action {
 public:
  Supervisor(Node& node, std::string why)
      : node_(node), why_(std::move(why)), ends_(node.incarnation()) {}
  ~Supervisor() { node_.scheduler_.cancel(*this); }
  void fire() override {
    if (!ended_) {
      end();
    } else if (!node_.up() && node_.power_cuts_ == 0) {
      node_.start();
    }
  }

 private:
  void end() {
    ended_ = true;
    // A crash may have been faster; then whoever crashed it starts it again.
    if (!node_.up() || node_.incarnation() != ends_) return;
    Choices& choices = node_.scheduler_.choices();
    const uint64_t bits = choices.ambient(sites::kRestartDelay, choices.scope(node_.name()),
                                          number(node_.incarnation()));
    node_.crash(why_);
    node_.scheduler_.schedule_in(*this, Duration(between(bits, kMinRestart, kMaxRestart)));
  }

  static constexpr int64_t kMinRestart = Duration(100ms).count();
  static constexpr int64_t kMaxRestart = Duration(1s).count();

  Node& node_;
  std::string why_;
  Incarnation ends_;
  bool ended_ = false;
};

Node::Node(Scheduler& scheduler, Network& network, NodeId id, NodeOptions options)
    : scheduler_(scheduler),
      network_(network),
      id_(id),
      options_(std::move(options)),
      disk_(scheduler, id, options_.name, options_.disk),
      clock_(options_.clock),
      interval_clock_(scheduler.choices(), scheduler.choices().scope(options_.name),
                      options_.interval_clock) {
  network.attach(*this);
}

Node::~Node() {
  if (env_ == nullptr) return;
  env_->seal();
  env_->kill_tasks();
  process_.reset();
  env_.reset();
}

void Node::emit(EventKind kind, std::string_view why) {
  scheduler_.stream().emit({.kind = kind, .node = id_, .id = number(incarnation_), .bytes = why});
}

void Node::operate(std::string_view order, NodeId about) {
  if (process_ != nullptr && !paused_ && !doomed_) process_->operate(order, about);
}

void Node::install(size_t version) {
  CHECK(version < versions());
  options_.version = version;
}

const ProcessFactory& Node::installed() const {
  const std::vector<ProcessFactory>& earlier = options_.earlier;
  return options_.version < earlier.size() ? earlier[options_.version] : options_.process;
}

void Node::start() {
  CHECK(!up());
  incarnation_ = Incarnation{number(incarnation_) + 1};
  scheduler_.stream().emit({.kind = EventKind::kStart,
                            .node = id_,
                            .id = number(incarnation_),
                            .value = options_.version});
  env_ = std::make_unique<SimEnv>(*this, scheduler_, network_);
  scheduler_.spawn(env_->tasks(), "main", [this] {
    process_ = installed()(*env_);
    process_->start();
  });
}

void Node::crash() { crash({}); }

void Node::crash(std::string_view why) {
  CHECK(up());
  env_->seal();
  emit(EventKind::kCrash, why);
  env_->kill_tasks();
  process_.reset();
  env_.reset();
  paused_ = doomed_ = false;
  waiting_.clear();
  in_service_.clear();
  busy_until_ = scheduler_.now();
  disk_.crash();
}

void Node::doom() {
  CHECK(up() && !doomed_);
  doomed_ = paused_ = true;
  env_->tasks().freeze();
  env_->doom();
  disk_.doom();
}

void Node::cut_power() {
  if (++power_cuts_ == 1 && up()) crash();
}

void Node::restore_power() {
  CHECK(power_cuts_ > 0);
  if (--power_cuts_ == 0 && !up()) start();
}

void Node::fail_stop(std::string_view why) {
  CHECK(up() && !doomed_);
  paused_ = true;  // messages of this instant wait at the door, and go with the process
  env_->tasks().freeze();
  supervisor_ = std::make_unique<Supervisor>(*this, std::string(why));
  scheduler_.schedule_in(*supervisor_, Duration::zero());
}

Ratio Node::buggify_odds(const Site& site) {
  const Buggify& odds = options_.buggify;
  if (odds.on.never()) return Ratio();
  for (const auto& [hash, on] : buggify_on_) {
    if (hash == site.hash()) return on ? odds.fires : Ratio();
  }
  Choices& choices = scheduler_.choices();
  const bool on =
      odds.on.holds(choices.ambient(sites::kBuggifyOn, choices.scope(site.name()), number(id_)));
  buggify_on_.emplace_back(site.hash(), on);
  return on ? odds.fires : Ratio();
}

void Node::limit_memory(size_t bytes) {
  memory_limit_ = bytes;
  memory_is_limited_ = bytes > 0;
  if (up()) check_memory();
}

size_t Node::memory_held() const {
  // Of a message in memory, beside its content; and of a fiber that serves it.
  constexpr size_t kMessage = 256;
  constexpr size_t kRequest = size_t{16} << 10;
  if (!up()) return 0;
  size_t bytes = env_->bytes_held() + env_->requests_running() * kRequest;
  for (const PacketPtr& packet : waiting_) bytes += kMessage + packet->bytes();
  for (const auto& late : in_service_) bytes += kMessage + late->bytes();
  return bytes;
}

void Node::check_memory() {
  if (!memory_is_limited_ || doomed_ || memory_held() <= memory_limit_) return;
  ++memory_kills_;
  // It was in the middle of something: what it still does at this instant does not happen.
  doom();
  supervisor_ = std::make_unique<Supervisor>(*this, "out of memory");
  scheduler_.schedule_in(*supervisor_, Duration::zero());
}

void Node::pause() {
  CHECK(up());
  if (paused_) return;
  paused_ = true;
  env_->tasks().freeze();
  emit(EventKind::kPause);
}

void Node::resume() {
  if (!paused_) return;
  paused_ = false;
  emit(EventKind::kResume);
  env_->tasks().thaw();
  std::deque<PacketPtr> waiting = std::move(waiting_);
  waiting_.clear();
  for (PacketPtr& packet : waiting) hand_over(std::move(packet));
}

void Node::add_service_time(Duration more) {
  service_time_ += more;
  busy_until_ = scheduler_.now();
  for (const auto& late : in_service_) {
    scheduler_.cancel(*late);
    busy_until_ += service_time_;
    scheduler_.schedule(*late, busy_until_);
  }
}

void Node::add_drift(int64_t more_ppb) {
  extra_drift_ppb_ += more_ppb;
  const int64_t ppb = std::max(options_.clock.drift_ppb() + extra_drift_ppb_, kSlowestClock);
  interval_clock_.catch_up(scheduler_.now(), clock_);
  clock_.set_drift(scheduler_.now(), ppb);
  if (env_ != nullptr) env_->tasks().set_clock_rate(ppb);
  scheduler_.stream().emit({.kind = EventKind::kClock,
                            .node = id_,
                            .id = static_cast<uint64_t>(nanoseconds(clock_.now(scheduler_.now()))),
                            .value = static_cast<uint64_t>(ppb)});
}

WallTime Node::wall_now() const {
  return wall_clock_.now(scheduler_.now(), clock_.now(scheduler_.now()));
}

TimeInterval Node::interval_now() { return interval_clock_.now(scheduler_.now(), clock_); }

void Node::jump_wall_clock(Duration by) {
  wall_clock_.jump(by);
  emit_wall_clock();
}

void Node::smear_wall_clock(int64_t more_ppb) {
  wall_clock_.add_rate(scheduler_.now(), more_ppb);
  emit_wall_clock();
}

void Node::freeze_wall_clock() {
  wall_clock_.freeze(scheduler_.now(), clock_.now(scheduler_.now()));
  emit_wall_clock();
}

void Node::thaw_wall_clock() {
  wall_clock_.thaw();
  emit_wall_clock();
}

void Node::emit_wall_clock() {
  scheduler_.stream().emit({.kind = EventKind::kClock,
                            .node = id_,
                            .id = static_cast<uint64_t>(nanoseconds(wall_now())),
                            .value = static_cast<uint64_t>(clock_.drift_ppb()),
                            .name = "wall"});
}

inline void Node::hand_over(PacketPtr&& packet) {
  // It may have waited for something else since it was sent.
  scheduler_.stream().resume_from(packet->cause());
  scheduler_.stream().emit({.kind = EventKind::kReceive,
                            .as_sent = packet->as_sent,
                            .node = id_,
                            .peer = packet->from,
                            .id = packet->id,
                            .value = packet->copy,
                            .name = packet->type().name,
                            .payload = packet->message ? &packet->message.get() : nullptr});
  env_->deliver(std::move(packet));
}

void Node::receive(PacketPtr&& packet) {
  const bool at_once = up() && !paused_ && service_time_ == Duration::zero() &&
                       in_service_.empty() && !memory_is_limited_;
  if (at_once) [[likely]] {
    hand_over(std::move(packet));
  } else {
    receive_later(std::move(packet));
  }
}

void Node::prefetch(const Packet& packet, uint32_t step) const {
  if (step == 0) {
    packet.message.prefetch();
    prefetch_range(this, kDoorBytes);
  } else if (env_ != nullptr) {
    env_->prefetch(packet, step - 1);
  }
}

void Node::receive_later(PacketPtr&& packet) {
  if (!up()) {
    network_.emit_drop(*packet, DropReason::kDown);
  } else if (service_time_ > Duration::zero() || !in_service_.empty()) {
    busy_until_ = std::max(busy_until_, scheduler_.now()) + service_time_;
    in_service_.push_back(std::make_unique<LatePacket>(*this, std::move(packet)));
    scheduler_.schedule(*in_service_.back(), busy_until_);
  } else if (paused_) {
    waiting_.push_back(std::move(packet));
  } else {
    hand_over(std::move(packet));
  }
  if (up()) check_memory();
}

}  // namespace seedbed
