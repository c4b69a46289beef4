#include "protocols/crdt_counter/invariants.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocols/crdt_counter/own_file.h"
#include "sim/history/history.h"
#include "sim/history/history.pb.h"
#include "sim/history/operation.h"

namespace seedbed::crdt_counter {
namespace {

// The question of an invocation, if it changes a counter.
std::optional<Operation> asked_change(const TraceEvent& event) {
  const auto* payload = dynamic_cast<const history::Operation*>(event.payload);
  if (payload == nullptr || (event.name != kIncrement && event.name != kDecrement)) {
    return std::nullopt;
  }
  return operation_from(event.name, *payload);
}

Amounts known(const PNCounter& counter) {
  return {.added = counter.added().value(), .taken = counter.taken().value()};
}

std::string in_words(const Amounts& amounts) {
  return fmt::format("+{} -{}", amounts.added, amounts.taken);
}

}  // namespace

std::optional<Counters> reported_state(const TraceEvent& event) {
  if (event.kind != EventKind::kProbe) return std::nullopt;
  const auto* report = dynamic_cast<const StateReport*>(event.payload);
  if (report == nullptr) return std::nullopt;
  return counters_from(report->counters());
}

std::optional<std::string> digest(const TraceEvent& event) {
  const auto* report = dynamic_cast<const StateReport*>(event.payload);
  if (report == nullptr) return std::nullopt;
  std::string text;
  for (const Counter& counter : report->counters()) {
    text += text.empty() ? "" : "; ";
    text += counter.key();
    for (const Entry& entry : counter.entries()) {
      fmt::format_to(std::back_inserter(text), " n{}:+{}-{}", entry.replica(), entry.added(),
                     entry.taken());
    }
  }
  return text;
}

void OwnEntriesAreGreatest::on_event(const TraceEvent& event) {
  const std::optional<Counters> state = reported_state(event);
  if (!state) return;
  // First what others know of it: an entry that the report lacks counts as 0.
  for (const auto& [place, seen] : greatest_) {
    if (place.replica != event.node) continue;
    const auto counter = state->find(place.key);
    const PNCounter own = counter == state->end() ? PNCounter() : counter->second;
    const uint64_t count = (place.taken ? own.taken() : own.added()).entry(event.node);
    if (count >= seen.count) continue;
    violate(event,
            fmt::format("{}: replica {} knows of {} {} by itself, after {} had been seen of it",
                        place.key, number(event.node), count, place.taken ? "taken" : "added",
                        seen.count),
            {seen.fact, fact(event, fmt::format("reports {} for itself", count))});
  }
  for (const auto& [key, counter] : *state) {
    look_at(event, key, counter.added(), false);
    look_at(event, key, counter.taken(), true);
  }
}

void OwnEntriesAreGreatest::look_at(const TraceEvent& event, const std::string& key,
                                    const GCounter& half, bool taken) {
  for (const auto& [replica, count] : half.entries()) {
    evaluated();
    Seen& seen = greatest_[{.replica = replica, .key = key, .taken = taken}];
    if (count <= seen.count) continue;
    seen = {.count = count,
            .fact = fact(event, fmt::format("reports {} for replica {} in {}", count,
                                            number(replica), key))};
  }
}

uint64_t& AskedFor::sum(const Change& change) {
  Amounts& amounts = asked_[change.key];
  return change.taken ? amounts.taken : amounts.added;
}

void AskedFor::follow(const TraceEvent& event) {
  if (event.kind == EventKind::kInvoke) {
    const std::optional<Operation> asked = asked_change(event);
    if (!asked || asked->amount <= 0) return;
    const Change change{.key = asked->key,
                        .amount = static_cast<uint64_t>(asked->amount),
                        .taken = asked->function == kDecrement};
    sum(change) += change.amount;
    running_[event.id] = change;
  } else if (event.kind == EventKind::kReturn) {
    const auto place = running_.find(event.id);
    if (place == running_.end()) return;
    if (outcome_from(event.value) == Outcome::kFail) sum(place->second) -= place->second.amount;
    running_.erase(place);
  }
}

Amounts AskedFor::of(const std::string& key) const {
  const auto place = asked_.find(key);
  return place == asked_.end() ? Amounts() : place->second;
}

void NothingCountedTwice::on_event(const TraceEvent& event) {
  asked_.follow(event);
  if (const std::optional<Counters> state = reported_state(event)) judge(event, *state);
}

void NothingCountedTwice::judge(const TraceEvent& event, const Counters& state) {
  evaluated();
  for (const auto& [key, counter] : state) {
    const Amounts knows = known(counter);
    const Amounts asked = asked_.of(key);
    if (knows.added <= asked.added && knows.taken <= asked.taken) continue;
    violate(event,
            fmt::format("{}: replica {} knows of {}, but clients asked for no more than {}", key,
                        number(event.node), in_words(knows), in_words(asked)),
            {fact(event, fmt::format("reports {} for {}", in_words(knows), key))});
  }
}

void ReadsArePossible::judge(const TraceEvent& event, const std::string& key, int64_t value) {
  evaluated();
  const Amounts asked = asked_.of(key);
  const bool too_much = value > 0 && static_cast<uint64_t>(value) > asked.added;
  const bool too_little = value < 0 && static_cast<uint64_t>(-value) > asked.taken;
  if (!too_much && !too_little) return;
  violate(event,
          fmt::format("a client read {} in {}, but clients asked for no more than {}", value, key,
                      in_words(asked)),
          {fact(event, fmt::format("reads {} in {}", value, key))});
}

void ReadsArePossible::on_event(const TraceEvent& event) {
  asked_.follow(event);
  if (event.kind == EventKind::kInvoke && event.name == kRead) {
    if (const auto* payload = dynamic_cast<const history::Operation*>(event.payload)) {
      reads_[event.id] = payload->key();
    }
    return;
  }
  const auto read = reads_.find(event.id);
  if (event.kind != EventKind::kReturn || read == reads_.end()) return;
  const Response answer = response_from(event);
  if (answer.ok()) judge(event, read->second, answer.number);
  reads_.erase(read);
}

void NoIncrementLost::on_event(const TraceEvent& event) {
  if (event.kind == EventKind::kDurable || event.kind == EventKind::kStart) {
    disks_[event.node].apply(event);
  } else if (event.kind == EventKind::kCrash) {
    reported_.erase(event.node);
  } else if (event.kind == EventKind::kInvoke) {
    const std::optional<Operation> change = asked_change(event);
    if (!change || change->amount <= 0) return;
    running_[event.id] = {.key = change->key, .amount = static_cast<uint64_t>(change->amount)};
  } else if (event.kind == EventKind::kReturn) {
    const auto place = running_.find(event.id);
    if (place == running_.end()) return;
    if (outcome_from(event.value) == Outcome::kOk) {
      evaluated();
      Amounts& sum = acknowledged_[place->second.key];
      (event.name == kDecrement ? sum.taken : sum.added) += place->second.amount;
    }
    running_.erase(place);
  } else if (std::optional<Counters> state = reported_state(event)) {
    reported_[event.node] = {.state = *std::move(state), .event = event.index, .time = event.time};
  }
}

void NoIncrementLost::finish() {
  Counters together;
  for (const NodeId replica : replicas_) {
    const auto place = reported_.find(replica);
    if (place != reported_.end()) {
      merge(together, place->second.state);
    } else if (const DurableFile* own = disks_[replica].find(kOwnFile)) {
      if (const Result<OwnState> kept = own_state_from(own->bytes())) {
        merge(together, kept->counters);
      }
    }
  }
  for (const auto& [key, acknowledged] : acknowledged_) {
    const Amounts knows = known(together[key]);
    if (knows.added >= acknowledged.added && knows.taken >= acknowledged.taken) continue;
    std::vector<Fact> facts;
    EventIndex last{};
    for (const auto& [replica, reported] : reported_) {
      const auto counter = reported.state.find(key);
      const Amounts own = counter == reported.state.end() ? Amounts{} : known(counter->second);
      facts.push_back({reported.event, reported.time, replica,
                       fmt::format("last reports {} for {}", in_words(own), key)});
      last = std::max(last, reported.event);
    }
    conclude(CheckStatus::kViolation,
             fmt::format("{}: clients were told that {} was counted, but all replicas together "
                         "know of {}",
                         key, in_words(acknowledged), in_words(knows)),
             std::move(facts), last);
    return;
  }
}

}  // namespace seedbed::crdt_counter
