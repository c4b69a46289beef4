#include "sim/check/counterexample.h"

#include <algorithm>
#include <set>

#include "sim/check/contradiction.h"
#include "sim/check/minimise.h"
#include "sim/core/check.h"

namespace seedbed {
namespace {

const KeyOutcome& violated_key(const CheckOutcome& outcome) {
  for (const KeyOutcome& key : outcome.keys) {
    if (key.status == CheckStatus::kViolation) return key;
  }
  CHECK(false);
  return outcome.keys.front();
}

// The prefix may be longer than the part needs: where the shortest one was too much to be found, or
// where it fails in more than one way.
void end_early(const Model& model, const History& history, const CounterexampleOptions& options,
               KeptPart* part, std::vector<const Entry*>* entries, Counterexample* example) {
  EventIndex last{};
  for (const auto& [i, role] : part->operations) {
    if (role == Role::kRequired) last = std::max(last, (*entries)[i]->returned);
  }
  if (last == example->last) return;
  std::vector<const Entry*> fewer;
  for (const Entry* entry : *entries) {
    if (entry->invoked <= last) fewer.push_back(entry);
  }
  Minimiser minimiser(model, history, fewer, last, options);
  std::optional<KeptPart> other = minimiser.with(*part);
  if (!other) return;
  *part = std::move(*other);
  *entries = std::move(fewer);
  example->last = last;
  example->of = minimiser.present();
}

}  // namespace

const Entry& entry_of(const History& history, uint64_t id) {
  const auto& entries = history.entries();
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& one) { return one.id == id; });
  CHECK(found != entries.end());
  return *found;
}

Counterexample counterexample(const History& history, const Model& model,
                              const CheckOutcome& outcome, const CounterexampleOptions& options) {
  const KeyOutcome& violated = violated_key(outcome);
  Counterexample example{.key = violated.key, .last = violated.illegal_at};
  const std::set<uint64_t> ids(violated.entries.begin(), violated.entries.end());
  std::vector<const Entry*> entries;
  for (const Entry& entry : history.entries()) {
    if (ids.contains(entry.id) && entry.invoked <= example.last) entries.push_back(&entry);
  }
  Minimiser minimiser(model, history, entries, example.last, options);
  KeptPart part = minimiser.run();
  example.minimal = minimiser.finished();
  example.of = minimiser.present();
  end_early(model, history, options, &part, &entries, &example);
  example.fold = part.fold;
  example.counted = part.counted;
  example.about = part.about;
  EventIndex latest{};
  for (const auto& [i, role] : part.operations) {
    const bool required = role == Role::kRequired;
    example.kept.push_back({.id = entries[i]->id,
                            .required = required,
                            .invoked = entries[i]->invoked,
                            .returned = required ? entries[i]->returned : kNoEvent});
    if (!required || entries[i]->returned < latest) continue;
    latest = entries[i]->returned;
    example.suspect = entries[i]->id;
  }
  describe_contradiction(history, model, outcome, &example);
  find_legal_answers(history, model, entries, options, &example);
  return example;
}

Certificate certificate_of(const History& history, const Model& model, const CheckOutcome& outcome,
                           const Counterexample* example) {
  Certificate certificate{.digest = digest_of(history), .model = std::string(model.name)};
  certificate.convention = history.convention();
  certificate.valid = example == nullptr;
  if (example != nullptr) {
    certificate.key = example->key;
    certificate.last = example->last;
    certificate.fold = example->fold;
    certificate.counted = example->counted;
    certificate.about = example->about;
    certificate.kept = example->kept;
    return certificate;
  }
  for (const KeyOutcome& key : outcome.keys) {
    if (key.status != CheckStatus::kPass) continue;
    CertifiedKey& one = certificate.keys.emplace_back();
    one.key = key.key;
    for (const uint64_t id : key.order) one.steps.push_back({.id = id});
  }
  write_states(history, model, &certificate.keys);
  return certificate;
}

}  // namespace seedbed
