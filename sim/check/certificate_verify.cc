// The verifier. It proves what a certificate says from the history alone:
//   valid     each order has all operations of its key that happened, none twice, none that failed;
//             none stands behind one that was invoked after its return; each is a step of the
//             model.
//   invalid   what is not kept may be left out (sim/check/leave_out.h) or is in the state that the
//             kept ones begin with (sim/check/fold.h); and no order of what is kept is legal, which
//             is found out by trying all of them. Of a counter: a read found what cannot have been
//             added up by then.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "sim/check/certificate.h"
#include "sim/check/fold.h"
#include "sim/check/leave_out.h"

namespace seedbed {
namespace {

constexpr EventIndex kNever{~uint64_t{0}};

Verification refused(std::string why) {
  return {.status = VerifyStatus::kRefused, .why = std::move(why)};
}

// The operations that a verdict about a key is about.
struct KeyOperations {
  std::vector<const Entry*> entries;  // in the order of their invocations
  bool known = false;                 // some operation is of the model
  bool foreign = false;               // some is not
};

class Verifier {
 public:
  Verifier(const Certificate& certificate, const History& history, const Model& model,
           std::string initial, const VerifyOptions& options)
      : certificate_(certificate),
        history_(history),
        model_(model),
        initial_(std::move(initial)),
        options_(options) {
    for (const Entry& entry : history.entries()) {
      KeyOperations& key = keys_[model.by_key ? entry.operation.key : std::string()];
      key.entries.push_back(&entry);
      const Exchange exchange(&history, entry, entry.ok() ? &entry.response : nullptr);
      (model.knows(exchange) ? key.known : key.foreign) = true;
    }
  }

  Verification valid() {
    std::set<std::string_view> named;
    for (const CertifiedKey& key : certificate_.keys) {
      const auto found = keys_.find(key.key);
      if (found == keys_.end()) return refused(fmt::format("there is no key {}", key.key));
      if (!named.insert(key.key).second) return refused(fmt::format("{} is named twice", key.key));
      if (std::string why = explain(found->second, key); !why.empty()) return refused(why);
    }
    for (const auto& [name, key] : keys_) {
      if (key.known && !named.contains(name)) {
        return refused(fmt::format("there is no order for the key {}", name));
      }
    }
    if (evaluated_ == 0) return refused("it is about no operation");
    return {.status = VerifyStatus::kTrue, .evaluated = evaluated_};
  }

  Verification invalid() {
    const auto found = keys_.find(certificate_.key);
    if (found == keys_.end() || !found->second.known || found->second.foreign) {
      return refused(fmt::format("{} is no key that the model judges", certificate_.key));
    }
    const KeyOperations& key = found->second;
    if (std::string why = choose(key); !why.empty()) return refused(why);
    if (certificate_.counted) return count(key);
    if (std::string why = begin(key); !why.empty()) return refused(why);
    if (std::string why = account(key); !why.empty()) return refused(why);
    const bool explained = place_rest(std::string(kept_.size(), '-'), initial_);
    if (explained) return refused("there is an order that explains the operations that it names");
    if (work_ >= options_.max_work) {
      return {
          .status = VerifyStatus::kTooLarge,
          .why = fmt::format("{} operations have too many orders to try them all", kept_.size()),
          .evaluated = seen_.size()};
    }
    return {.status = VerifyStatus::kTrue, .evaluated = seen_.size()};
  }

 private:
  struct Kept {
    const Entry* entry;
    Exchange exchange;
    bool required;
    Touch touch;
  };

  Exchange exchange(const Entry& entry) const {
    return {&history_, entry, answer_of(history_, entry)};
  }
  Exchange question(const Entry& entry) const { return {&history_, entry, nullptr}; }
  // By the end of the prefix.
  bool ended(const Entry& entry) const {
    return entry.returned != kNoEvent && entry.returned <= certificate_.last;
  }
  bool answered(const Entry& entry) const { return answer_of(history_, entry) != nullptr; }
  bool never_happened(const Entry& entry) const {
    return entry.outcome() == Outcome::kFail && !answered(entry);
  }

  // Whether the order explains the key; if not, why.
  std::string explain(const KeyOperations& key, const CertifiedKey& order) {
    if (!key.known || key.foreign) {
      return fmt::format("the model does not judge the key {}", order.key);
    }
    std::map<uint64_t, const Entry*> left;
    for (const Entry* entry : key.entries) left.emplace(entry->id, entry);
    std::string state = initial_;
    EventIndex latest{};
    for (const CertifiedStep& step : order.steps) {
      const auto found = left.find(step.id);
      if (found == left.end()) {
        return fmt::format("operation {} is not of {}, or is named twice", step.id, order.key);
      }
      const Entry& entry = *found->second;
      left.erase(found);
      if (never_happened(entry)) return fmt::format("operation {} failed", step.id);
      if (answered(entry) && entry.returned < latest) {
        return fmt::format("operation {} stands behind one that began after its end", step.id);
      }
      latest = std::max(latest, entry.invoked);
      std::string next;
      if (!model_.step(state, exchange(entry), &next)) {
        return fmt::format("operation {} is not legal at its place", step.id);
      }
      state = std::move(next);
      if (step.state && *step.state != state) {
        return fmt::format("the state after operation {} is another", step.id);
      }
      evaluated_ += entry.ok() ? 1 : 0;
    }
    for (const auto& [id, entry] : left) {
      if (answered(*entry)) return fmt::format("operation {} happened, and is missing", id);
    }
    return "";
  }

