// A part is described by the operations that are chosen: these happened, as they were answered.
// Whatever else may not be left out because of them is kept as well, but merely may have happened.
// So every part that is tried is one that proves the whole wrong, if it cannot be explained.
//
// First some small parts are tried in which contradictions mostly are, then delta debugging over
// elements and operations takes what is left of the whole (Zeller and Hildebrandt, IEEE TSE 2002).
#include "sim/check/minimise.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "sim/check/bad_pattern.h"
#include "sim/check/delta_debugging.h"
#include "sim/core/check.h"

namespace seedbed {
namespace {

constexpr size_t kMostPairs = 4000;
constexpr size_t kMostCuts = 128;
constexpr size_t kMostReads = 256;
constexpr size_t kFew = 8;
constexpr size_t kFewGivers = 3;
constexpr uint64_t kSlice = 4096;
constexpr uint64_t kStepsOfTrial = 400'000;  // and kStepsPerOperation for each that is kept
constexpr uint64_t kStepsPerOperation = 40;
constexpr uint64_t kBytesPerStep = 64;  // large states cost more than the steps between them
constexpr uint64_t kReportEvery = 10'000;

bool is_taken_model(const Model& model) {
  return model.name == "queue" || model.name == "stack" || model.name == "priority-queue";
}

}  // namespace

Minimiser::Minimiser(const Model& model, const History& history,
                     const std::vector<const Entry*>& entries, EventIndex last,
                     const CounterexampleOptions& options)
    : model_(model),
      history_(history),
      entries_(entries),
      options_(options),
      key_(model, entries, &history),
      roles_(key_.roles_at(last)),
      touches_(entries.size()) {
  classify();
  CHECK(!chosen_.empty());
  suspect_ = last_of(chosen_);
  const bool reads = std::any_of(chosen_.begin(), chosen_.end(), [&](size_t i) {
    return reads_all_elements(model_, key_.exchange(i));
  });
  if (reads) {
    about_.emplace();
    for (size_t i = 0; i < roles_.size(); ++i) {
      if (roles_[i] == Role::kAbsent) continue;
      if (!is_read(i)) about_->insert(entries_[i]->operation.argument);
      for (const ValueId one : history_.elements(*entries_[i])) {
        about_->emplace(history_.text(one));
      }
    }
  }
  // What only looked is left out first: then fewer others need to be there.
  std::stable_partition(chosen_.begin(), chosen_.end(), [&](size_t i) { return is_pure(i); });
}

void Minimiser::classify() {
  for (size_t i = 0; i < roles_.size(); ++i) {
    if (roles_[i] == Role::kAbsent) continue;
    ++present_;
    if (roles_[i] == Role::kRequired) chosen_.push_back(i);
    touches_[i] = touch_of(model_, key_.initial(), exchange_in(i, roles_[i]));
    const Touch& touch = touches_[i];
    if (touch.puts) ++puts_[touch.gives.front()];
    if (touch.takes_unknown) unknown_takes_.push_back(i);
    if (is_pure(i)) continue;
    if (touch.gives_any) gives_any_.push_back(i);
    for (const std::string& value : touch.gives) givers_[value].push_back(i);
    if (has_elements(model_)) changes_[entries_[i]->operation.argument].push_back(i);
  }
}

Exchange Minimiser::exchange_in(size_t i, Role role) const {
  return role == Role::kRequired ? key_.exchange(i) : key_.question(i);
}

bool Minimiser::is_pure(size_t i) const {
  return model_.kind(exchange_in(i, roles_[i])) == OperationKind::kPure;
}

bool Minimiser::is_read(size_t i) const { return entries_[i]->operation.function == kRead; }

bool Minimiser::names(size_t i, const std::string& value) const {
  const Touch& touch = touches_[i];
  return std::find(touch.gives.begin(), touch.gives.end(), value) != touch.gives.end() ||
         std::find(touch.needs.begin(), touch.needs.end(), value) != touch.needs.end();
}

size_t Minimiser::last_of(const std::vector<size_t>& chosen) const {
  return *std::max_element(chosen.begin(), chosen.end(), [&](size_t a, size_t b) {
    return entries_[a]->returned < entries_[b]->returned;
  });
}

KeptPart Minimiser::run() {
  best_ = complete(chosen_, about_);
  if (model_.name == "counter" && count_reads()) return best_;
  if (model_.name == "counter") {
    start_with_reads();
  } else if (model_.name == "mutex") {
    fold_mutex();
  } else if (about_ && !start_with_part()) {
    start_with_reads();
    drop_elements();
  } else if (!about_ && !start_with_patterns()) {
    start_with_part();
    start_with_values();
    if (is_taken_model(model_)) drop_elements();
  }
  drop_operations();
  return best_;
}

std::optional<KeptPart> Minimiser::with(const KeptPart& part) {
  if (part.counted) return part;
  std::vector<size_t> chosen;
  for (const auto& [i, role] : part.operations) {
    if (role == Role::kRequired) chosen.push_back(i);
  }
  fold_ = part.fold;
  KeptPart other = complete(chosen, part.about);
  const bool small = other.operations.size() <= part.operations.size();
  return small && is_illegal(other) ? std::optional(std::move(other)) : std::nullopt;
}

// --- Counters ---

namespace {

// Sums of positive and negative amounts before each moment.
class Amounts {
 public:
  void add(EventIndex at, int64_t amount) { amounts_.emplace_back(at, amount); }
  void sort() {
    std::sort(amounts_.begin(), amounts_.end());
    for (const auto& amount : amounts_) {
      sums_.emplace_back(sums_.back());
      (amount.second < 0 ? sums_.back().first : sums_.back().second) += amount.second;
    }
  }
  // Of all before the moment: the negative ones, and the positive ones.
  std::pair<__int128, __int128> before(EventIndex at) const {
    const auto end = std::lower_bound(amounts_.begin(), amounts_.end(),
                                      std::pair(at, std::numeric_limits<int64_t>::min()));
    return sums_[static_cast<size_t>(end - amounts_.begin())];
  }

