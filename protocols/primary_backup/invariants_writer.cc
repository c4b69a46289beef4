// OneWriter: who speaks in the name of an epoch, and who listens.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "protocols/primary_backup/authority.h"
#include "protocols/primary_backup/invariants.h"
#include "protocols/primary_backup/primary_backup.pb.h"
#include "protocols/raft/kv.h"
#include "sim/check/payload.h"

namespace seedbed::primary_backup {
namespace {

class OneWriter final : public Checker {
 public:
  explicit OneWriter(Disks disks) : Checker("OneWriter"), disks_(std::move(disks)) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kDurable, EventKind::kStart, EventKind::kSend);
  }
  void on_event(const TraceEvent& event) override {
    disks_->follow(event);
    if (event.kind != EventKind::kSend) return;
    if (const auto* write = payload_as<wire::Write::Response>(event)) {
      if (write->reply() == wire::REPLY_DONE) acknowledges(event, Epoch{write->epoch()});
    } else if (const auto* answer = payload_as<wire::Replicate::Response>(event)) {
      if (answer->accepted()) confirms(event, Epoch{answer->epoch()});
    } else if (const auto* installed = payload_as<wire::Install::Response>(event)) {
      if (installed->accepted()) confirms(event, Epoch{installed->epoch()});
    } else if (const auto* fence = payload_as<wire::Fence::Response>(event)) {
      if (fence->granted()) confirms(event, Epoch{fence->epoch()});
    } else {
      watch_authority(event);
    }
  }

 private:
  struct Owner {
    NodeId node{};
    Fact fact;
  };

  void watch_authority(const TraceEvent& event);
  void learn(const TraceEvent& event, const Ownership& ownership);
  void acknowledges(const TraceEvent& event, Epoch epoch);
  void confirms(const TraceEvent& event, Epoch epoch);

  Disks disks_;
  std::map<NodeId, Ownership> asked_;  // for what a replica has last asked the authority
  std::map<Epoch, Owner> owners_;
};

// Whose an epoch is, is in what the authority answers: that a change was made, or what stands
// there.
void OneWriter::watch_authority(const TraceEvent& event) {
  namespace authority = raft::wire;
  if (const auto* request = payload_as<authority::ClientCommand::Request>(event)) {
    const auto command = raft::decode_command(request->command());
    const auto* inner = command ? std::get_if<raft::Request>(&*command) : nullptr;
    const auto* cas = inner != nullptr ? std::get_if<raft::Cas>(&inner->operation) : nullptr;
    if (cas == nullptr) return;
    if (const auto desired = ownership_from(cas->desired)) asked_[event.node] = *desired;
  } else if (const auto* done = payload_as<authority::ClientCommand::Response>(event)) {
    if (done->reply() != authority::REPLY_EXECUTED) return;
    const auto asked = asked_.find(event.peer);
    if (done->session() == 0 && done->status() == static_cast<uint32_t>(raft::KvStatus::kOk) &&
        asked != asked_.end()) {
      learn(event, asked->second);
    }
    if (const auto found = ownership_from(done->value())) learn(event, *found);
  } else if (const auto* read = payload_as<authority::ClientQuery::Response>(event)) {
    if (const auto found = ownership_from(read->value())) learn(event, *found);
  }
}

void OneWriter::learn(const TraceEvent& event, const Ownership& ownership) {
  const auto [place, fresh] = owners_.try_emplace(
      ownership.epoch,
      Owner{.node = ownership.owner,
            .fact = fact(event, fmt::format("says that epoch {} belongs to n{}",
                                            number(ownership.epoch), number(ownership.owner)))});
  if (fresh || place->second.node == ownership.owner) return;
  violate(event,
          fmt::format("epoch {} was given to n{} and to n{}", number(ownership.epoch),
                      number(place->second.node), number(ownership.owner)),
          {place->second.fact, fact(event, "says something else")});
}

void OneWriter::acknowledges(const TraceEvent& event, Epoch epoch) {
  evaluated();
  const auto owner = owners_.find(epoch);
  if (owner != owners_.end() && owner->second.node == event.node) return;
  std::vector<Fact> facts;
  if (owner != owners_.end()) facts.push_back(owner->second.fact);
  facts.push_back(fact(event, fmt::format("acknowledges a write in epoch {}", number(epoch))));
  violate(event,
          fmt::format("n{} acknowledged a write in epoch {}, which is not its own",
                      number(event.node), number(epoch)),
          std::move(facts));
}

void OneWriter::confirms(const TraceEvent& event, Epoch epoch) {
  evaluated();
  const Epoch newest = disks_->promised(event.node);
  if (newest == epoch) return;
  violate(event,
          fmt::format("n{} follows epoch {}, but its disk says {}", number(event.node),
                      number(epoch), number(newest)),
          {fact(event, fmt::format("confirms to n{} in epoch {}; epoch {} stands on its disk",
                                   number(event.peer), number(epoch), number(newest)))});
}

}  // namespace

std::unique_ptr<Checker> make_one_writer(Disks disks) {
  return std::make_unique<OneWriter>(std::move(disks));
}

}  // namespace seedbed::primary_backup