  // Takes the operations that the certificate names.
  std::string choose(const KeyOperations& key) {
    std::map<uint64_t, const Entry*> by_id;
    for (const Entry* entry : key.entries) by_id.emplace(entry->id, entry);
    for (const KeptOperation& kept : certificate_.kept) {
      const auto found = by_id.find(kept.id);
      if (found == by_id.end()) {
        return fmt::format("operation {} is not of the key, or is named twice", kept.id);
      }
      const Entry& entry = *found->second;
      by_id.erase(found);
      const EventIndex returned = kept.required ? entry.returned : kNoEvent;
      if (kept.invoked != entry.invoked || kept.returned != returned) {
        return fmt::format("operation {} ran at another time", kept.id);
      }
      if (kept.required && !(answered(entry) && ended(entry))) {
        return fmt::format("operation {} is not known to have happened", kept.id);
      }
      if (entry.invoked > certificate_.last || never_happened(entry)) {
        return fmt::format("operation {} has no place in it", kept.id);
      }
      const Exchange known = kept.required ? exchange(entry) : question(entry);
      kept_.push_back({&entry, known, kept.required, touch_of(model_, initial_, known)});
    }
    return "";
  }

  // Rule 3 of sim/check/fold.h.
  Verification count(const KeyOperations& key) {
    const bool plain = !certificate_.fold && !certificate_.about && !kept_.empty() &&
                       kept_.size() <= 2 && kept_.front().required && kept_.back().required;
    if (!plain) return refused("one read is counted, or two");
    const Entry* first = kept_.size() == 2 ? kept_.front().entry : nullptr;
    const Entry& read = *kept_.back().entry;
    const std::optional<Counted> counted =
        count_additions(model_, history_, key.entries, first, read);
    if (counted != certificate_.counted) return refused("the additions are others");
    const int64_t found = *number_found(history_, read);
    if (found >= counted->least && found <= counted->most) {
      return refused(fmt::format("{} can have been added up by then", found));
    }
    return {.status = VerifyStatus::kTrue, .evaluated = counted->sure + counted->perhaps};
  }

  // Puts what is folded into the state at first, and leaves the elements that do not count out of
  // what reads found.
  std::string begin(const KeyOperations& key) {
    const std::optional<Fold>& fold = certificate_.fold;
    if (certificate_.about && (!has_elements(model_) || !initial_.empty())) {
      return "the model has no elements";
    }
    if (fold) {
      const bool early = fold->before <= certificate_.last;
      if (!early || fold_before(model_, history_, key.entries, fold->before) != fold) {
        return "what is folded makes another state";
      }
      for (const Kept& kept : kept_) {
        const bool too_early = model_.name == "counter" &&
                               kept.entry->operation.function == kRead &&
                               kept.entry->invoked < fold->before;
        if (too_early || is_folded(model_, history_, *kept.entry, fold->before)) {
          return fmt::format("operation {} does not lie behind what is folded", kept.entry->id);
        }
      }
      initial_ = *model_.holding(fold->state);
    }
    if (!certificate_.about) return "";
    std::vector<const Entry*> entries;
    for (const Kept& kept : kept_) entries.push_back(kept.entry);
    looked_at_ = only(history_, entries, std::nullopt, &*certificate_.about);
    for (size_t i = 0; i < kept_.size(); ++i) {
      const Entry& entry = looked_at_.entries()[i];
      const Response* answer = kept_[i].required ? answer_of(looked_at_, entry) : nullptr;
      kept_[i].exchange = Exchange(&looked_at_, entry, answer);
    }
    return "";
  }

  // What the kept operations need.
  struct Needs {
    std::set<uint64_t> kept;  // ids
    bool any = false;
    std::map<std::string, EventIndex> values;  // since when
    EventIndex any_since = kNever;
    std::map<std::string, int64_t> there;  // elements: how many may be there, beside those taken
  };

  static void note(const std::string& value, EventIndex at, Needs* needs) {
    const auto place = needs->values.emplace(value, at).first;
    place->second = std::min(place->second, at);
  }

  Needs needs_of(const KeyOperations& key) const {
    Needs needs;
    for (const Kept& kept : kept_) {
      const EventIndex at = kept.entry->invoked;
      needs.kept.insert(kept.entry->id);
      if (certificate_.about) {
        const bool all = kept.entry->operation.function == kRead;
        if (all) needs.any_since = std::min(needs.any_since, at);
        if (!all && model_.kind(kept.exchange) == OperationKind::kPure) {
          note(kept.entry->operation.argument, at, &needs);
        }
        continue;
      }
      if (kept.touch.needs_any) needs.any_since = std::min(needs.any_since, at);
      needs.any |= kept.touch.needs_any;
      for (const std::string& value : kept.touch.needs) note(value, at, &needs);
      for (const std::string& one : kept.touch.gives) needs.there[one] -= kept.touch.takes ? 1 : 0;
    }
    for (const Entry* entry : key.entries) {
      if (entry->invoked > certificate_.last || never_happened(*entry)) continue;
      const Touch touch = touch_of(model_, initial_, question(*entry));
      if (!touch.puts || !needs.there.contains(touch.gives.front())) continue;
      ++needs.there[touch.gives.front()];
    }
    return needs;
  }