 private:
  std::vector<std::pair<EventIndex, int64_t>> amounts_;
  std::vector<std::pair<__int128, __int128>> sums_{{0, 0}};
};

}  // namespace

// A read that is beyond its bounds (rule 3 of sim/check/fold.h), the first to return; or one that
// is beyond what it can have been after another one.
bool Minimiser::count_reads() {
  Amounts sure, possible;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (roles_[i] == Role::kAbsent || is_read(i)) continue;
    const int64_t amount = amount_of(entries_[i]->operation);
    possible.add(entries_[i]->invoked, amount);
    if (roles_[i] == Role::kRequired) sure.add(entries_[i]->returned, amount);
  }
  sure.sort();
  possible.sort();
  const __int128 initial = std::stoll(key_.initial());
  std::optional<size_t> first;
  for (const size_t i : chosen_) {
    if (!is_read(i)) continue;
    if (first && entries_[*first]->returned < entries_[i]->returned) continue;
    const auto ended = sure.before(entries_[i]->invoked);
    const auto begun = possible.before(entries_[i]->returned);
    const __int128 found = number_found(history_, *entries_[i]).value_or(0);
    const bool within = found >= initial + ended.second + begun.first &&
                        found <= initial + ended.first + begun.second;
    if (!within) first = i;
  }
  if (first && count_with(nullptr, *first)) return true;
  size_t tried = 0;
  for (size_t i = entries_.size(); i-- > 0 && tried < kMostReads;) {
    if (roles_[i] != Role::kRequired || !is_read(i)) continue;
    if (!precedes(*entries_[i], *entries_[suspect_])) continue;
    ++tried;
    if (count_with(entries_[i], suspect_)) return true;
  }
  return false;
}

bool Minimiser::count_with(const Entry* first, size_t read) {
  spent_ += entries_.size() / 16 + 1;
  const std::optional<Counted> counted =
      count_additions(model_, history_, entries_, first, *entries_[read]);
  const std::optional<int64_t> found = number_found(history_, *entries_[read]);
  if (!counted || !found) return false;
  if (*found >= counted->least && *found <= counted->most) return false;
  best_ = {.counted = counted};
  if (first != nullptr) {
    const auto place = std::find(entries_.begin(), entries_.end(), first);
    best_.operations.emplace_back(place - entries_.begin(), Role::kRequired);
  }
  best_.operations.emplace_back(read, Role::kRequired);
  return true;
}

