// Invariants:
//   1. What others are told that a replica has, is on its disk: entries, epochs, states.
//   2. What is in the store was acknowledged, or may be: it stands on as many disks as the policy
//      asks for, or did when an earlier primary applied it.
//   3. The log behind what is applied may change only by the word of the newest epoch's owner.
#include "protocols/primary_backup/replica.h"

#include <algorithm>
#include <utility>

#include "protocols/primary_backup/convert.h"

namespace seedbed::primary_backup {
namespace {

// Settings that somebody may have chosen for this server.
constexpr Site kTinySegments("primary_backup.tiny_segments", ChoiceClass::kFault);
constexpr Site kBusy("primary_backup.busy", ChoiceClass::kFault);
constexpr size_t kMostInFlight = 1000;

JournalOptions detuned(Env& env, JournalOptions options) {
  if (env.buggify(kTinySegments)) options.segment_bytes = 512;
  return options;
}

}  // namespace

Replica::Replica(Env& env, ReplicaOptions options)
    : env_(env),
      options_(std::move(options)),
      authority_(env, options_.authority),
      journal_(env, detuned(env, options_.journal)),
      store_(options_.rules),
      changed_(env.scheduler()) {}

void Replica::start() {
  Result<Image> image = journal_.recover();
  if (!image && image.error() == Error::kCorrupt) {
    env_.reached("primary_backup.refused_to_start");
    return;
  }
  if (!image) env_.fail_stop("the disk failed");
  if (journal_.was_torn()) env_.reached("primary_backup.torn_tail_recovered");
  restore(*std::move(image));
  // It may have promised a primary to follow nobody else, and have forgotten it.
  heard_ = env_.now();
  promise();
  serve();
  env_.spawn("checkpoint", [this] { keep_checkpointing(); });
  keep_watch();
}

void Replica::restore(Image image) {
  promised_ = image.promised;
  seen_ = promised_;
  if (!image.data.empty() && !store_.restore(image.applied, image.data)) {
    env_.fail_stop("the checkpoint is of another version");
  }
  if (image.applied.index > 0) env_.reached("primary_backup.recovered_from_checkpoint");
  log_ = Log(image.applied);
  for (LogEntry& entry : image.entries) log_.append(std::move(entry));
  commit_ = image.applied.index;
  checkpointed_ = commit_;
  wire::Restored restored;
  to_wire(store_.applied(), restored.mutable_id());
  restored.set_state_hash(store_.hash());
  env_.probe(restored);
}

void Replica::serve() {
  env_.serve<wire::Replicate>([this](NodeId from, const wire::Replicate::Request& request) {
    return on_replicate(from, request);
  });
  env_.serve<wire::Install>([this](NodeId from, const wire::Install::Request& request) {
    return on_install(from, request);
  });
  env_.serve<wire::Fence>(
      [this](NodeId, const wire::Fence::Request& request) { return on_fence(request); });
  env_.serve<wire::Fetch>(
      [this](NodeId, const wire::Fetch::Request& request) { return on_fetch(request); });
  env_.serve<wire::Write>(
      [this](NodeId, const wire::Write::Request& request) { return on_write(request); });
  env_.serve<wire::Read>(
      [this](NodeId, const wire::Read::Request& request) { return on_read(request); });
}

Result<wire::Write::Response> Replica::on_write(const wire::Write::Request& request) {
  const std::optional<Command> command = decode_command(request.command());
  if (!command || command->function == Function::kNothing) return Error::kUnavailable;
  wire::Write::Response response;
  response.set_primary(number(primary_));
  if (role_ != Role::kPrimary) {
    response.set_reply(wire::REPLY_NOT_PRIMARY);
    return response;
  }
  // Without backups to ask, only the lease tells that what was answered will stay.
  if (options_.policy.asynchronous() && !leased()) {
    response.set_reply(wire::REPLY_NOT_NOW);
    return response;
  }
  const auto status = store_.answered(command->client, command->sequence);
  if (options_.rules.answers_from_table(status.has_value())) {
    env_.reached("primary_backup.answered_from_table");
    response.set_reply(wire::REPLY_DONE);
    response.set_status(static_cast<uint32_t>(*status));
    response.set_epoch(number(promised_));
    response.set_index(store_.applied().index);
    return response;
  }
  if (waiting_.size() >= kMostInFlight || env_.buggify(kBusy)) {
    response.set_reply(wire::REPLY_NOT_NOW);
    return response;
  }
  auto [promise, future] = Promise<wire::Write::Response>::make(env_.scheduler());
  waiting_.insert_or_assign(log_.last().index + 1,
                            Waiting{.epoch = promised_, .answer = std::move(promise)});
  append(*command);
  // Whoever may answer has looked again at the epoch. If it takes too long: silence.
  return future.await(options_.patience);
}

Result<wire::Read::Response> Replica::on_read(const wire::Read::Request& request) {
  if (request.by() != wire::PRIMARY) {
    const NodeTime deadline = env_.now() + options_.heartbeat * 2;
    while (!may_answer_from_here(request)) {
      const Duration left = deadline - env_.now();
      if (left <= Duration::zero() || !changed_.wait_for(left)) {
        wire::Read::Response response;
        response.set_reply(wire::REPLY_NOT_NOW);
        return response;
      }
    }
    if (role_ == Role::kBackup) env_.reached("primary_backup.read_from_backup");
    return look_up(request.key());
  }
  if (serving() && options_.rules.may_read(leased())) return look_up(request.key());
  wire::Read::Response response;
  response.set_reply(role_ == Role::kPrimary ? wire::REPLY_NOT_NOW : wire::REPLY_NOT_PRIMARY);
  if (role_ == Role::kPrimary) env_.reached("primary_backup.read_refused_without_lease");
  response.set_primary(number(primary_));
  return response;
}

bool Replica::may_answer_from_here(const wire::Read::Request& request) {
  if (request.by() == wire::TOKEN) {
    return options_.rules.has_seen(store_.applied().index, request.token());
  }
  if (serving() && leased()) return true;
  return role_ == Role::kBackup && env_.now() - fresh_ <= options_.staleness;
}

wire::Read::Response Replica::look_up(const std::string& key) const {
  wire::Read::Response response;
  response.set_reply(wire::REPLY_DONE);
  response.set_epoch(number(promised_));
  response.set_index(store_.applied().index);
  if (const std::string* value = store_.value(key)) {
    response.set_found(true);
    response.set_value(*value);
  }
  return response;
}

void Replica::adopt(Epoch epoch) {
  if (epoch <= promised_) return;
  if (role_ == Role::kPrimary) {
    env_.reached("primary_backup.deposed");
    report_role(false);
  }
  role_ = Role::kBackup;
  primary_ = NodeId{};
  promised_ = epoch;
  seen_ = std::max(seen_, epoch);
  journal_.add(EpochSeen{epoch});
  answer_all_unknown();
  changed_.notify_all();
}

void Replica::apply_committed() {
  const Index end = std::min(commit_, log_.last().index);
  if (store_.applied().index >= end) return;
  while (store_.applied().index < end) {
    const LogEntry& entry = log_.at(store_.applied().index + 1);
    const std::optional<Command> command = decode_command(entry.command);
    INVARIANT(command.has_value(), "entry {} of the log is no command", entry.id.index);
    const Outcome outcome = store_.apply(entry.id, *command);
    wire::Applied applied;
    to_wire(entry.id, applied.mutable_id());
    applied.set_state_hash(store_.hash());
    applied.set_client(command->client);
    applied.set_sequence(command->sequence);
    applied.set_executed(outcome.executed);
    env_.probe(applied);
    wire::Write::Response response;
    response.set_reply(wire::REPLY_DONE);
    response.set_status(static_cast<uint32_t>(outcome.status));
    response.set_epoch(number(promised_));
    response.set_index(entry.id.index);
    answer(entry.id.index, std::move(response));
  }
  changed_.notify_all();
}

void Replica::answer(Index index, wire::Write::Response response) {
  const auto place = waiting_.find(index);
  if (place == waiting_.end()) return;
  // Another primary's entry may have taken that place: then nobody knows what became of the write.
  if (!leads(place->second.epoch)) response = wire::Write::Response();
  place->second.answer.resolve(std::move(response));
  waiting_.erase(place);
}

void Replica::answer_all_unknown() {
  for (auto& [index, waiting] : waiting_) waiting.answer.resolve(wire::Write::Response());
  waiting_.clear();
}

void Replica::await(Lsn end) {
  if (options_.rules.waits_for_disk()) journal_.await(end);
}

// The image is that of one moment; it is written later, and the log goes on meanwhile.
void Replica::keep_checkpointing() {
  for (;;) {
    while (store_.applied().index < checkpointed_ + options_.checkpoint_every) changed_.wait();
    const Lsn end = journal_.end();
    Image image = image_now();
    journal_.await(end);
    image.applied = options_.rules.index_of_checkpoint(image.applied, store_.applied());
    if (!journal_.checkpoint(end, image)) {
      env_.sleep(options_.heartbeat);
      continue;
    }
    checkpointed_ = image.applied.index;
    const Index covered = std::min(store_.applied().index, checkpointed_);
    if (covered > options_.retained_entries) {
      log_.drop_through(covered - options_.retained_entries);
    }
  }
}

Image Replica::image_now() const {
  const Index applied = store_.applied().index;
  return {.promised = promised_,
          .applied = store_.applied(),
          .data = store_.data(),
          .entries = log_.behind(applied, log_.last().index - applied)};
}

std::vector<NodeId> Replica::others() const {
  std::vector<NodeId> others;
  for (const NodeId replica : options_.replicas) {
    if (replica != env_.self()) others.push_back(replica);
  }
  return others;
}

void Replica::report_role(bool primary) {
  wire::RoleChanged change;
  change.set_epoch(number(promised_));
  change.set_primary(primary);
  env_.probe(change);
}

void Replica::report_standing() {
  wire::Standing standing;
  to_wire(store_.applied(), standing.mutable_id());
  standing.set_state_hash(store_.hash());
  env_.probe(standing);
}

}  // namespace seedbed::primary_backup
