// Invariants:
//   1. A decision is durable before anybody hears of it.
//   2. Whoever asks for a transaction is told that it is aborted only if it will never be
//      committed: it is not active, and not in the journal.
//   3. A committed transaction is in the journal until all its writers know.
//   4. A transaction is named once, for all lives of the coordinator.
#include "protocols/two_phase_commit/coordinator.h"

#include <algorithm>
#include <utility>

#include "protocols/two_phase_commit/calls.h"
#include "protocols/two_phase_commit/convert.h"

namespace seedbed::two_phase_commit {
namespace {

constexpr Site kPause("two_phase_commit.repeat_pause", ChoiceClass::kAmbient);
// What a coordinator may always do, and seldom does.
constexpr Site kImpatient("two_phase_commit.waits_for_no_vote", ChoiceClass::kFault);
// What was begun, and has not all been asked for within that time, is aborted.
constexpr Duration kOpen = 2s;

}  // namespace

struct Coordinator::Ballot {
  Ballot(Scheduler& scheduler, size_t voters) : waiting(voters), changed(scheduler) {}
  size_t waiting;
  bool refused = false;
  Signal changed;
};

std::vector<NodeId> Coordinator::Transaction::writers() const {
  std::vector<NodeId> writers;
  for (const Part& part : parts) {
    if (part.writes) writers.push_back(part.participant);
  }
  return writers;
}

Coordinator::Coordinator(Env& env, Roles roles, CoordinatorOptions options,
                         std::unique_ptr<Journal> journal)
    : env_(env),
      options_(options),
      directory_(env, std::move(roles)),
      journal_(std::move(journal)),
      changed_(env.scheduler()) {}

void Coordinator::start() {
  const Result<JournalContents> contents = journal_->recover();
  if (!contents && contents.error() != Error::kCorrupt) env_.fail_stop("the disk failed");
  std::optional<CoordinatorImage> image;
  if (contents) image = decode_coordinator(*contents);
  if (!image) {
    env_.reached("two_phase_commit.refused_to_start");
    return;
  }
  state_ = *std::move(image);
  record(Opened{options_.rules.next_incarnation(state_.incarnation)});
  journal_->await(journal_->end());
  wire::Opened opened;
  opened.set_incarnation(state_.incarnation);
  env_.probe(opened);
  env_.serve<wire::Inquire>(
      [this](NodeId, const wire::Inquire::Request& request) { return on_inquire(request); });
  env_.serve<wire::Begin>([this](NodeId client, const wire::Begin::Request& request) {
    return on_begin(client, request);
  });
  env_.serve<wire::Run>(
      [this](NodeId client, const wire::Run::Request& request) { return on_run(client, request); });
  for (const auto& [id, writers] : state_.committed) {
    env_.reached("two_phase_commit.told_again");
    tell_all(id, writers);
  }
  env_.spawn("checkpoint", [this] {
    keep_checkpointing(env_, *journal_, changed_, options_.checkpoint_every,
                       [this] { return encode(state_); });
  });
}

// --- Clients ---

Result<wire::Begin::Response> Coordinator::on_begin(NodeId client,
                                                    const wire::Begin::Request& request) {
  Session& session = sessions_[client];
  if (request.attempt() < session.attempt) return Error::kTimeout;  // a copy, from long ago
  if (request.attempt() > session.attempt) {
    close(session);
    session = Session{
        .attempt = request.attempt(),
        .id = {.coordinator = options_.self, .incarnation = state_.incarnation, .n = ++last_},
        .begun = env_.now(),
        .answer = {},
        .open = {}};
  }
  wire::Begin::Response response;
  to_wire(session.id, response.mutable_id());
  response.set_begun(request.begun() != 0 ? request.begun()
                                          : env_.now().time_since_epoch().count());
  return response;
}

// Whoever asks for a transaction that is not its session's, and be it one of an earlier life, gets
// no answer: another copy of the request may have run it, and nobody here knows what became of it.
Result<wire::Run::Response> Coordinator::on_run(NodeId client, const wire::Run::Request& request) {
  const TxnId id = from_wire(request.id());
  Session* session = session_of(client, id);
  if (session == nullptr) return Error::kTimeout;
  if (session->answer && request.round() + 1 == session->rounds) return *session->answer;
  const bool waits = session->stage == Stage::kNamed || session->stage == Stage::kOpen;
  if (!waits || request.round() != session->rounds || !in_time(*session)) return Error::kTimeout;
  const bool is_new = session->stage == Stage::kNamed;
  ++session->rounds;
  session->stage = Stage::kRunning;
  session->answer.reset();
  active_.insert(id);
  Transaction transaction = std::exchange(session->open, {});
  plan(request, transaction);
  wire::Outcome outcome = carry_out(transaction, request);
  session = session_of(client, id);
  const bool goes_on = session != nullptr && in_time(*session);
  if (outcome == wire::OUTCOME_UNKNOWN && !goes_on) {
    outcome = abort(transaction, wire::OUTCOME_ABORTED);
  }
  transaction.answer.set_outcome(outcome);
  if (outcome != wire::OUTCOME_UNKNOWN) active_.erase(id);
  if (session == nullptr) return transaction.answer;
  session->answer = transaction.answer;
  session->stage = Stage::kOver;
  if (outcome == wire::OUTCOME_UNKNOWN) {
    session->stage = Stage::kOpen;
    session->open = std::move(transaction);
    if (is_new) env_.spawn("expire", [this, client, id] { expire(client, id); });
  }
  return *session->answer;
}

Coordinator::Session* Coordinator::session_of(NodeId client, const TxnId& id) {
  const auto known = sessions_.find(client);
  return known == sessions_.end() || known->second.id != id ? nullptr : &known->second;
}

bool Coordinator::in_time(const Session& session) const {
  return env_.now() - session.begun < kOpen;
}

void Coordinator::close(Session& session) {
  if (session.stage != Stage::kOpen) return;
  env_.reached("two_phase_commit.left_open");
  session.stage = Stage::kOver;
  abort(session.open, wire::OUTCOME_ABORTED);
}

void Coordinator::expire(NodeId client, const TxnId& id) {
  env_.sleep(kOpen);
  if (Session* session = session_of(client, id)) close(*session);
}

void Coordinator::plan(const wire::Run::Request& request, Transaction& transaction) const {
  transaction.id = from_wire(request.id());
  transaction.begun = request.begun();
  transaction.round = request.round();
  transaction.answer.Clear();
  *transaction.answer.mutable_id() = request.id();
  const std::vector<NodeId>& participants = directory_.roles().participants;
  std::vector<Part>& parts = transaction.parts;
  for (Part& part : parts) part.steps.clear();
  for (int i = 0; i < request.steps_size(); ++i) {
    const Step step = from_wire(request.steps(i));
    const NodeId home = participants[home_of(step.key, participants.size())];
    auto part = std::find_if(parts.begin(), parts.end(),
                             [&](const Part& one) { return one.participant == home; });
    if (part == parts.end()) part = parts.insert(part, Part{.participant = home, .steps = {}});
    part->steps.push_back(i);
    part->writes = part->writes || step.writes();
    transaction.answer.add_found();
  }
}

// --- The protocol ---

wire::Outcome Coordinator::carry_out(Transaction& transaction, const wire::Run::Request& request) {
  const wire::Outcome outcome = work(transaction, request);
  if (outcome != wire::OUTCOME_UNKNOWN) return abort(transaction, outcome);
  if (request.more()) return wire::OUTCOME_UNKNOWN;
  if (transaction.parts.size() == 1 && transaction.parts.front().writes) {
    return commit_in_one_phase(transaction);
  }
  if (vote(transaction)) return commit(transaction);
  return abort(transaction, options_.rules.may_tell_success(false) ? wire::OUTCOME_COMMITTED
                                                                   : wire::OUTCOME_ABORTED);
}

wire::Outcome Coordinator::work(Transaction& transaction, const wire::Run::Request& request) {
  for (Part& part : transaction.parts) {
    if (part.steps.empty()) continue;
    const auto answer = call_until<wire::Work>(
        env_, directory_, kPause, part.participant, env_.now() + options_.work_wait,
        [&] { return work_request(transaction, part, request); });
    if (!answer) return wire::OUTCOME_ABORTED;
    if (answer->outcome() != wire::OUTCOME_UNKNOWN) return answer->outcome();
    // What it did in an earlier life is undone.
    const bool anew = part.incarnation != 0 && part.incarnation != answer->incarnation();
    const bool answers_all = static_cast<size_t>(answer->found_size()) == part.steps.size();
    if (anew || !answers_all) return wire::OUTCOME_ABORTED;
    part.incarnation = answer->incarnation();
    for (size_t i = 0; i < part.steps.size(); ++i) {
      *transaction.answer.mutable_found(part.steps[i]) = answer->found(static_cast<int>(i));
    }
  }
  return wire::OUTCOME_UNKNOWN;
}

wire::Work::Request Coordinator::work_request(const Transaction& transaction, const Part& part,
                                              const wire::Run::Request& request) const {
  wire::Work::Request work;
  *work.mutable_id() = request.id();
  work.set_begun(transaction.begun);
  work.set_round(transaction.round);
  for (const int step : part.steps) *work.add_steps() = request.steps(step);
  set_ended(work.mutable_ended());
  return work;
}

wire::Prepare::Request Coordinator::prepare_request(const Transaction& transaction,
                                                    const Part& part) const {
  wire::Prepare::Request request;
  to_wire(transaction.id, request.mutable_id());
  request.set_incarnation(part.incarnation);
  for (const NodeId writer : transaction.writers()) request.add_writers(number(writer));
  return request;
}

// Phase 1. One NO is enough, and so is silence.
bool Coordinator::vote(const Transaction& transaction) {
  auto ballot = std::make_shared<Ballot>(env_.scheduler(), transaction.parts.size());
  const Duration wait = env_.buggify(kImpatient) ? kAnswerTime : options_.vote_wait;
  const NodeTime deadline = env_.now() + wait;
  for (const Part& part : transaction.parts) {
    const wire::Prepare::Request request = prepare_request(transaction, part);
    env_.spawn("vote", [this, ballot, request, deadline, voter = part.participant] {
      const auto vote = call_until<wire::Prepare>(env_, directory_, kPause, voter, deadline,
                                                  [&] { return request; });
      --ballot->waiting;
      if (!vote || vote->vote() == wire::VOTE_NO) ballot->refused = true;
      ballot->changed.notify_all();
    });
  }
  while (ballot->waiting > 0 && !ballot->refused) ballot->changed.wait();
  if (ballot->refused) env_.reached("two_phase_commit.voted_down");
  return !ballot->refused;
}

wire::Outcome Coordinator::commit(const Transaction& transaction) {
  const std::vector<NodeId> writers = transaction.writers();
  if (writers.empty()) return wire::OUTCOME_COMMITTED;
  if (!options_.rules.keeps_decisions()) {
    for (const NodeId writer : writers) tell_once(transaction.id, writer, wire::OUTCOME_COMMITTED);
    return wire::OUTCOME_COMMITTED;
  }
  record(Decision{.id = transaction.id, .writers = writers});
  if (options_.rules.forces_decision()) journal_->await(journal_->end());
  active_.erase(transaction.id);
  tell_all(transaction.id, writers);
  return wire::OUTCOME_COMMITTED;
}

// Nobody keeps it in mind: it is presumed.
wire::Outcome Coordinator::abort(const Transaction& transaction, wire::Outcome why) {
  active_.erase(transaction.id);
  for (const Part& part : transaction.parts) {
    tell_once(transaction.id, part.participant, wire::OUTCOME_ABORTED);
  }
  return why;
}

// The participant may have decided even if it says nothing. It is asked until it answers, so that
// it is known when nobody will ask any more.
wire::Outcome Coordinator::commit_in_one_phase(const Transaction& transaction) {
  wire::Prepare::Request request = prepare_request(transaction, transaction.parts.front());
  request.set_one_phase(true);
  const auto vote =
      call_until<wire::Prepare>(env_, directory_, kPause, transaction.parts.front().participant,
                                kNoDeadline, [&] { return request; });
  return vote->vote() == wire::VOTE_COMMITTED ? wire::OUTCOME_COMMITTED : wire::OUTCOME_ABORTED;
}

// Phase 2.
void Coordinator::tell_all(const TxnId& id, const std::vector<NodeId>& writers) {
  acknowledged_.try_emplace(id);
  for (const NodeId writer : writers) {
    env_.spawn("tell", [this, id, writer] { tell(id, writer); });
  }
}

void Coordinator::tell(const TxnId& id, NodeId participant) {
  (void)call_until<wire::Decide>(env_, directory_, kPause, participant, kNoDeadline, [&] {
    wire::Decide::Request decision;
    to_wire(id, decision.mutable_id());
    decision.set_outcome(wire::OUTCOME_COMMITTED);
    set_ended(decision.mutable_ended());
    return decision;
  });
  const auto known = acknowledged_.find(id);
  if (known == acknowledged_.end()) return;
  known->second.insert(participant);
  const auto committed = state_.committed.find(id);
  if (committed == state_.committed.end()) return;
  if (!options_.rules.may_forget(known->second.size(), committed->second.size())) return;
  acknowledged_.erase(known);
  record(End{id});
}

void Coordinator::tell_once(const TxnId& id, NodeId participant, wire::Outcome outcome) {
  wire::Decide::Request decision;
  to_wire(id, decision.mutable_id());
  decision.set_outcome(outcome);
  set_ended(decision.mutable_ended());
  env_.spawn("tell once", [this, decision, participant] {
    (void)directory_.call<wire::Decide>(participant, decision, kAnswerTime);
  });
}

Result<wire::Inquire::Response> Coordinator::on_inquire(const wire::Inquire::Request& request) {
  const TxnId id = from_wire(request.id());
  wire::Inquire::Response response;
  *response.mutable_id() = request.id();
  // Whoever has taken over may know better.
  if (!acknowledged_.contains(id) && !active_.contains(id)) journal_->confirm();
  if (acknowledged_.contains(id)) {
    response.set_outcome(wire::OUTCOME_COMMITTED);
  } else if (options_.rules.may_presume_abort(active_.contains(id))) {
    env_.reached("two_phase_commit.abort_presumed");
    response.set_outcome(wire::OUTCOME_ABORTED);
  } else {
    env_.reached("two_phase_commit.answered_pending");
  }
  return response;
}

// --- What has ended ---

// All before the first that has not.
void Coordinator::set_ended(wire::Ended* ended) const {
  TxnId first{.coordinator = options_.self, .incarnation = state_.incarnation, .n = last_ + 1};
  if (!active_.empty()) first = std::min(first, *active_.begin());
  if (!state_.committed.empty()) first = std::min(first, state_.committed.begin()->first);
  for (const auto& [client, session] : sessions_) {
    const bool may_run = session.stage == Stage::kNamed && in_time(session);
    if (may_run) first = std::min(first, session.id);
  }
  ended->set_incarnation(first.incarnation);
  ended->set_n(first.n - 1);
}

void Coordinator::record(const CoordinatorRecord& record) {
  state_.take(record);
  journal_->append({encode(record)});
  changed_.notify_all();
}

}  // namespace seedbed::two_phase_commit