// --- Mutexes ---

// The latest moment from which on it is a contradiction. One at which the suspect could have gone
// on tells more, for what stood in its way is shown as well; if that does not make it long.
void Minimiser::fold_mutex() {
  const bool acquires = entries_[suspect_]->operation.function == kAcquire;
  const std::vector<size_t> all = chosen_;
  if (fold_at(acquires ? "held" : "free", all)) drop_operations();
  const KeptPart short_one = best_;
  const std::vector<size_t> short_chosen = chosen_;
  fold_.reset();
  best_ = complete(all, about_);
  if (fold_at(acquires ? "free" : "held", all)) drop_operations();
  if (best_.fold && best_.operations.size() <= short_one.operations.size() + 2) return;
  best_ = short_one;
  chosen_ = short_chosen;
  fold_ = best_.fold;
}

bool Minimiser::fold_at(std::string_view state, const std::vector<size_t>& all) {
  size_t tried = 0;
  for (size_t i = entries_.size(); i-- > 0 && tried < kMostCuts && finished();) {
    if (entries_[i]->invoked > entries_[suspect_]->invoked) continue;
    fold_ = fold_before(model_, history_, entries_, entries_[i]->invoked);
    ++tried;
    spent_ += entries_.size() / 16 + 1;
    if (!fold_ || fold_->state != state) continue;
    std::vector<size_t> rest;
    std::copy_if(all.begin(), all.end(), std::back_inserter(rest),
                 [&](size_t one) { return is_there(one); });
    if (try_it(std::move(rest), about_)) return true;
  }
  fold_ = best_.fold;
  return false;
}

bool Minimiser::is_there(size_t i) const {
  if (roles_[i] == Role::kAbsent) return false;
  return !fold_ || !is_folded(model_, history_, *entries_[i], fold_->before);
}

// --- Other places to begin ---

bool Minimiser::start_with_patterns() {
  if (!is_taken_model(model_)) return false;
  std::vector<PatternPiece> pieces;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (roles_[i] == Role::kAbsent) continue;
    const bool required = roles_[i] == Role::kRequired;
    pieces.push_back({.touch = &touches_[i],
                      .call = entries_[i]->invoked,
                      .end = required ? entries_[i]->returned : kLastEvent,
                      .found_empty = required && is_pure(i)});
  }
  const std::vector<size_t> all = chosen_;
  for (const Elements& elements : suspicious_elements(model_, pieces)) {
    if (keep_elements(elements)) return true;
    chosen_ = all;
  }
  return false;
}

// Only what names one of the elements, or a take that found nothing.
bool Minimiser::keep_elements(const Elements& elements) {
  std::vector<size_t> kept;
  for (const size_t i : chosen_) {
    const Touch& touch = touches_[i];
    bool named = touch.gives.empty() && touch.needs.empty();
    if (about_) named = is_read(i) || elements.contains(entries_[i]->operation.argument);
    for (const std::string& one : touch.gives) named |= !about_ && elements.contains(one);
    if (named) kept.push_back(i);
  }
  if (!about_) return try_it(std::move(kept), about_);
  return try_it(std::move(kept), elements);
}

// A fault in a part of the object (an element of a set) needs no other part.
bool Minimiser::start_with_part() {
  if (model_.part == nullptr) return false;
  const std::optional<std::string_view> part = model_.part(key_.exchange(suspect_));
  if (!part) return false;
  std::vector<size_t> same;
  for (const size_t i : chosen_) {
    if (model_.part(key_.exchange(i)) == part) same.push_back(i);
  }
  return add_overwriter({suspect_}, std::nullopt) || try_it(std::move(same), std::nullopt);
}

