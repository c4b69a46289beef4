// QueryIndex and LeaseExclusion: §6.4.
#include <fmt/format.h>

#include <map>
#include <optional>

#include "protocols/raft/invariants.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/ready.h"
#include "sim/check/payload.h"

namespace seedbed::raft {
namespace {

// What any server knew to be committed when a query came is in the state that answers it.
class QueryIndex final : public Checker {
 public:
  QueryIndex() : Checker("QueryIndex") {}
  EventKinds interests() const override { return EventKinds(EventKind::kProbe, EventKind::kCrash); }

  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kCrash) {
      asked_.erase(event.node);
    } else if (const auto* advance = payload_as<wire::CommitAdvanced>(event)) {
      note_commit(event, advance->through().index());
    } else if (const auto* asked = payload_as<wire::QueryAsked>(event)) {
      asked_[event.node][asked->id()] = {
          .committed = committed_, .by = commit_, .asked = fact(event, "was asked a query")};
    } else if (const auto* served = payload_as<wire::QueryServed>(event)) {
      judge(event, *served);
    }
  }

 private:
  struct Asked {
    uint64_t committed = 0;
    std::optional<Fact> by;  // who knew
    Fact asked;
  };

  void note_commit(const TraceEvent& event, uint64_t index) {
    if (index <= committed_) return;
    committed_ = index;
    commit_ = fact(event, fmt::format("knew that {} was committed", index));
  }

  void judge(const TraceEvent& event, const wire::QueryServed& served) {
    auto& asked = asked_[event.node];
    const auto query = asked.find(served.id());
    if (query == asked.end()) return;
    evaluated();
    const Asked one = query->second;
    asked.erase(query);
    if (served.index() >= one.committed) return;
    violate(event,
            fmt::format("n{} answered a query from the state after entry {}, although n{} knew "
                        "before it came that {} was committed",
                        seedbed::number(event.node), served.index(), seedbed::number(one.by->node),
                        one.committed),
            {*one.by, one.asked,
             fact(event, fmt::format("answered it from the state after {}", served.index()))});
  }

  uint64_t committed_ = 0;  // the highest index that any server knew to be
  std::optional<Fact> commit_;
  std::map<NodeId, std::map<uint64_t, Asked>> asked_;  // by server and id
};

// While a leader answers queries by its lease, nobody leads a later term: not by the clocks of the
// servers, but in truth.
class LeaseExclusion final : public Checker {
 public:
  LeaseExclusion() : Checker("LeaseExclusion") {}
  EventKinds interests() const override { return EventKinds(EventKind::kProbe); }

  void on_event(const TraceEvent& event) override {
    if (const auto* change = payload_as<wire::RoleChanged>(event)) {
      const bool leads = change->role() == static_cast<uint32_t>(Role::kLeader);
      if (!leads || (latest_ && change->term() <= term_)) return;
      term_ = change->term();
      latest_ = fact(event, fmt::format("leads term {}", term_));
    } else if (const auto* lease = payload_as<wire::LeaseUsed>(event)) {
      evaluated();
      if (!latest_ || lease->term() >= term_) return;
      violate(event,
              fmt::format("n{} answers queries by a lease of term {} while n{} leads term {}",
                          seedbed::number(event.node), lease->term(),
                          seedbed::number(latest_->node), term_),
              {*latest_, fact(event, fmt::format("holds a lease of term {}", lease->term()))});
    }
  }

 private:
  uint64_t term_ = 0;  // the latest that had a leader
  std::optional<Fact> latest_;
};

}  // namespace

std::unique_ptr<Checker> make_lease_exclusion() { return std::make_unique<LeaseExclusion>(); }
std::unique_ptr<Checker> make_query_index() { return std::make_unique<QueryIndex>(); }

}  // namespace seedbed::raft
