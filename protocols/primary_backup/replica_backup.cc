// What a replica does at the word of others: follow a primary, take a state from it, promise
// itself to the owner of a new epoch, and hand over its log.
#include <algorithm>

#include "protocols/primary_backup/convert.h"
#include "protocols/primary_backup/replica.h"

namespace seedbed::primary_backup {
namespace {

constexpr size_t kMostAtOnce = 1'000'000;

}  // namespace

bool Replica::accepts(NodeId from, Epoch epoch) {
  if (!options_.rules.may_follow(epoch, promised_)) {
    env_.reached("primary_backup.old_primary_refused");
    return false;
  }
  adopt(epoch);
  // Nobody but the owner speaks for an epoch, and it does not speak to itself.
  if (role_ != Role::kBackup) return false;
  primary_ = from;
  heard_ = env_.now();
  return true;
}

void Replica::promise() {
  promised_until_ = std::max(promised_until_, env_.now() + options_.lease);
}

Result<wire::Replicate::Response> Replica::on_replicate(NodeId from,
                                                        const wire::Replicate::Request& request) {
  wire::Replicate::Response response;
  const Epoch epoch{request.epoch()};
  if (!accepts(from, epoch)) {
    response.set_epoch(number(promised_));
    return response;
  }
  const bool matched = follow(request);
  const auto verified = request.prev().index() + static_cast<uint64_t>(request.entries_size());
  const Lsn end = journal_.commit();
  if (matched) {
    commit_ = std::max(commit_, std::min<Index>(request.commit(), verified));
    apply_committed();
    take_echo(request);
  }
  await(end);
  // While it waited for its disk, it may have promised itself to somebody else.
  if (!options_.rules.may_follow(epoch, promised_)) {
    env_.reached("primary_backup.late_completion_discarded");
    response.set_epoch(number(promised_));
    return response;
  }
  promise();
  response.set_accepted(true);
  response.set_epoch(number(epoch));
  response.set_matched(matched);
  response.set_match(matched ? verified : 0);
  to_wire(store_.applied(), response.mutable_applied());
  response.set_at(nanoseconds(env_.now()));
  return response;
}

// False if the entries do not continue what is here.
bool Replica::follow(const wire::Replicate::Request& request) {
  return log_.holds(from_wire(request.prev())) && merge(request.entries());
}

bool Replica::merge(const google::protobuf::RepeatedPtrField<wire::Entry>& entries) {
  for (const wire::Entry& entry : entries) {
    const EntryId id = from_wire(entry.id());
    if (id.index <= log_.base().index || log_.holds(id)) continue;
    if (id.index <= store_.applied().index) return false;
    if (id.index > log_.last().index + 1) return false;
    if (id.index <= log_.last().index) {
      env_.reached("primary_backup.suffix_truncated");
      log_.truncate_from(id.index);
      journal_.add(Truncated{id.index});
    }
    log_.append(from_wire(entry));
    journal_.add(from_wire(entry));
  }
  return true;
}

// Whatever was acknowledged anywhere before this replica said `echo` is in `commit`.
void Replica::take_echo(const wire::Replicate::Request& request) {
  if (request.echo() == 0 || store_.applied().index < request.commit()) return;
  const NodeTime echo{Duration(request.echo())};
  fresh_ = std::max(fresh_, options_.rules.fresh_as_of(echo, env_.now()));
}

Result<wire::Install::Response> Replica::on_install(NodeId from,
                                                    const wire::Install::Request& request) {
  wire::Install::Response response;
  const Epoch epoch{request.epoch()};
  if (!accepts(from, epoch)) {
    response.set_epoch(number(promised_));
    return response;
  }
  const EntryId id = from_wire(request.snapshot().id());
  // A copy of the message may come late, when the log has gone on from there: that must stay.
  const bool lacks = id.index > store_.applied().index && !log_.holds(id);
  if (lacks || store_.applied() == from_wire(request.replaces())) {
    install(id, request.snapshot().data());
  }
  await(journal_.commit());
  if (promised_ != epoch) {
    response.set_epoch(number(promised_));
    return response;
  }
  promise();
  response.set_accepted(true);
  response.set_epoch(number(epoch));
  return response;
}

void Replica::install(const EntryId& id, const std::string& data) {
  env_.reached("primary_backup.snapshot_installed");
  if (id.index < store_.applied().index) env_.reached("primary_backup.acknowledged_tail_dropped");
  journal_.add(Installed{.id = id, .data = data});
  INVARIANT(store_.restore(id, data), "the snapshot at {} cannot be read", id.index);
  log_ = Log(id);
  commit_ = id.index;
  checkpointed_ = std::min(checkpointed_, id.index);
  wire::Restored restored;
  to_wire(id, restored.mutable_id());
  restored.set_state_hash(store_.hash());
  env_.probe(restored);
  changed_.notify_all();
}

Result<wire::Fence::Response> Replica::on_fence(const wire::Fence::Request& request) {
  wire::Fence::Response response;
  const Epoch epoch{request.epoch()};
  // A primary whose lease holds is alive and well.
  const bool bound =
      epoch > promised_ && (env_.now() < promised_until_ || (role_ == Role::kPrimary && leased()));
  if (epoch < promised_ || bound) {
    if (bound) env_.reached("primary_backup.kept_its_promise");
    response.set_epoch(number(promised_));
    return response;
  }
  adopt(epoch);
  if (role_ == Role::kBackup) heard_ = env_.now();
  journal_.commit();
  // All of the log that it speaks of.
  await(journal_.end());
  response.set_granted(promised_ == epoch);
  response.set_epoch(number(promised_));
  to_wire(log_.last(), response.mutable_last());
  return response;
}

Result<wire::Fetch::Response> Replica::on_fetch(const wire::Fetch::Request& request) {
  wire::Fetch::Response response;
  if (Epoch{request.epoch()} != promised_) return response;
  response.set_granted(true);
  EntryId behind = from_wire(request.behind());
  if (!log_.holds(behind)) {
    behind = store_.applied();
    to_wire(behind, response.mutable_snapshot()->mutable_id());
    response.mutable_snapshot()->set_data(store_.data());
  }
  for (const LogEntry& entry : log_.behind(behind.index, kMostAtOnce)) {
    to_wire(entry, response.add_entries());
  }
  return response;
}

}  // namespace seedbed::primary_backup