// Most contradictions are about the value that the suspect saw, and perhaps one other.
void Minimiser::start_with_values() {
  const Touch& touch = touches_[suspect_];
  if (touch.needs_any || chosen_.size() < kFew) return;
  std::map<std::string_view, std::vector<size_t>> by_value;
  std::vector<size_t> own{suspect_};
  for (const size_t i : chosen_) {
    const bool same = std::any_of(touch.needs.begin(), touch.needs.end(),
                                  [&](const std::string& value) { return names(i, value); });
    if (same && i != suspect_) own.push_back(i);
    for (const std::string& value : touches_[i].needs) by_value[value].push_back(i);
    for (const std::string& value : touches_[i].gives) by_value[value].push_back(i);
  }
  if (try_it(own, about_) || add_overwriter(own, about_)) return;
  // The latest first; values that many name come last.
  std::vector<std::tuple<bool, size_t, const std::vector<size_t>*>> latest;
  for (const auto& [value, pieces] : by_value) {
    latest.emplace_back(pieces.size() < 2 * kFew, *std::max_element(pieces.begin(), pieces.end()),
                        &pieces);
  }
  std::stable_sort(latest.begin(), latest.end(), [](const auto& a, const auto& b) {
    return std::tie(std::get<0>(a), std::get<1>(a)) > std::tie(std::get<0>(b), std::get<1>(b));
  });
  for (size_t k = 0; k < std::min(latest.size(), kMostPairs) && finished(); ++k) {
    std::set<size_t> both(own.begin(), own.end());
    both.insert(std::get<2>(latest[k])->begin(), std::get<2>(latest[k])->end());
    if (try_it({both.begin(), both.end()}, about_)) return;
  }
}

// What the suspect saw had been overwritten by one that ended before it began.
bool Minimiser::add_overwriter(const std::vector<size_t>& own,
                               const std::optional<Elements>& about) {
  const std::optional<std::string>& sets = touches_[suspect_].sets;  // of an element
  for (const bool blind : {true, false}) {
    size_t tried = 0;
    for (size_t i = suspect_; i-- > 0 && tried < kMostCuts;) {
      const bool writes = roles_[i] == Role::kRequired && touches_[i].sets && !is_pure(i);
      if (!writes || touches_[i].needs.empty() != blind) continue;
      if (sets && touches_[i].sets != sets) continue;
      if (!precedes(*entries_[i], *entries_[suspect_])) continue;
      ++tried;
      std::set<size_t> both(own.begin(), own.end());
      both.insert(i);
      if (try_it({both.begin(), both.end()}, about)) return true;
    }
  }
  return false;
}

// The suspect, and perhaps one other read, with all that is no read.
void Minimiser::start_with_reads() {
  if (!is_pure(suspect_)) return;
  std::vector<size_t> others, reads;
  for (const size_t i : chosen_) (is_read(i) ? reads : others).push_back(i);
  others.insert(others.begin(), suspect_);
  if (try_it(others, about_)) return;
  std::sort(reads.rbegin(), reads.rend());
  for (size_t k = 0; k < std::min(reads.size(), kMostReads) && finished(); ++k) {
    if (reads[k] == suspect_) continue;
    std::vector<size_t> both = others;
    both.insert(both.begin(), reads[k]);
    if (try_it(std::move(both), about_)) return;
  }
}

// --- Delta debugging ---

void Minimiser::drop_elements() {
  Elements elements;
  const auto size = [&] {
    elements = about_.value_or(Elements());
    for (const size_t i : chosen_) {
      if (!about_) elements.insert(touches_[i].gives.begin(), touches_[i].gives.end());
    }
    return elements.size();
  };
  leave_out_parts(size, [&](size_t begin, size_t end) {
    if (!finished()) return false;
    Elements rest;
    size_t place = 0;
    for (const std::string& one : elements) {
      if (place < begin || place >= end) rest.insert(rest.end(), one);
      ++place;
    }
    return keep_elements(rest);
  });
}

void Minimiser::drop_operations() {
  leave_out_parts([&] { return chosen_.size(); },
                  [&](size_t begin, size_t end) {
                    return finished() && try_it(without(chosen_, begin, end), about_);
                  });
}

// --- Parts ---