  // Rule 7 of sim/check/leave_out.h; `values` are what the operation gives.
  bool overwritten(const Entry& entry, const Touch& touch, const std::vector<std::string>& values,
                   const Needs& needs) const {
    if (!touch.sets || !ended(entry) || !answered(entry)) return false;
    EventIndex needed = needs.any_since;
    for (const std::string& value : values) {
      const auto since = needs.values.find(value);
      if (since != needs.values.end()) needed = std::min(needed, since->second);
    }
    return std::any_of(kept_.begin(), kept_.end(), [&](const Kept& kept) {
      return kept.required && kept.touch.sets == touch.sets &&
             model_.kind(kept.exchange) != OperationKind::kPure &&
             entry.returned < kept.entry->invoked && kept.entry->returned < needed;
    });
  }

  // Whether everything else may be left out.
  std::string account(const KeyOperations& key) const {
    const Needs needs = needs_of(key);
    const bool some_there = std::any_of(needs.there.begin(), needs.there.end(),
                                        [](const auto& element) { return element.second > 0; });
    for (const Entry* entry : key.entries) {
      const bool is_kept = needs.kept.contains(entry->id);
      if (entry->invoked > certificate_.last || never_happened(*entry)) continue;
      const bool all = entry->operation.function == kRead;
      if (certificate_.about && is_kept && !all && !is_about(*entry)) {
        return fmt::format("operation {} is about another element", entry->id);
      }
      const std::optional<Fold>& fold = certificate_.fold;
      if (is_kept || (fold && is_folded(model_, history_, *entry, fold->before))) continue;
      // Its answer does not count before its return.
      const Exchange known = ended(*entry) ? exchange(*entry) : question(*entry);
      if (model_.kind(known) == OperationKind::kPure) continue;
      const Touch touch = touch_of(model_, initial_, known);
      bool needed = touch.gives_any || needs.any || (touch.takes_unknown && some_there);
      for (const std::string& one : touch.gives) needed |= needs.values.contains(one);
      if (certificate_.about) needed = is_about(*entry);
      const std::vector<std::string> element{entry->operation.argument};
      if (needed &&
          !overwritten(*entry, touch, certificate_.about ? element : touch.gives, needs)) {
        return fmt::format("operation {} must not be left out", entry->id);
      }
    }
    return "";
  }

  bool is_about(const Entry& entry) const {
    return certificate_.about->contains(entry.operation.argument);
  }

  // Whether what is not placed yet ('-') can follow this state, in some order. False as well when
  // the bound is reached, which the caller sees.
  bool place_rest(std::string placed, const std::string& state) {
    if (work_ >= options_.max_work) return false;
    work_ += kept_.size();
    if (!seen_.emplace(placed, state).second) return false;
    EventIndex first_end = kNoEvent;  // what began after it must wait
    bool complete = true;
    for (size_t i = 0; i < kept_.size(); ++i) {
      if (placed[i] == '+' || !kept_[i].required) continue;
      complete = false;
      const EventIndex end = kept_[i].entry->returned;
      if (first_end == kNoEvent || end < first_end) first_end = end;
    }
    if (complete) return true;
    for (size_t i = 0; i < kept_.size(); ++i) {
      if (placed[i] == '+' || kept_[i].entry->invoked > first_end) continue;
      std::string next;
      if (!model_.step(state, kept_[i].exchange, &next)) continue;
      placed[i] = '+';
      if (place_rest(placed, next)) return true;
      placed[i] = '-';
    }
    return false;
  }

  const Certificate& certificate_;
  const History& history_;
  const Model& model_;
  std::string initial_;
  VerifyOptions options_;
  std::map<std::string, KeyOperations> keys_;
  uint64_t evaluated_ = 0;
  std::vector<Kept> kept_;
  History looked_at_;
  uint64_t work_ = 0;
  std::set<std::pair<std::string, std::string>> seen_;
};

}  // namespace

Verification verify(const Certificate& certificate, History history, const VerifyOptions& options) {
  const Model* model = find_model(certificate.model);
  if (model == nullptr) return refused(fmt::format("there is no model {}", certificate.model));
  history.set_convention(certificate.convention);
  if (digest_of(history) != certificate.digest) {
    return refused("it is about another history, or another convention");
  }
  if (history.order() != Order::kRealTime) return refused("the history knows no order of time");
  const std::optional<std::string> initial = first_state(*model, history);
  if (!initial) return refused("the model has no such objects");
  Verifier verifier(certificate, history, *model, *initial, options);
  return certificate.valid ? verifier.valid() : verifier.invalid();
}

}  // namespace seedbed
