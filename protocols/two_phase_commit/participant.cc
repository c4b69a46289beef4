// Invariants:
//   1. Data is touched under locks, and a transaction keeps its locks until it is decided, unless
//      it only read and has voted.
//   2. Once YES was said, a record of it is in the journal, and only a decision ends the branch.
//   3. Nobody is told of a decision that is not durable here.
//   4. Once somebody was told that a transaction is aborted here, it never votes.
#include "protocols/two_phase_commit/participant.h"

#include <algorithm>
#include <utility>

#include "protocols/two_phase_commit/calls.h"
#include "protocols/two_phase_commit/convert.h"
#include "protocols/two_phase_commit/values.h"

namespace seedbed::two_phase_commit {
namespace {

constexpr Site kPause("two_phase_commit.inquiry_pause", ChoiceClass::kAmbient);
// What a participant may always do, and seldom does.
constexpr Site kVotesNo("two_phase_commit.votes_no", ChoiceClass::kFault);
constexpr Site kGivesUp("two_phase_commit.gives_up_soon", ChoiceClass::kFault);
constexpr Duration kLongestPause = 1s;
constexpr int kLongestInDoubt = 2;  // inquiries, of those who give up

}  // namespace

Participant::Participant(Env& env, Roles roles, ParticipantOptions options,
                         std::unique_ptr<Journal> journal)
    : env_(env),
      options_(options),
      directory_(env, std::move(roles)),
      journal_(std::move(journal)),
      changed_(env.scheduler()) {}

void Participant::start() {
  const Result<JournalContents> contents = journal_->recover();
  if (!contents && contents.error() != Error::kCorrupt) env_.fail_stop("the disk failed");
  std::optional<ParticipantImage> image;
  if (contents) image = decode_participant(*contents);
  if (!image) {
    env_.reached("two_phase_commit.refused_to_start");
    return;
  }
  state_ = *std::move(image);
  if (state_.undo_losers() > 0) env_.reached("two_phase_commit.undone_at_restart");
  lock_in_doubt();
  serve();
  env_.spawn("checkpoint", [this] {
    keep_checkpointing(env_, *journal_, changed_, options_.checkpoint_every,
                       [this] { return encode(state_); });
  });
}

// Before anybody is served.
void Participant::lock_in_doubt() {
  for (const auto& [id, prepared] : state_.in_doubt) {
    env_.reached("two_phase_commit.recovered_in_doubt");
    if (options_.rules.locks_before_serving()) {
      for (const Lock& lock : prepared.locks) locks_.acquire(prepared.age, lock.key, lock.mode);
      locks_.pin(id);
    }
    begin(prepared.age, Stage::kInDoubt);
  }
}

void Participant::serve() {
  env_.serve<wire::Work>(
      [this](NodeId, const wire::Work::Request& request) { return on_work(request); });
  env_.serve<wire::Prepare>(
      [this](NodeId, const wire::Prepare::Request& request) { return on_prepare(request); });
  env_.serve<wire::Decide>(
      [this](NodeId, const wire::Decide::Request& request) { return on_decide(request); });
  env_.serve<wire::AskPeer>(
      [this](NodeId, const wire::AskPeer::Request& request) { return on_peer(request); });
}

// --- Working ---

Result<wire::Work::Response> Participant::on_work(const wire::Work::Request& request) {
  const Age age{.begun = request.begun(), .id = from_wire(request.id())};
  forget_through(age.id.coordinator, request.ended());
  wire::Work::Response aborted;
  *aborted.mutable_id() = request.id();
  aborted.set_outcome(wire::OUTCOME_ABORTED);
  if (state_.has_ended(age.id) || state_.outcomes.contains(age.id)) return aborted;
  const auto known = branches_.find(age.id);
  if (known == branches_.end()) return work(age, begin(age, Stage::kWorking), request);
  Branch& branch = known->second;
  // A copy. Whoever works on the first will answer.
  if (branch.stage == Stage::kWorking) return Error::kTimeout;
  const bool done = request.round() <= branch.answer.round();
  if (options_.rules.executes(done)) {
    if (!done && branch.stage != Stage::kWorked) return Error::kTimeout;
    if (!done) branch.stage = Stage::kWorking;
    return work(age, branch.life, request);
  }
  if (request.round() < branch.answer.round()) return Error::kTimeout;
  return branch.answer;
}

uint64_t Participant::begin(const Age& age, Stage stage) {
  const uint64_t life = ++lives_;
  branches_.insert_or_assign(
      age.id, Branch{.age = age, .life = life, .stage = stage, .answer = {}, .since = env_.now()});
  env_.spawn("watch", [this, id = age.id, life] { watch(id, life); });
  return life;
}

Result<wire::Work::Response> Participant::work(const Age& age, uint64_t life,
                                               const wire::Work::Request& request) {
  wire::Work::Response answer;
  *answer.mutable_id() = request.id();
  answer.set_incarnation(journal_->life());
  answer.set_round(request.round());
  for (const wire::Step& message : request.steps()) {
    const Step step = from_wire(message);
    if (!lock(age, life, step)) {
      answer.set_outcome(wire::OUTCOME_ABORTED);
      return answer;
    }
    const Value before = state_.value(step.key);
    const Done done = execute(step, before);
    if (done.refused) {
      abort(age.id);
      answer.set_outcome(wire::OUTCOME_REFUSED);
      return answer;
    }
    if (step.writes()) state_.work(age.id, step.key, done.after);
    wire::Found& found = *answer.add_found();
    found.set_present(before.has_value());
    if (!step.writes() && before) found.set_value(*before);
  }
  if (stands(age.id, life)) {
    Branch& branch = branches_.at(age.id);
    branch.stage = Stage::kWorked;
    branch.answer = answer;
    branch.since = env_.now();
  }
  return answer;
}

bool Participant::stands(const TxnId& id, uint64_t life) const {
  const auto branch = branches_.find(id);
  return branch != branches_.end() && branch->second.life == life;
}

bool Participant::lock(const Age& age, uint64_t life, const Step& step) {
  const LockMode mode = step.excludes() ? LockMode::kExclusive : LockMode::kShared;
  const LockTable::Asked asked = locks_.acquire(age, step.key, mode);
  for (const TxnId& victim : asked.wounded) {
    env_.reached("two_phase_commit.wounded");
    abort(victim);
  }
  const NodeTime deadline = env_.now() + options_.lock_wait;
  while (stands(age.id, life) && locks_.waits(age.id)) {
    const Duration left = deadline - env_.now();
    if (left > Duration::zero() && changed_.wait_for(left)) continue;
    if (!stands(age.id, life) || !locks_.waits(age.id)) break;
    env_.reached("two_phase_commit.lock_timeout");
    abort(age.id);
  }
  return options_.rules.may_go_on(stands(age.id, life));
}

// --- Voting ---

Result<wire::Prepare::Response> Participant::on_prepare(const wire::Prepare::Request& request) {
  const TxnId id = from_wire(request.id());
  wire::Prepare::Response response;
  *response.mutable_id() = request.id();
  const auto branch = branches_.find(id);
  if (branch != branches_.end() && branch->second.stage == Stage::kVoting) return Error::kTimeout;
  const auto outcome = state_.outcomes.find(id);
  if (outcome != state_.outcomes.end() && outcome->second.committed) {
    journal_->await(journal_->end());
    response.set_vote(request.one_phase() ? wire::VOTE_COMMITTED : wire::VOTE_YES);
  } else if (state_.in_doubt.contains(id)) {
    response.set_vote(wire::VOTE_YES);
  } else {
    response.set_vote(vote(id, request));
  }
  return response;
}

// What was done for the transaction must stand: all of it, here, and in this life.
wire::Vote Participant::vote(const TxnId& id, const wire::Prepare::Request& request) {
  const auto branch = branches_.find(id);
  if (branch != branches_.end() && branch->second.stage == Stage::kRead) return wire::VOTE_READ;
  const bool stands = branch != branches_.end() && branch->second.stage == Stage::kWorked &&
                      request.incarnation() == journal_->life();
  if (stands && env_.buggify(kVotesNo)) {
    abort(id);
    return wire::VOTE_NO;
  }
  if (!options_.rules.may_vote(stands)) {
    env_.reached("two_phase_commit.late_prepare_refused");
    return wire::VOTE_NO;
  }
  if (stands && !state_.working.contains(id)) return vote_read(id);
  if (stands) branch->second.stage = Stage::kVoting;
  locks_.pin(id);
  const Prepared record = prepared(id, request);
  return request.one_phase() ? commit_in_one_phase(record) : vote_yes(record);
}

// What it has read stood here until now, if this still was the place to read it.
wire::Vote Participant::vote_read(const TxnId& id) {
  const uint64_t life = branches_.at(id).life;
  journal_->confirm();
  if (!stands(id, life)) return wire::VOTE_NO;
  env_.reached("two_phase_commit.voted_read");
  branches_.at(id).stage = Stage::kRead;
  locks_.release(id);
  changed_.notify_all();
  return wire::VOTE_READ;
}

Prepared Participant::prepared(const TxnId& id, const wire::Prepare::Request& request) const {
  Prepared record;
  record.age.id = id;
  if (const auto branch = branches_.find(id); branch != branches_.end()) {
    record.age = branch->second.age;
  }
  for (const uint32_t writer : request.writers()) record.writers.push_back(NodeId{writer});
  record.locks = locks_.held_by(id);
  if (const auto work = state_.working.find(id); work != state_.working.end()) {
    record.writes = work->second;
  }
  return record;
}

wire::Vote Participant::vote_yes(const Prepared& prepared) {
  const TxnId id = prepared.age.id;
  record({prepared});
  if (options_.rules.forces_vote()) journal_->await(journal_->end());
  // The coordinator may have had enough of waiting.
  if (!state_.in_doubt.contains(id)) {
    env_.reached("two_phase_commit.decided_while_voting");
    return wire::VOTE_NO;
  }
  if (const auto branch = branches_.find(id); branch != branches_.end()) {
    branch->second.stage = Stage::kInDoubt;
    branch->second.since = env_.now();
  }
  if (!options_.rules.keeps_locks_in_doubt()) locks_.release(id);
  changed_.notify_all();
  return wire::VOTE_YES;
}

// Nobody else has a say: the vote is the decision.
wire::Vote Participant::commit_in_one_phase(const Prepared& prepared) {
  env_.reached("two_phase_commit.one_phase");
  record({prepared, Decided{.id = prepared.age.id, .committed = true}});
  journal_->await(journal_->end());
  release(prepared.age.id);
  return wire::VOTE_COMMITTED;
}

// --- Deciding ---

Result<wire::Decide::Response> Participant::on_decide(const wire::Decide::Request& request) {
  const TxnId id = from_wire(request.id());
  settle(id, request.outcome());
  forget_through(id.coordinator, request.ended());
  wire::Decide::Response response;
  *response.mutable_id() = request.id();
  response.set_outcome(request.outcome());
  return response;
}

void Participant::settle(const TxnId& id, wire::Outcome outcome) {
  if (outcome == wire::OUTCOME_UNKNOWN) return;
  const bool committed = outcome == wire::OUTCOME_COMMITTED;
  const auto known = state_.outcomes.find(id);
  if (known != state_.outcomes.end() && known->second.by_operator &&
      known->second.committed != committed) {
    env_.reached("two_phase_commit.heuristic_damage");
    wire::HeuristicDamage damage;
    to_wire(id, damage.mutable_id());
    damage.set_committed(known->second.committed);
    env_.probe(damage);
  }
  if (committed) {
    commit(id);
  } else {
    abort(id);
  }
}

void Participant::commit(const TxnId& id) {
  if (state_.in_doubt.contains(id)) record({Decided{.id = id, .committed = true}});
  journal_->await(journal_->end());
  release(id);
}

// An abort need not be durable: if it is forgotten, it is asked for again, and presumed.
void Participant::abort(const TxnId& id) {
  if (state_.outcomes.contains(id)) return;
  if (state_.has_ended(id) && !branches_.contains(id)) return;
  record({Decided{.id = id, .committed = false}});
  release(id);
}

void Participant::release(const TxnId& id) {
  locks_.release(id);
  branches_.erase(id);
  changed_.notify_all();
}

void Participant::record(const std::vector<ParticipantRecord>& records) {
  std::vector<JournalRecord> encoded;
  for (const ParticipantRecord& record : records) {
    state_.take(record);
    encoded.push_back(encode(record));
  }
  journal_->append(std::move(encoded));
  changed_.notify_all();
}

// Copies of what belongs to transactions that have ended find nothing any more. What is in doubt
// here and has ended is aborted: a commit does not end before this participant has acknowledged it.
void Participant::forget_through(NodeId coordinator, const wire::Ended& ended) {
  if (ended.incarnation() == 0) return;
  const TxnId last{.coordinator = coordinator, .incarnation = ended.incarnation(), .n = ended.n()};
  if (state_.has_ended(last)) return;
  std::vector<TxnId> over;
  const TxnId first{.coordinator = coordinator, .incarnation = 0, .n = 0};
  for (auto place = branches_.lower_bound(first); place != branches_.end(); ++place) {
    if (place->first > last) break;
    over.push_back(place->first);
  }
  for (const TxnId& id : over) {
    const bool has_voted = branches_.at(id).stage == Stage::kRead;
    has_voted ? release(id) : abort(id);
  }
  state_.forget_through(last);
}

// --- Waiting ---

// Of somebody in doubt. Whoever has not voted never will, once it has answered: then nobody can
// commit. What has ended while somebody is in doubt was aborted. Whoever is in doubt, too, cannot
// help.
Result<wire::AskPeer::Response> Participant::on_peer(const wire::AskPeer::Request& request) {
  const TxnId id = from_wire(request.id());
  wire::AskPeer::Response response;
  *response.mutable_id() = request.id();
  if (state_.in_doubt.contains(id)) return response;
  if (state_.has_ended(id)) {
    response.set_outcome(wire::OUTCOME_ABORTED);
    return response;
  }
  abort(id);
  const Decided outcome = state_.outcomes.at(id);
  journal_->await(journal_->end());
  if (!outcome.by_operator) {
    response.set_outcome(outcome.committed ? wire::OUTCOME_COMMITTED : wire::OUTCOME_ABORTED);
  }
  return response;
}

void Participant::watch(TxnId id, uint64_t life) {
  while (stands(id, life)) {
    const Branch& branch = branches_.at(id);
    if (branch.stage == Stage::kInDoubt) return await_decision(id);
    const bool may_abort = branch.stage == Stage::kWorking || branch.stage == Stage::kWorked;
    const bool idle = env_.now() - branch.since >= options_.idle;
    if (may_abort && (idle || env_.buggify(kGivesUp))) {
      env_.reached("two_phase_commit.gave_up");
      return abort(id);
    }
    env_.sleep(options_.inquire_after);
  }
}

void Participant::await_decision(const TxnId& id) {
  Duration pause = options_.inquire_after;
  for (int asked = 0; state_.in_doubt.contains(id); ++asked) {
    const auto spread = static_cast<uint64_t>(pause.count() / 2) + 1;
    env_.sleep(pause / 2 + Duration(static_cast<int64_t>(env_.random(kPause, spread))));
    if (!state_.in_doubt.contains(id)) return;
    if (asked >= kLongestInDoubt && options_.rules.may_give_up(true)) return abort(id);
    if (options_.rules.asks_in_doubt()) settle(id, find_out(id));
    pause = std::min(pause * 2, kLongestPause);
  }
}

wire::Outcome Participant::find_out(const TxnId& id) {
  wire::Inquire::Request inquiry;
  to_wire(id, inquiry.mutable_id());
  const auto answer = directory_.call<wire::Inquire>(id.coordinator, inquiry, kAnswerTime);
  if (answer) return answer->outcome();
  const auto doubt = state_.in_doubt.find(id);
  if (doubt == state_.in_doubt.end()) return wire::OUTCOME_UNKNOWN;
  const std::vector<NodeId> writers = doubt->second.writers;
  for (const NodeId peer : writers) {
    if (peer == options_.self) continue;
    wire::AskPeer::Request question;
    to_wire(id, question.mutable_id());
    const auto told = directory_.call<wire::AskPeer>(peer, question, kAnswerTime);
    if (!state_.in_doubt.contains(id)) return wire::OUTCOME_UNKNOWN;
    if (!told || told->outcome() == wire::OUTCOME_UNKNOWN) continue;
    env_.reached("two_phase_commit.settled_by_peer");
    return told->outcome();
  }
  env_.reached("two_phase_commit.blocked");
  return wire::OUTCOME_UNKNOWN;
}

// --- Everything else ---

void Participant::operate(std::string_view order, NodeId about) {
  if (about != env_.self()) return;
  if (order != kHeuristicCommit && order != kHeuristicAbort) return;
  env_.spawn("order", [this, committed = order == kHeuristicCommit] {
    std::vector<TxnId> doubts;
    for (const auto& [id, branch] : branches_) {
      // Not those that are being voted on, or whose decision is on its way to the disk.
      const bool in_doubt = branch.stage == Stage::kInDoubt && state_.in_doubt.contains(id);
      if (in_doubt) doubts.push_back(id);
    }
    for (const TxnId& id : doubts) {
      env_.reached("two_phase_commit.decided_by_order");
      record({Decided{.id = id, .committed = committed, .by_operator = true}});
      release(id);
    }
  });
}

}  // namespace seedbed::two_phase_commit