bool Minimiser::try_it(std::vector<size_t> chosen, const std::optional<Elements>& about) {
  KeptPart part = complete(chosen, about);
  // To leave out what was overwritten, what overwrote it has to be kept.
  if (part.operations.size() > best_.operations.size() || !is_illegal(part)) return false;
  best_ = std::move(part);
  chosen_.clear();
  // What was folded needs no longer be asked for.
  for (const size_t i : chosen) {
    const bool folded = best_.fold && is_folded(model_, history_, *entries_[i], best_.fold->before);
    if (!folded) chosen_.push_back(i);
  }
  about_ = about;
  return true;
}

// Those that were chosen, and what must be kept for their sake.
KeptPart Minimiser::complete(const std::vector<size_t>& chosen,
                             const std::optional<Elements>& about) const {
  KeptPart part{.fold = fold_, .about = about};
  if (model_.name == "counter") {
    EventIndex before = kLastEvent;
    for (const size_t i : chosen) {
      if (is_read(i)) before = std::min(before, entries_[i]->invoked);
    }
    if (before != kLastEvent) part.fold = fold_before(model_, history_, entries_, before);
  }
  std::map<size_t, Role> kept;
  for (const size_t i : chosen) {
    const bool folded = part.fold && is_folded(model_, history_, *entries_[i], part.fold->before);
    if (!folded) kept.emplace(i, Role::kRequired);
  }
  if (about) {
    add_changes(*about, &kept);
  } else {
    for (const size_t i : gives_any_) {
      const bool folded = part.fold && is_folded(model_, history_, *entries_[i], part.fold->before);
      if (!folded) kept.emplace(i, Role::kOptional);
    }
    add_needed(&kept);
    add_untold(&kept);
  }
  part.operations.assign(kept.begin(), kept.end());
  return part;
}

// All that changes one of the elements, unless it is overwritten.
void Minimiser::add_changes(const Elements& about, std::map<size_t, Role>* kept) const {
  EventIndex first_read = kLastEvent;
  std::map<std::string_view, EventIndex> needed;
  for (const auto& [i, role] : *kept) {
    const Entry& entry = *entries_[i];
    if (is_read(i)) first_read = std::min(first_read, entry.invoked);
    if (entry.operation.function == kContains) {
      needed.emplace(entry.operation.argument, entry.invoked);
    }
  }
  const auto first_look = [&](const std::string& element) {
    const auto look = needed.find(element);
    return look == needed.end() ? first_read : std::min(first_read, look->second);
  };
  std::map<std::string_view, EventIndex> late;  // what ended before it was overwritten (rule 7)
  for (const auto& [i, role] : *kept) {
    const Touch& touch = touches_[i];
    if (role != Role::kRequired || !touch.sets || is_pure(i)) continue;
    if (!(entries_[i]->returned < first_look(*touch.sets))) continue;
    EventIndex& latest = late[*touch.sets];
    latest = std::max(latest, entries_[i]->invoked);
  }
  for (const std::string& element : about) {
    const auto changes = changes_.find(element);
    if (changes == changes_.end()) continue;
    const auto overwritten = late.find(element);
    for (const size_t i : changes->second) {
      const bool gone = overwritten != late.end() && roles_[i] == Role::kRequired &&
                        entries_[i]->returned < overwritten->second;
      if (!gone) kept->emplace(i, Role::kOptional);
    }
  }
}

// What ended before this was overwritten before anybody needed it (rule 7).
EventIndex Minimiser::overwritten_by(const std::map<size_t, Role>& kept, const std::string& sets,
                                     EventIndex needed) const {
  EventIndex late{};
  for (const auto& [i, role] : kept) {
    const bool writes = role == Role::kRequired && touches_[i].sets == sets && !is_pure(i);
    if (writes && entries_[i]->returned < needed) late = std::max(late, entries_[i]->invoked);
  }
  return late;
}

