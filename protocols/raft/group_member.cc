#include "protocols/raft/group_member.h"

#include <algorithm>
#include <utility>

#include "protocols/raft/convert.h"

namespace seedbed::raft {
namespace {

constexpr Site kEntropy("raft.group.entropy", ChoiceClass::kAmbient);

}  // namespace

GroupMember::GroupMember(Env& env, GroupOptions options, GroupService& service)
    : env_(env),
      options_(std::move(options)),
      service_(service),
      storage_(env.disk(), {.rules = options_.rules}),
      inbox_(env.scheduler(), options_.inbox),
      confirmed_(env.scheduler()) {
  options_.config.self = env.self();
}

void GroupMember::run() {
  if (!recover()) return;
  listen_to_peers();
  carry_out(raft_->take_ready());
  for (;;) {
    std::optional<Input> input = inbox_.receive(raft_->next_deadline() - env_.now());
    raft_->tick(env_.now());
    for (; input; input = inbox_.poll()) take_in(*input);
    if (disk_failed_) stop_for_disk();
    if (led_ && (!raft_->leads() || raft_->term() != *led_)) {
      env_.reached("raft.group_deposed");
      env_.fail_stop("it leads no longer");
    }
    carry_out(raft_->take_ready());
  }
}

bool GroupMember::recover() {
  Result<Persisted> persisted = storage_.recover(number(env_.incarnation()));
  if (!persisted && persisted.error() == Error::kCorrupt) {
    env_.reached("raft.group_refused_to_start");
    return false;
  }
  if (!persisted) stop_for_disk();
  // An answer to a query of an earlier incarnation must not be taken for one to a later query.
  last_query_ = uint64_t{number(env_.incarnation())} << 32;
  const uint64_t entropy = env_.random(kEntropy, uint64_t{1} << 63);
  raft_.emplace(options_.config, options_.rules, entropy, env_.now(), *std::move(persisted));
  return true;
}

bool GroupMember::propose(std::string_view command) {
  if (!raft_ || !raft_->propose(env_.now(), command)) return false;
  queue(Nudge());
  return true;
}

void GroupMember::confirm() {
  for (;;) {
    const ReadId query = ++last_query_;
    unconfirmed_.insert(query);
    if (raft_->query(env_.now(), query)) queue(Nudge());
    while (unconfirmed_.contains(query)) {
      if (!confirmed_.wait_for(options_.config.election_timeout)) break;
    }
    if (unconfirmed_.erase(query) == 0) return;
  }
}

void GroupMember::queue(Input input) {
  if (!inbox_.push(std::move(input))) env_.reached("raft.group_message_dropped");
}

template <class WireMessage>
void GroupMember::listen() {
  env_.on<WireMessage>([this](NodeId from, const WireMessage& message) {
    queue(Received{.from = from, .message = from_wire(message)});
  });
}

void GroupMember::listen_to_peers() {
  listen<wire::RequestVote>();
  listen<wire::RequestVoteResponse>();
  listen<wire::AppendEntries>();
  listen<wire::AppendEntriesResponse>();
  listen<wire::InstallSnapshot>();
  listen<wire::InstallSnapshotResponse>();
  listen<wire::TimeoutNow>();
  listen<wire::ReadIndex>();
  listen<wire::ReadIndexResponse>();
}

void GroupMember::take_in(Input& input) {
  if (auto* received = std::get_if<Received>(&input)) {
    raft_->step(env_.now(), received->from, std::move(received->message));
  } else if (const auto* completed = std::get_if<Completed>(&input)) {
    if (completed->durable) raft_->persisted(env_.now(), completed->ticket);
  }
}

void GroupMember::carry_out(Ready ready) {
  if (ready.write) {
    storage_.append(*ready.write, [this, ticket = ready.write->ticket](bool durable) {
      if (!durable) disk_failed_ = true;
      INVARIANT(inbox_.push(Completed{.ticket = ticket, .durable = durable}),
                "the inbox has no room for a completion of the disk");
    });
  }
  env_.holds("log", raft_->log().command_bytes() + raft_->log().entries() * sizeof(Entry));
  for (const Notice& news : ready.notices) notice(news);
  send(ready.messages);
  if (ready.restore) {
    INVARIANT(service_.restore(ready.restore->state), "a snapshot through {} that is none",
              ready.restore->last.index);
    env_.reached("raft.group_restored");
  }
  for (const Entry& entry : ready.committed) apply(entry);
  compact();
  for (const ReadGrant& read : ready.reads) unconfirmed_.erase(read.id);
  if (!ready.reads.empty()) confirmed_.notify_all();
}

void GroupMember::send(const std::vector<Envelope>& envelopes) {
  for (const Envelope& envelope : envelopes) {
    std::visit([&](const auto& message) { env_.send(envelope.to, to_wire(message)); },
               envelope.message);
  }
}

// The no-op of a leader is committed behind all that was committed before it (§6.4).
void GroupMember::apply(const Entry& entry) {
  if (entry.kind == EntryKind::kCommand) return service_.apply(entry);
  const bool own = entry.kind == EntryKind::kNoOp && entry.term == raft_->term();
  if (!own || !raft_->leads() || led_) return;
  led_ = entry.term;
  service_.lead(entry.term);
}

void GroupMember::compact() {
  if (options_.snapshot_entries == 0 || storage_.saving() || !raft_->may_compact()) return;
  if (raft_->last_applied() - raft_->snapshot().last.index < options_.snapshot_entries) return;
  const Snapshot& snapshot = raft_->compact(service_.snapshot());
  storage_.save(snapshot, raft_->log().base(), [this](bool kept) {
    if (kept) env_.reached("raft.group_snapshot_taken");
  });
}

void GroupMember::notice(const Notice& notice) {
  const auto* change = std::get_if<RoleChange>(&notice);
  if (change == nullptr) return;
  wire::RoleChanged said;
  said.set_role(static_cast<uint32_t>(change->role));
  said.set_term(number(change->term));
  if (change->leader) said.set_leader(seedbed::number(*change->leader));
  env_.probe(said);
}

void GroupMember::stop_for_disk() { env_.fail_stop("the disk failed"); }

}  // namespace seedbed::raft
