#include "protocols/raft/replica.h"

#include "protocols/raft/convert.h"
#include "protocols/raft/occasion_table.h"

namespace seedbed::raft {
namespace {

constexpr Site kEntropy("raft.entropy", ChoiceClass::kAmbient);

// What a server may always do, and seldom does: see Env::buggify().
constexpr Site kTinyMessages("raft.tiny_messages", ChoiceClass::kFault);
constexpr Site kTinyWindow("raft.tiny_window", ChoiceClass::kFault);
constexpr Site kLittleAhead("raft.little_ahead", ChoiceClass::kFault);
constexpr Site kPatient("raft.patient", ChoiceClass::kFault);
constexpr Site kOneInput("raft.one_input_at_a_time", ChoiceClass::kFault);
constexpr Site kSlowStep("raft.slow_step", ChoiceClass::kFault);
constexpr Site kBusy("raft.busy", ChoiceClass::kFault);
constexpr Site kTinySegments("raft.tiny_segments", ChoiceClass::kFault);
constexpr Site kNoHint("raft.no_hint", ChoiceClass::kFault);

// Settings that somebody may have chosen for this server. They last as long as its incarnation, so
// also after the faults: small enough to split what is sent, and not so small that a follower
// could not catch up in the time that a run leaves it.
void detune(Env& env, Config& config) {
  if (env.buggify(kTinyMessages)) config.max_message_bytes = 256;
  if (env.buggify(kTinyWindow)) config.window.messages = 2;
  if (env.buggify(kLittleAhead)) config.max_uncommitted_bytes = 64;
  config.election_timeout *= static_cast<int64_t>(1 + env.buggify(kPatient, 3));
}

StorageOptions storage_options(Env& env, const Rules& rules) {
  StorageOptions options{.rules = rules};
  if (env.buggify(kTinySegments)) {
    options.segment_bytes = 1 << 10;
    options.preallocate = true;
  }
  return options;
}

// What an operator asks for, as a change; nothing if it is another deed.
std::optional<MembershipChange> change_of(std::string_view order, NodeId about) {
  if (order == kAddServer) return MembershipChange{.add = {about}};
  if (order == kDemoteServer) return MembershipChange{.demote = {about}};
  if (order == kRemoveServer) return MembershipChange{.remove = {about}};
  return std::nullopt;
}

// The client that has opened a session by this entry; 0: none has.
uint64_t opener_of(const Entry& entry, const Applied& applied) {
  if (applied.result.session == 0) return 0;
  const auto command = decode_stamped(entry.data);
  const auto* registration = command ? std::get_if<RegisterClient>(&command->command) : nullptr;
  return registration == nullptr ? 0 : registration->client;
}

// Each server's hash tables are in another order, as those of real processes are.
uint64_t salt_of(Env& env) { return mix(number(env.self()), number(env.incarnation())); }

Label label_of(const Message& message) {
  if (const auto* append = std::get_if<AppendEntries>(&message)) {
    return {.first = "term",
            .first_value = number(append->term),
            .second = "last",
            .second_value = append->last_index()};
  }
  return {.first = "term", .first_value = number(term_of(message))};
}

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

Replica::Replica(Env& env, ReplicaOptions options)
    : env_(env),
      options_(std::move(options)),
      storage_(env.disk(), storage_options(env, options_.rules)),
      inbox_(env.scheduler(), options_.inbox),
      machine_(options_.kv_rules, options_.limits,
               {.salt = salt_of(env), .twin = options_.twin, .versions = options_.versions}) {
  options_.config.self = env.self();
}

void Replica::start() {
  if (options_.versions.founded > options_.versions.known) stop_for_version();
  Result<Persisted> persisted = storage_.recover(number(env_.incarnation()));
  if (!persisted && persisted.error() == Error::kCorrupt) {
    env_.reached("refused to serve: the disk lost what it had confirmed");
    return;
  }
  if (!persisted) stop_for_disk();
  if (storage_.was_torn()) env_.reached("torn tail recovered");
  recovered_ = persisted->hard_state;
  recovered_snapshot_ = persisted->snapshot.last.index;
  detune(env_, options_.config);
  // An answer to a query of an earlier incarnation must not be taken for one to a later query.
  last_query_ = uint64_t{number(env_.incarnation())} << 32;
  const uint64_t entropy = env_.random(kEntropy, uint64_t{1} << 63);
  raft_.emplace(options_.config, options_.rules, entropy, env_.now(), *std::move(persisted));
  notice(ConfigurationChange{raft_->configuration_entry(), raft_->configuration()});
  listen_to_peers();
  serve_clients();
  serve_versions();
  run();
}

void Replica::operate(std::string_view order, NodeId about) {
  if (!raft_) return;
  const auto change = change_of(order, about);
  if (!change && order != kTransferLeadership) return;
  if (order == kAddServer && may_pass_to_later_version()) return take_in_later(about);
  if (change) return queue(*change);
  queue(TransferTo{.to = about});
}

// What nobody is told of who waits for it.
void Replica::queue(Input input) {
  if (!inbox_.push(std::move(input))) env_.reached("message dropped: inbox full");
}

template <class WireMessage>
void Replica::listen() {
  env_.on<WireMessage>([this](NodeId from, const WireMessage& message) {
    queue(Received{.from = from, .message = from_wire(message)});
  });
}

void Replica::listen_to_peers() {
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

void Replica::serve_clients() {
  env_.serve<wire::ClientCommand>(
      [this](NodeId, const wire::ClientCommand::Request& request) -> Result<Answer> {
        auto [promise, future] = Promise<Answer>::make(env_.scheduler());
        Proposal proposal{
            .command = request.command(), .answer = std::move(promise), .led = raft_->leads()};
        if (!inbox_.push(std::move(proposal))) {
          return Error::kUnavailable;
        }
        return future.await(options_.request_timeout);
      });
  env_.serve<wire::ClientQuery>(
      [this](NodeId, const wire::ClientQuery::Request& request) { return serve_query(request); });
}

Result<wire::ClientQuery::Response> Replica::serve_query(
    const wire::ClientQuery::Request& request) {
  auto [promise, future] = Promise<QueryAnswer>::make(env_.scheduler());
  const ReadId query = ++last_query_;
  queries_.emplace(query, Query{.key = request.key(), .answer = std::move(promise), .index = {}});
  if (!inbox_.push(Asked{.query = query})) {
    queries_.erase(query);
    return Error::kUnavailable;
  }
  Result<QueryAnswer> answer = future.await(options_.request_timeout);
  queries_.erase(query);  // if nobody has answered it
  return answer;
}

void Replica::run() {
  carry_out(raft_->take_ready());
  for (;;) {
    std::optional<Input> input = inbox_.receive(raft_->next_deadline() - env_.now());
    raft_->tick(env_.now());
    // Whatever has come meanwhile is taken in at once, so that it shares messages and writes.
    while (input) {
      take_in(*input);
      if (env_.buggify(kOneInput)) break;
      input = inbox_.poll();
    }
    if (const uint64_t slow = env_.buggify(kSlowStep, 20)) {
      env_.sleep(std::chrono::milliseconds(slow));
      raft_->tick(env_.now());  // a lease may be over
    }
    if (disk_failed_) stop_for_disk();
    carry_out(raft_->take_ready());
  }
}

// A sync that is repeated and succeeds does not cover what the failed one was to keep, so there is
// nothing left to do but to find out, by a restart, what the disk holds.
void Replica::stop_for_disk() {
  env_.reached("stopped: the disk failed");
  env_.fail_stop("the disk failed");
}

void Replica::take_in(Input& input) {
  std::visit(Overloaded{
                 [&](Received& received) {
                   const bool told = std::holds_alternative<TimeoutNow>(received.message);
                   raft_->step(env_.now(), received.from, std::move(received.message));
                   if (told && raft_->role() == Role::kCandidate) {
                     env_.reached("election at the leader's word");
                   }
                 },
                 [&](const Completed& completed) {
                   if (completed.durable) raft_->persisted(env_.now(), completed.ticket);
                 },
                 [&](Proposal& proposal) {
                   const bool leads = raft_->leads();
                   std::optional<EntryId> entry;
                   if (!env_.buggify(kBusy) && (leads || proposal.led)) {
                     entry = raft_->propose(env_.now(), stamped(proposal.command), proposal.led);
                   }
                   if (entry) {
                     waiting_.insert_or_assign(
                         entry->index,
                         Waiting{.term = entry->term, .answer = std::move(proposal.answer)});
                     return;
                   }
                   Answer refusal;
                   refusal.set_reply(leads ? wire::REPLY_BUSY : wire::REPLY_NOT_LEADER);
                   if (const auto leader = raft_->leader(); leader && !env_.buggify(kNoHint)) {
                     refusal.set_leader(seedbed::number(*leader));
                   }
                   proposal.answer.resolve(std::move(refusal));
                 },
                 [&](const Asked& asked) { ask(asked.query); },
                 [&](const TransferTo& order) {
                   if (raft_->transfer_leadership(env_.now(), order.to)) {
                     env_.reached("leadership offered");
                   }
                 },
                 [&](const MembershipChange& change) {
                   if (raft_->change_membership(env_.now(), change)) {
                     env_.reached("change of membership begun");
                   }
                 },
                 [&](const VersionKnown& known) { put_in_force(known); },
             },
             input);
}

std::string Replica::stamped(std::string_view command) {
  if (machine_.version() < KvVersion::k2) return stamp(std::nullopt, command);
  return stamp(log_clock_.read(raft_->term(), machine_.time(), env_.now()), command);
}

void Replica::carry_out(Ready ready) {
  if (ready.write) {
    if (ready.write->truncate_from) env_.reached("uncommitted suffix truncated");
    storage_.append(*ready.write, [this, ticket = ready.write->ticket](bool durable) {
      if (!durable) disk_failed_ = true;
      INVARIANT(inbox_.push(Completed{.ticket = ticket, .durable = durable}),
                "the inbox has no room for a completion of the disk");
    });
  }
  env_.holds("log", raft_->log().command_bytes() + raft_->log().entries() * sizeof(Entry));
  for (const Notice& news : ready.notices) notice(news);
  tell(ready.occasions.take_new(occasions_));
  send(ready.messages);
  if (ready.restore) restore(*ready.restore);
  apply_all(ready.committed);
  if (!ready.reads.empty() && raft_->holds_lease()) {
    wire::LeaseUsed said;
    said.set_term(number(raft_->term()));
    env_.probe(said);
  }
  for (const ReadGrant& read : ready.reads) {
    const auto query = queries_.find(read.id);
    if (query != queries_.end()) query->second.index = read.index;
  }
  answer_queries();
  if (led_ && !raft_->leads()) {
    if (options_.kv_rules.gives_up_waiting()) answer_all_unknown();
    refuse_queries();
  }
  led_ = raft_->leads();
}

// What goes to several servers, as a leader's requests do, is made once for all of them.
void Replica::send(const std::vector<Envelope>& envelopes) {
  const Message* made = nullptr;
  SealedMessage sealed;
  for (const Envelope& envelope : envelopes) {
    notice_refused_vote(envelope.message);
    if (made == nullptr || *made != envelope.message) {
      sealed =
          std::visit([](const auto& message) { return seal(to_wire(message)); }, envelope.message);
      made = &envelope.message;
    }
    env_.send_sealed(envelope.to, sealed, label_of(envelope.message));
  }
}

void Replica::notice_refused_vote(const Message& message) {
  const auto* vote = std::get_if<RequestVoteResponse>(&message);
  if (vote == nullptr || vote->pre_vote || vote->granted) return;
  const bool same_term = vote->requested == recovered_.term && recovered_.voted_for.has_value();
  if (same_term) env_.reached("vote refused after restart");
}

void Replica::restore(const Snapshot& snapshot) {
  const bool restored = machine_.restore(snapshot.state);
  if (!restored && machine_.is_beyond(snapshot.state)) stop_for_version();
  INVARIANT(restored && machine_.last_applied() == snapshot.last.index,
            "a snapshot through {} that is none", snapshot.last.index);
  if (snapshot.last.index > recovered_snapshot_) env_.reached("snapshot installed");
  wire::Restored said;
  to_wire(snapshot.last, said.mutable_last());
  said.set_state_hash(machine_.state_hash());
  env_.probe(said);
  // Whether these were among what the snapshot covers, nobody can say.
  while (!waiting_.empty() && waiting_.begin()->first <= snapshot.last.index) {
    Answer answer;
    answer.set_reply(wire::REPLY_UNKNOWN);
    waiting_.begin()->second.answer.resolve(std::move(answer));
    waiting_.erase(waiting_.begin());
  }
}

void Replica::apply_all(std::vector<Entry>& committed) {
  const LogIndex through = committed.empty() ? machine_.last_applied() : committed.back().index;
  options_.kv_rules.put_in_order(
      committed, [this](const Entry& entry) { return waiting_.contains(entry.index); });
  for (const Entry& entry : committed) {
    compact(through);
    apply(entry);
  }
  compact(through);
}

void Replica::compact(LogIndex through) {
  if (!options_.kv_rules.may_take_snapshot(machine_.last_applied(), through)) return;
  if (options_.snapshot_entries == 0 || storage_.saving() || !raft_->may_compact()) return;
  const LogIndex covered = raft_->snapshot().last.index;
  if (machine_.last_applied() - covered < options_.snapshot_entries) return;
  const Snapshot& snapshot = raft_->compact(machine_.snapshot());
  storage_.save(snapshot, raft_->log().base(), [this](bool kept) {
    if (kept) {
      env_.reached("snapshot taken");
    } else {
      env_.reached("snapshot given up: no space");
    }
  });
}

void Replica::apply(const Entry& entry) {
  const KvVersion before = machine_.version();
  const Applied applied = machine_.apply(entry, env_.now());
  if (applied.beyond) stop_for_version();
  if (machine_.version() != before) env_.reached("later version in force");
  to_wire(entry.id(), applied_.mutable_entry());
  applied_.set_state_hash(applied.state_hash);
  if (const std::optional<Applied>& twin = machine_.twin()) {
    applied_.set_result_hash(applied.result_hash);
    applied_.set_twin_state_hash(twin->state_hash);
    applied_.set_twin_result_hash(twin->result_hash);
  }
  applied_.set_executed(applied.executed);
  applied_.set_session(applied.session);
  applied_.set_sequence(applied.sequence);
  applied_.set_client(opener_of(entry, applied));
  const KvStatus status = applied.result.status;
  const bool answered = status != KvStatus::kExpiredSession && status != KvStatus::kForgotten;
  if (applied.expired > 0) env_.reached("session expired by log time");
  if (applied.session != 0 && !applied.executed && answered) env_.reached("retry deduplicated");
  env_.probe(applied_);

  const auto client = waiting_.find(entry.index);
  if (client == waiting_.end()) return;
  Answer answer;
  // Another leader's entry at this index: the client's own may still come, or never.
  if (options_.kv_rules.is_awaited(client->second.term, entry.term)) {
    answer.set_reply(wire::REPLY_EXECUTED);
    answer.set_status(static_cast<uint32_t>(applied.result.status));
    answer.set_value(applied.result.value);
    answer.set_session(applied.result.session);
  } else {
    answer.set_reply(wire::REPLY_UNKNOWN);
  }
  client->second.answer.resolve(std::move(answer));
  waiting_.erase(client);
}

// Each once in the life of an incarnation: they are many, and some come with every step.
void Replica::tell(Occasions occasions) {
  if (occasions.empty()) return;
  for (const OccasionInfo& info : occasion_table()) {
    if (occasions.has(info.occasion)) env_.reached(info.name);
  }
}

void Replica::notice(const Notice& notice) {
  std::visit(Overloaded{
                 [&](const RoleChange& change) {
                   wire::RoleChanged said;
                   said.set_role(static_cast<uint32_t>(change.role));
                   said.set_term(number(change.term));
                   if (change.leader) said.set_leader(seedbed::number(*change.leader));
                   env_.probe(said);
                 },
                 [&](const ConfigurationChange& change) {
                   wire::ConfigurationChanged said;
                   to_wire(change.at, said.mutable_at());
                   to_wire(change.configuration, said.mutable_configuration());
                   env_.probe(said);
                   env_.reached("configuration changed");
                   if (change.configuration.is_joint()) env_.reached("joint consensus");
                 },
                 [&](const CommitAdvance& advance) {
                   wire::CommitAdvanced said;
                   to_wire(advance.through, said.mutable_through());
                   said.set_term(number(advance.term));
                   said.set_leads(raft_->leads());
                   said.set_last(raft_->log().last_index());
                   env_.probe(said);
                   if (raft_->leads() && advance.through.index > raft_->durable_index()) {
                     env_.reached("committed ahead of the leader's own disk");
                   }
                 },
                 [&](const StaleCompletion& stale) {
                   if (stale.what == StaleCompletion::What::kMessage) return;
                   env_.reached("deposed leader's late disk completion discarded");
                 },
                 [&](const TransferChange& change) {
                   wire::TransferChanged said;
                   if (change.to) said.set_to(seedbed::number(*change.to));
                   said.set_last(change.last);
                   said.set_term(number(change.term));
                   env_.probe(said);
                 },
             },
             notice);
}

// --- Queries beside the log (§6.4) ------------------------------------------------------------

void Replica::ask(ReadId query) {
  if (!queries_.contains(query)) return;
  wire::QueryAsked said;
  said.set_id(query);
  env_.probe(said);
  if (raft_->holds_lease()) env_.reached("query answered by lease");
  if (raft_->query(env_.now(), query)) return;
  QueryAnswer refusal;
  refusal.set_reply(wire::REPLY_NOT_LEADER);
  answer(query, std::move(refusal));
}

void Replica::answer_queries() {
  std::vector<ReadId> ready;
  for (const auto& [id, query] : queries_) {
    if (query.index && *query.index <= machine_.last_applied()) ready.push_back(id);
  }
  for (const ReadId id : ready) {
    const Query& query = queries_.at(id);
    wire::QueryServed said;
    said.set_id(id);
    said.set_index(machine_.last_applied());
    env_.probe(said);
    if (!raft_->leads()) env_.reached("query answered by a follower");
    QueryAnswer found;
    found.set_reply(wire::REPLY_EXECUTED);
    if (std::optional<std::string> value = machine_.value(query.key)) {
      found.set_found(true);
      found.set_value(*std::move(value));
    }
    answer(id, std::move(found));
  }
}

// The leader that was is gone, and with it the queries that waited for a round.
void Replica::refuse_queries() {
  std::vector<ReadId> lost;
  for (const auto& [id, query] : queries_) {
    if (!query.index) lost.push_back(id);
  }
  for (const ReadId id : lost) {
    QueryAnswer refusal;
    refusal.set_reply(wire::REPLY_NOT_LEADER);
    if (const auto leader = raft_->leader()) refusal.set_leader(seedbed::number(*leader));
    answer(id, std::move(refusal));
  }
}

void Replica::answer(ReadId query, QueryAnswer answer) {
  const auto waiting = queries_.find(query);
  Promise<QueryAnswer> promise = std::move(waiting->second.answer);
  queries_.erase(waiting);
  promise.resolve(std::move(answer));
}

void Replica::answer_all_unknown() {
  auto waiting = std::move(waiting_);
  waiting_.clear();
  for (auto& [index, client] : waiting) {
    Answer answer;
    answer.set_reply(wire::REPLY_UNKNOWN);
    client.answer.resolve(std::move(answer));
  }
}

}  // namespace seedbed::raft