// All that gives what is needed.
void Minimiser::add_needed(std::map<size_t, Role>* kept) const {
  for (size_t before = 0; before != kept->size();) {
    before = kept->size();
    std::map<std::string, EventIndex> needed;  // since when
    EventIndex any = kLastEvent;
    for (const auto& [i, role] : *kept) {
      const Touch touch = touch_of(model_, key_.initial(), exchange_in(i, role));
      for (const std::string& value : touch.needs) needed.emplace(value, entries_[i]->invoked);
      if (touch.needs_any) any = std::min(any, entries_[i]->invoked);
    }
    for (const auto& [value, since] : needed) add_givers(value, std::min(since, any), kept);
    if (any == kLastEvent) continue;
    for (const auto& [value, givers] : givers_) add_givers(value, any, kept);
  }
}

void Minimiser::add_givers(const std::string& value, EventIndex needed,
                           std::map<size_t, Role>* kept) const {
  const auto givers = givers_.find(value);
  if (givers == givers_.end()) return;
  // A few are shown all the same: they tell where a value came from.
  const bool many = givers->second.size() > kFewGivers;
  const std::optional<std::string>& sets = touches_[givers->second.front()].sets;
  const EventIndex late = many && sets ? overwritten_by(*kept, *sets, needed) : EventIndex{};
  for (const size_t i : givers->second) {
    if (!is_there(i) || kept->contains(i)) continue;
    const bool gone =
        roles_[i] == Role::kRequired && touches_[i].sets == sets && entries_[i]->returned < late;
    if (!gone) kept->emplace(i, Role::kOptional);
  }
}

// Takes of unknown outcome, unless all elements are accounted for without them.
void Minimiser::add_untold(std::map<size_t, Role>* kept) const {
  if (unknown_takes_.empty()) return;
  std::map<std::string_view, size_t> taken;
  for (const auto& [i, role] : *kept) {
    for (const std::string& element : touches_[i].gives) taken.emplace(element, 0);
    if (role == Role::kRequired && touches_[i].takes) ++taken[touches_[i].gives.front()];
  }
  const bool all_taken = std::all_of(taken.begin(), taken.end(), [&](const auto& one) {
    const auto puts = puts_.find(one.first);
    return puts == puts_.end() || puts->second <= one.second;
  });
  if (all_taken) return;
  for (const size_t i : unknown_takes_) kept->emplace(i, Role::kOptional);
}

bool Minimiser::is_illegal(const KeptPart& part) {
  std::vector<const Entry*> entries;
  std::vector<Role> roles;
  for (const auto& [i, role] : part.operations) {
    entries.push_back(entries_[i]);
    roles.push_back(role);
  }
  spent_ += entries.size() / 8 + 1;
  History alone;  // if it is about other answers, or begins otherwise
  const History* history = &history_;
  if (part.about || part.fold) {
    const std::optional<std::string> initial =
        part.fold ? std::optional(part.fold->state) : std::nullopt;
    alone = only(history_, entries, initial, part.about ? &*part.about : nullptr);
    history = &alone;
    for (size_t i = 0; i < entries.size(); ++i) entries[i] = &alone.entries()[i];
  }
  LinearKey key(model_, entries, history);
  const MethodStatus status = key.decide(roles).status;
  report();
  if (status != MethodStatus::kUndecided) return status == MethodStatus::kIllegal;
  LinearSearch search = key.search(roles, {.exact = true});
  const uint64_t most = std::min(options_.max_steps - std::min(options_.max_steps, spent_),
                                 kStepsOfTrial + kStepsPerOperation * entries.size());
  const uint64_t size = entries.size() / 64 + 1;
  SearchStatus found = SearchStatus::kUnfinished;
  uint64_t spent = 0;
  while (found == SearchStatus::kUnfinished && spent < most) {
    found = search.run(std::min(kSlice, most - spent));
    spent = search.steps() * size + key.bytes() / kBytesPerStep;
  }
  spent_ += spent;
  return found == SearchStatus::kIllegal;
}

void Minimiser::report() {
  const bool early = reported_ > 0 && spent_ - reported_ < kReportEvery;
  if (!options_.on_progress || early) return;
  reported_ = spent_;
  options_.on_progress({.kept = best_.operations.size(), .of = present_, .steps = spent_});
}

}  // namespace seedbed
