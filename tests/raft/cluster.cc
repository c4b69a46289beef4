#include "tests/raft/cluster.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/raft/command.h"
#include "sim/core/check.h"

namespace seedbed::raft {
namespace {

// One of three moods of a fault in a run: absent, rare, common.
uint64_t mood(Random& random, uint64_t rare, uint64_t common) {
  switch (random.below(3)) {
    case 0: return 0;
    case 1: return rare;
    default: return common;
  }
}

}  // namespace

ClusterOptions ClusterOptions::for_seed(uint64_t seed, Mutant mutant) {
  Random random(mix(seed, 0x0b71));
  ClusterOptions options;
  options.seed = seed;
  options.mutant = mutant;
  const uint64_t size = random.below(8);
  options.servers = size < 5 ? 3 : size < 7 ? 5 : 1 + random.below(4);
  options.steps = 1000 + random.below(9000);
  options.weights.deliver = 200 + random.below(600);
  options.weights.drop = mood(random, 15, 100);
  options.weights.duplicate = mood(random, 15, 100);
  options.weights.disk = 60 + random.below(300);
  options.weights.time = 10 + random.below(150);
  options.weights.nudge = mood(random, 2, 15);
  options.weights.propose = 10 + random.below(80);
  options.weights.crash = mood(random, 3, 12);
  options.weights.restart = 6 + random.below(30);
  options.weights.cut = mood(random, 4, 16);
  options.weights.mend = 2 + random.below(20);
  options.reorder = mood(random, 100, 700);
  options.lazy = mood(random, 100, 500);
  options.time_step_ms = 2 + random.below(40);
  options.config.pre_vote = random.chance(700);
  options.config.check_quorum = random.chance(700);
  options.config.clamp_heartbeats = random.chance(700);
  options.config.max_message_bytes = random.chance(500) ? 1 : 200;
  options.config.max_uncommitted_bytes = random.chance(200) ? 120 : 1 << 20;
  options.config.window.messages = 1 + random.below(6);
  options.config.window.bytes = random.chance(200) ? 16 : 1 << 20;
  options.weights.compact = mood(random, 4, 30);
  options.config.trailing_entries = random.below(2) * random.below(6);
  options.config.snapshot_chunk_bytes = 1 + random.below(20);
  options.weights.transfer = mood(random, 0, 4);
  options.spares = mood(random, 1, 3);
  options.weights.change = options.spares > 0 ? 1 + random.below(20) : 0;
  options.config.single_server_changes = random.chance(500);
  return options;
}

Cluster::Cluster(const ClusterOptions& options)
    : options_(options), random_(options.seed), ghost_(options.consequences_only) {
  servers_.resize(options_.servers + options_.spares);
  for (size_t i = 0; i < servers_.size(); ++i) start(i);
}

void Cluster::run() {
  try {
    for (uint64_t i = 0; i < options_.steps && !violation(); ++i) step();
    if (!violation()) heal();
  } catch (const InvariantFailure& failure) {
    ghost_.broken("Assertion", failure.message());
  }
}

void Cluster::step() {
  const Weights& w = options_.weights;
  uint64_t choice = random_.below(w.sum());
  const auto chosen = [&choice](uint64_t weight) {
    if (choice < weight) return true;
    choice -= weight;
    return false;
  };
  if (chosen(w.deliver)) return deliver_one();
  if (chosen(w.drop)) {
    if (!network_.empty()) network_.erase(network_.begin() + random_.below(network_.size()));
    return;
  }
  if (chosen(w.duplicate)) {
    if (!network_.empty() && network_.size() < 200) {
      network_.push_back(network_[random_.below(network_.size())]);
    }
    return;
  }
  if (chosen(w.disk)) return complete_disk(pick_server());
  if (chosen(w.time)) return pass_time(Duration(1ms) * (1 + random_.below(options_.time_step_ms)));
  if (chosen(w.nudge)) return nudge(pick_server());
  if (chosen(w.propose)) return propose();
  if (chosen(w.crash)) return crash(pick_server());
  if (chosen(w.restart)) return start(pick_server());
  if (chosen(w.cut)) return cut();
  if (chosen(w.compact)) return compact(pick_server());
  if (chosen(w.change)) return change();
  if (chosen(w.transfer)) return transfer();
  cuts_.clear();
}

// --- The world --------------------------------------------------------------------------------

void Cluster::deliver_one() {
  if (network_.empty()) return;
  const size_t which = random_.chance(options_.reorder) ? random_.below(network_.size()) : 0;
  const Packet packet = std::move(network_[which]);
  network_.erase(network_.begin() + static_cast<ptrdiff_t>(which));
  deliver(packet);
}

void Cluster::deliver(const Packet& packet) {
  if (cuts_.contains({packet.from, packet.to})) return;
  const size_t to = number(packet.to) - 1;
  with(to, [&](Raft& raft) { raft.step(clock(to), packet.from, packet.message); });
}

void Cluster::complete_disk(size_t server) {
  Server& s = servers_[server];
  if (!s.raft || s.disk.pending() == 0) return;
  const Ticket ticket = s.disk.complete_next();
  // Sometimes the server is told of this write only together with a later one.
  if (s.disk.pending() > 0 && random_.chance(200)) return;
  with(server, [&](Raft& raft) { raft.persisted(clock(server), ticket); });
}

void Cluster::pass_time(Duration duration) {
  now_ += duration;
  for (size_t i = 0; i < servers_.size(); ++i) {
    if (!servers_[i].raft || servers_[i].raft->next_deadline() > clock(i)) continue;
    with(i, [&](Raft& raft) { raft.tick(clock(i)); });
  }
}

// The clock of one server jumps to its next deadline: elections at bad moments.
void Cluster::nudge(size_t server) {
  Server& s = servers_[server];
  if (!s.raft) return;
  const NodeTime deadline = s.raft->next_deadline();
  if (deadline > clock(server)) s.clock_offset += deadline - clock(server);
  with(server, [&](Raft& raft) { raft.tick(clock(server)); });
}

void Cluster::propose() {
  const std::optional<size_t> server = some_leader();
  if (!server) return;
  const std::string command = next_command();
  with(*server, [&](Raft& raft) { raft.propose(clock(*server), command); });
}

// One of those that believe to lead.
std::optional<size_t> Cluster::some_leader() {
  const size_t first = pick_server();
  for (size_t i = 0; i < servers_.size(); ++i) {
    const size_t server = (first + i) % servers_.size();
    if (servers_[server].raft && servers_[server].raft->leads()) return server;
  }
  return std::nullopt;
}

void Cluster::compact(size_t server) {
  Server& s = servers_[server];
  if (!s.raft || !s.raft->may_compact() || s.applied != s.raft->last_applied()) return;
  const Snapshot& snapshot = s.raft->compact(ghost_.state_at(s.applied));
  s.disk.save(snapshot, s.raft->log().base());
}

// One or two servers come, go, or lose their vote.
void Cluster::change() {
  const std::optional<size_t> server = some_leader();
  if (!server) return;
  MembershipChange change;
  const uint64_t kind = random_.below(4);
  if (kind != 1) change.add = {id(pick_server())};
  if (kind == 1 || kind == 3) {
    const NodeId leaves = id(pick_server());
    if (!change.add.empty() && change.add.front() == leaves) return;
    (random_.chance(500) ? change.remove : change.demote) = {leaves};
  }
  with(*server, [&](Raft& raft) { raft.change_membership(clock(*server), change); });
}

void Cluster::transfer() {
  const std::optional<size_t> server = some_leader();
  if (!server) return;
  const NodeId to = id(pick_server());
  with(*server, [&](Raft& raft) { raft.transfer_leadership(clock(*server), to); });
}

// One client: it registers, then appends one number after the other to a key, and sometimes repeats
// an append whose answer it pretends to miss.
std::string Cluster::next_command() {
  const std::string registration = stamp(LogTime(), encode(RegisterClient{}));
  if (session_ == 0) {
    for (const Entry& entry : ghost_.applied()) {
      if (entry.data == EntryData(registration)) session_ = entry.index;
    }
    if (session_ == 0) return registration;
  }
  const bool repeat = sequence_ > 0 && random_.chance(options_.repeat);
  const uint64_t sequence = repeat ? 1 + random_.below(sequence_) : ++sequence_;
  Append append{"key", fmt::format("{};", sequence)};
  return stamp(LogTime(), encode(Request{session_, sequence, 0, std::move(append)}));
}

void Cluster::start(size_t server) {
  Server& s = servers_[server];
  if (s.raft) return;
  Config config = options_.config;
  config.self = id(server);
  for (size_t i = 0; i < options_.servers; ++i) config.voters.push_back(id(i));
  const uint64_t entropy = mix(options_.seed, mix(server, ++s.incarnation));
  s.applied = 0;
  s.raft.emplace(std::move(config), Rules(options_.mutant), entropy, clock(server),
                 s.disk.contents());
  ghost_.on_start(witnessed(server));
}

void Cluster::crash(size_t server) {
  Server& s = servers_[server];
  if (!s.raft) return;
  stale_completions_ += s.raft->stale_completions();
  s.raft.reset();
  s.disk.crash(random_);
}

// One server alone, one link, or one direction of a link.
void Cluster::cut() {
  const NodeId a = id(pick_server());
  const NodeId b = id(pick_server());
  const uint64_t kind = random_.below(3);
  if (kind == 0) {
    for (size_t i = 0; i < servers_.size(); ++i) {
      cuts_.insert({a, id(i)});
      cuts_.insert({id(i), a});
    }
    return;
  }
  cuts_.insert({a, b});
  if (kind == 1) cuts_.insert({b, a});
}

// --- A server's effects -----------------------------------------------------------------------

template <class Input>
void Cluster::with(size_t server, Input input) {
  if (!servers_[server].raft) return;
  input(*servers_[server].raft);
  if (!random_.chance(options_.lazy)) carry_out(server);
}

void Cluster::carry_out(size_t server) {
  Server& s = servers_[server];
  Ready ready = s.raft->take_ready();
  const Witnessed self = witnessed(server);
  const std::vector<Witnessed> all = witnessed();
  for (const Notice& notice : ready.notices) ghost_.on_notice(all, self, notice);
  for (Envelope& envelope : ready.messages) {
    ghost_.on_send(all, self, envelope);
    if (network_.size() < 400) {
      network_.push_back({self.id, envelope.to, std::move(envelope.message)});
    }
  }
  if (ready.restore) {
    ghost_.on_restore(self, *ready.restore);
    if (ready.write && ready.write->snapshot) ++installed_;
    s.applied = ready.restore->last.index;
  }
  for (const Entry& entry : ready.committed) {
    if (entry.index != ++s.applied) ghost_.broken("ApplyOrder", "a gap in what a server applies");
    const bool first = entry.index > ghost_.applied().size();
    ghost_.on_apply(self, entry);
    if (!first || entry.kind != EntryKind::kConfiguration) continue;
    ++configurations_;
    joint_ += decode_configuration(entry.data)->is_joint() ? 1 : 0;
  }
  if (ready.write) {
    ghost_.on_write(self, *ready.write);
    s.disk.submit(std::move(*ready.write));
  }
}

Witnessed Cluster::witnessed(size_t server) const {
  const Server& s = servers_[server];
  return {id(server), s.raft ? &*s.raft : nullptr, &s.disk};
}

std::vector<Witnessed> Cluster::witnessed() const {
  std::vector<Witnessed> all;
  for (size_t i = 0; i < servers_.size(); ++i) all.push_back(witnessed(i));
  return all;
}

// --- Healing ----------------------------------------------------------------------------------

// No more faults: all servers up, every message delivered in a millisecond, every write done in
// two. A new command must reach every state machine within a bound.
void Cluster::heal() {
  cuts_.clear();
  options_.lazy = 0;
  for (size_t i = 0; i < servers_.size(); ++i) start(i);
  const NodeTime bound = now_ + 40 * options_.config.election_timeout;
  while (now_ < bound && !violation() && !recovered_) recovered_ = settle();
  for (const Server& s : servers_) stale_completions_ += s.raft->stale_completions();
  if (!violation() && !recovered_) ghost_.broken("Progress", "no new command was applied by all");
}

// One millisecond of the orderly phase. True when everything proposed so far, and at least one
// command of the current leader, has been applied everywhere.
bool Cluster::settle() {
  std::vector<Packet> arriving = std::exchange(network_, {});
  for (const Packet& packet : arriving) deliver(packet);
  for (size_t i = 0; i < servers_.size(); ++i) complete_disk(i);
  pass_time(1ms);
  for (size_t i = 0; i < servers_.size(); ++i) {
    const Raft& raft = *servers_[i].raft;
    if (!raft.leads()) continue;
    const Log& log = raft.log();
    if (raft.changing_membership()) return false;
    const bool said = log.entries() > 0 && log.last().term == raft.term() &&
                      log.at(log.last_index()).kind == EntryKind::kCommand;
    if (!said) {
      with(i, [&](Raft& r) { r.propose(clock(i), "last words"); });
      return false;
    }
    for (const NodeId member : raft.configuration().members()) {
      if (servers_[number(member) - 1].applied != log.last_index()) return false;
    }
    return true;
  }
  return false;
}

}  // namespace seedbed::raft
