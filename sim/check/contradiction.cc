// The shapes that are told in words of their own. All of them need that the part has all writers of
// what it has readers of, which sim/check/leave_out.h sees to.
#include "sim/check/contradiction.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "sim/check/leave_out.h"
#include "sim/check/text.h"

namespace seedbed {
namespace {

constexpr EventIndex kNever{std::numeric_limits<uint64_t>::max()};

bool knows_times(const History& history) {
  const auto& entries = history.entries();
  return std::any_of(entries.begin(), entries.end(),
                     [](const Entry& entry) { return entry.returned_at > Time{}; });
}

std::string place_text(const History& history, EventIndex event, uint64_t place) {
  const Places places = history.parts().places;
  if (places == Places::kNone || place == 0) return fmt::format("event {}", number(event));
  return fmt::format("{} {}", places == Places::kLines ? "line" : "byte", place);
}

// An operation of the part.
struct Part {
  const Entry* entry;
  bool required;
  Touch touch;

  EventIndex end() const { return required ? entry->returned : kNever; }
};

bool before(const Part& a, const Part& b) { return a.end() < b.entry->invoked; }

// From the first return of an operation on a value to the last call of one: if the first comes
// before the second, the value was there all that time (Gibbons and Korach, SIAM J. Computing
// 1997).
struct Zone {
  std::string value;
  const Part* first = nullptr;  // to return; nullptr: the value was there from the beginning
  const Part* last = nullptr;   // to begin
  const Part* reader = nullptr;
  size_t writers = 0;

  EventIndex from() const { return first == nullptr ? EventIndex{} : first->end(); }
  EventIndex to() const { return last->entry->invoked; }
  bool forward() const { return from() < to(); }
};

class Teller {
 public:
  Teller(const History& history, const Model& model, const Counterexample& example)
      : history_(history), model_(model), example_(example) {
    const std::string initial = first_state(model, history).value_or(model.initial);
    initial_ = initial;
    for (const KeptOperation& kept : example.kept) {
      const Entry& entry = entry_of(history, kept.id);
      const Response* answer = kept.required ? answer_of(history, entry) : nullptr;
      parts_.push_back(
          {&entry, kept.required, touch_of(model, initial, Exchange(&history, entry, answer))});
    }
    for (const Part& part : parts_) {
      if (part.entry->id == example.suspect) suspect_ = &part;
    }
  }

  // Empty: it has none of these shapes.
  std::string sentence() const {
    if (suspect_ == nullptr) return "";
    const std::string_view name = model_.name;
    if (name == "mutex") return two_holders();
    if (name == "queue" || name == "stack" || name == "priority-queue") return taken();
    if (name == "set" || name == "list") return elements();
    const bool is_register = name == "register" || name == "cas-register" || name == "kv";
    if (!is_register) return "";
    std::string text = replaced();
    if (text.empty()) text = overwritten();
    return text.empty() ? zones() : text;
  }

 private:
  std::string who(const Part& part) const {
    return fmt::format("{} by {}", to_string(history_, *part.entry),
                       client_name(part.entry->client));
  }
  std::string began(const Part& part) const { return began_at(history_, *part.entry); }
  std::string ended(const Part& part) const { return returned_at(history_, *part.entry); }
  std::string had_returned(const Part& part) const {
    return fmt::format("{} had returned at {}", who(part), ended(part));
  }
  // "dequeue(q) by c3 returned "2" at 0.120s"
  std::string outcome(const Part& part) const {
    return fmt::format("{} {} at {}", who(part), describe(history_, *part.entry), ended(part));
  }
  static std::string value_text(const std::string& state) {
    return state.empty() ? "no value" : in_quotes(state.substr(1));
  }

  std::map<std::string, Zone> zones_by_value() const {
    std::map<std::string, Zone> zones;
    for (const Part& part : parts_) {
      const bool writes = !part.touch.gives.empty();
      if (writes == !part.touch.needs.empty() || part.touch.gives_any) return {};  // a cas
      const std::string& value = writes ? part.touch.gives.front() : part.touch.needs.front();
      Zone& zone = zones[value];
      if (zone.last == nullptr) {
        zone.value = value;
        zone.first = value == initial_ ? nullptr : &part;
        zone.last = &part;
      }
      if (zone.first != nullptr && part.end() < zone.first->end()) zone.first = &part;
      if (part.entry->invoked > zone.last->entry->invoked) zone.last = &part;
      if (writes) ++zone.writers;
      if (!writes) zone.reader = &part;
    }
    return zones;
  }

  std::string held(const Zone& zone) const {
    const std::string from =
        zone.first == nullptr
            ? std::string("the beginning")
            : fmt::format("{} ({} returned)", ended(*zone.first), who(*zone.first));
    return fmt::format("from {} to {} ({} began)", from, began(*zone.last), who(*zone.last));
  }

  // Another value was there, and nothing brought back the one that the suspect saw.
  std::string replaced() const {
    if (parts_.size() != 2 || suspect_->touch.needs.size() != 1) return "";
    const Part& other = &parts_.front() == suspect_ ? parts_.back() : parts_.front();
    const bool sets = other.required && other.touch.sets && !other.touch.gives.empty();
    if (!sets || !before(other, *suspect_)) return "";
    const std::string& value = suspect_->touch.needs.front();
    if (other.touch.gives.front() == value) return "";
    std::string did = fmt::format("wrote {}", value_text(value));
    if (model_.name == "set") did = value.starts_with('+') ? "added it" : "removed it";
    if (model_.name != "set" && value.empty()) did = "took it away";
    return fmt::format("{}, but {}, and nothing {} after that", outcome(*suspect_), outcome(other),
                       did);
  }

  // The value was written, then another was there, then the suspect saw the first.
  std::string overwritten() const {
    if (parts_.size() != 3 || suspect_->touch.needs.size() != 1) return "";
    if (!suspect_->touch.gives.empty() || suspect_->touch.needs.front() == initial_) return "";
    const std::string& value = suspect_->touch.needs.front();
    const Part* writer = nullptr;
    const Part* other = nullptr;
    for (const Part& part : parts_) {
      if (&part == suspect_) continue;
      const bool same = part.touch.gives.size() == 1 && part.touch.gives.front() == value;
      (same ? writer : other) = &part;
    }
    if (writer == nullptr || other == nullptr) return "";
    const bool shows_another = other->touch.needs.empty() || other->touch.gives.empty();
    if (!shows_another || !before(*writer, *other) || !before(*other, *suspect_)) return "";
    return fmt::format("{}, but {}, after {}, and nothing wrote {} again", outcome(*suspect_),
                       outcome(*other), who(*writer), value_text(value));
  }

  // Two values that cannot both have been there once.
  std::string zones() const {
    const std::map<std::string, Zone> zones = zones_by_value();
    if (zones.size() != 2) return "";
    const Zone* a = &zones.begin()->second;
    const Zone* b = &std::next(zones.begin())->second;
    for (const Zone* zone : {a, b}) {
      const size_t sources = zone->writers + (zone->value == initial_ ? 1 : 0);
      if (sources != 1) return "";
    }
    if (!a->forward()) std::swap(a, b);
    if (!a->forward()) return "";
    if (!b->forward()) {
      const bool inside = b->to() > a->from() && b->from() < a->to();
      if (!inside || b->reader == nullptr) return "";
      return fmt::format("{} was the only value {}, yet {}", value_text(a->value), held(*a),
                         outcome(*b->reader));
    }
    if (a->from() > b->from()) std::swap(a, b);
    if (b->from() > a->to()) return "";
    return fmt::format(
        "{} was there {}, and {} was there {}: only one of them can be there at a "
        "time",
        value_text(a->value), held(*a), value_text(b->value), held(*b));
  }

  bool takes(const Part& part) const {
    return part.required && part.entry->response.output &&
           (part.entry->operation.function == kDequeue || part.entry->operation.function == kPop ||
            part.entry->operation.function == kDeleteMin);
  }
  bool is_function(const Part& part, std::string_view name) const {
    return part.entry->operation.function == name;
  }
  bool uncertain() const {
    return std::any_of(parts_.begin(), parts_.end(),
                       [](const Part& part) { return part.touch.gives_any; });
  }

  // Queues, stacks and priority queues.
  std::string taken() const {
    if (uncertain() && !takes(*suspect_)) return "";
    if (!takes(*suspect_)) return suspect_->touch.gives.empty() ? found_empty() : "";
    const std::string& value = suspect_->touch.gives.front();
    std::vector<const Part*> puts, takers;
    for (const Part& part : parts_) {
      const bool same = !part.touch.gives.empty() && part.touch.gives.front() == value;
      if (same && &part != suspect_) (takes(part) ? takers : puts).push_back(&part);
    }
    if (puts.empty()) {
      return fmt::format("{}, but nothing ever put {} there", outcome(*suspect_), in_quotes(value));
    }
    if (puts.size() == 1 && takers.size() == 1) {
      return fmt::format("{}, but {}, and {} was put there once, by {}", outcome(*suspect_),
                         outcome(*takers.front()), in_quotes(value), who(*puts.front()));
    }
    if (puts.size() == 1 && takers.empty() && suspect_->end() < puts.front()->entry->invoked) {
      return fmt::format("{}, but {} began only at {}", outcome(*suspect_), who(*puts.front()),
                         began(*puts.front()));
    }
    if (parts_.size() > 4 || puts.size() != 1 || uncertain()) return "";
    return model_.name == "queue" ? inverted(*puts.front()) : out_of_turn(*puts.front());
  }

  // Two values that left a stack, or a priority queue, out of turn. The one that should have left
  // last was taken first, or the other is there still.
  std::string out_of_turn(const Part& put) const {
    const Part* other_put = nullptr;
    const Part* other_taker = nullptr;
    for (const Part& part : parts_) {
      if (&part == &put || &part == suspect_) continue;
      (takes(part) ? other_taker : other_put) = &part;
    }
    if (other_put == nullptr) {
      if (other_taker == nullptr || !before(put, *other_taker)) return "";
      return fmt::format("{}, but {}, though {} before that began", outcome(*suspect_),
                         outcome(*other_taker), had_returned(put));
    }
    if (other_taker == nullptr) {
      if (!before(*other_put, *suspect_)) return "";
      return fmt::format("{}, but {}, and nothing took that out", outcome(*suspect_),
                         had_returned(*other_put));
    }
    const bool in_turn = before(put, *other_taker) && before(*other_taker, *suspect_);
    if (!in_turn) return "";
    return fmt::format("{}, but {}, though {} before that began", outcome(*suspect_),
                       outcome(*other_taker), had_returned(put));
  }

  // Two values that left a queue in another order than they came.
  std::string inverted(const Part& put) const {
    const Part* other_put = nullptr;
    const Part* other_taker = nullptr;
    for (const Part& part : parts_) {
      if (&part == &put || &part == suspect_) continue;
      if (takes(part)) other_taker = &part;
      if (is_function(part, kEnqueue)) other_put = &part;
    }
    if (other_put == nullptr) return "";
    const bool came_first = before(*other_put, put);
    if (came_first && other_taker == nullptr) {
      return fmt::format("{}, but {} before {} began, and nothing took it out", outcome(*suspect_),
                         had_returned(*other_put), who(put));
    }
    if (other_taker == nullptr) return "";
    if (came_first && before(*suspect_, *other_taker)) {
      return fmt::format("{}, but {} before {} began, and left only later, by {}",
                         outcome(*suspect_), had_returned(*other_put), who(put), who(*other_taker));
    }
    if (before(put, *other_put) && before(*other_taker, *suspect_)) {
      return fmt::format("{}, but {} before that, though {} before {} began", outcome(*suspect_),
                         outcome(*other_taker), had_returned(put), who(*other_put));
    }
    return "";
  }

  // Something was there all the while.
  std::string found_empty() const {
    for (const Part& part : parts_) {
      if (parts_.size() > 3 || &part == suspect_ || takes(part)) continue;
      if (!before(part, *suspect_)) continue;
      for (const Part& taker : parts_) {
        if (takes(taker) && !before(*suspect_, taker)) return "";
      }
      return fmt::format("{}, but {}, and nothing had taken that out", outcome(*suspect_),
                         had_returned(part));
    }
    return "";
  }

  // Sets and lists: an element that is missing, or that nobody added.
  std::string elements() const {
    if (is_function(*suspect_, kContains)) {
      return parts_.size() == 1 && suspect_->touch.needs.front().starts_with('+')
                 ? fmt::format("{}, but nothing ever added it", outcome(*suspect_))
                 : replaced();
    }
    std::vector<std::string> shown;
    for (const ValueId one : history_.elements(*suspect_->entry)) {
      const std::string element(history_.text(one));
      if (!example_.about || example_.about->contains(element)) shown.push_back(element);
    }
    if (parts_.size() == 1 && shown.size() == 1) {
      return fmt::format("{}, but nothing ever added {}", outcome(*suspect_),
                         in_quotes(shown.front()));
    }
    if (parts_.size() != 2 || !is_function(*suspect_, kRead)) return "";
    const Part& other = &parts_.front() == suspect_ ? parts_.back() : parts_.front();
    const bool adds = is_function(other, kAdd) || is_function(other, kAppend);
    if (!adds || !before(other, *suspect_)) return "";
    const std::string& element = other.entry->operation.argument;
    if (std::find(shown.begin(), shown.end(), element) != shown.end()) return "";
    return fmt::format("{}, but {}, and nothing removed {}", outcome(*suspect_),
                       had_returned(other), in_quotes(element));
  }

  std::string two_holders() const {
    if (!is_function(*suspect_, kAcquire)) return "";
    const Part* holder = nullptr;
    for (const Part& part : parts_) {
      if (!part.required || &part == suspect_ || !is_function(part, kAcquire)) continue;
      if (holder == nullptr || holder->end() < part.end()) holder = &part;
    }
    for (const Part& part : parts_) {
      const bool released = is_function(part, kRelease) &&
                            (holder == nullptr || !precedes(*part.entry, *holder->entry));
      if (released) return "";
    }
    const std::string who_held = holder != nullptr ? outcome(*holder) : folded_holder();
    if (who_held.empty()) return "";
    return fmt::format("{}, but {}, and nothing released it after that", outcome(*suspect_),
                       who_held);
  }

  // Who got it last before the part begins.
  std::string folded_holder() const {
    const Entry* last = nullptr;
    if (!example_.fold || example_.fold->state != "held") return "";
    for (const Entry& entry : history_.entries()) {
      const bool one = entry.operation.key == example_.key && entry.operation.function == kAcquire;
      if (!one || !is_folded(model_, history_, entry, example_.fold->before)) continue;
      if (last == nullptr || last->returned < entry.returned) last = &entry;
    }
    if (last == nullptr) return "it was held at first";
    return outcome({.entry = last, .required = true});
  }

  const History& history_;
  const Model& model_;
  const Counterexample& example_;
  std::string initial_;
  std::vector<Part> parts_;
  const Part* suspect_ = nullptr;
};

// What a counter can show at all: what was added before a read began, and what may have been added
// until it returned. Empty: the contradiction is another one.
std::string counter_bounds(const History& history, const Counterexample& example) {
  if (!example.counted) return "";
  const Counted& counted = *example.counted;
  const Entry& read = entry_of(history, example.suspect);
  const bool high = number_found(history, read).value_or(0) > counted.most;
  const std::string subject =
      fmt::format("{} by {} {} at {}", to_string(history, read), client_name(read.client),
                  describe(history, read), returned_at(history, read));
  if (example.kept.size() == 1) {
    return fmt::format("{}, but {} is the {} that it can have been by then", subject,
                       high ? counted.most : counted.least, high ? "most" : "least");
  }
  const Entry& first = entry_of(history, example.kept.front().id);
  return fmt::format("{}, but {} by {} {} at {}, and with what was added since, {} is the {}",
                     subject, to_string(history, first), client_name(first.client),
                     describe(history, first), returned_at(history, first),
                     high ? counted.most : counted.least, high ? "most" : "least");
}

}  // namespace

std::string began_at(const History& history, const Entry& entry) {
  if (knows_times(history)) return seconds(entry.invoked_at);
  return place_text(history, entry.invoked, entry.place);
}

std::string returned_at(const History& history, const Entry& entry) {
  if (knows_times(history)) return seconds(entry.returned_at);
  return place_text(history, entry.returned, entry.returned_place);
}

void describe_contradiction(const History& history, const Model& model, const CheckOutcome& outcome,
                            Counterexample* example) {
  example->message = Teller(history, model, *example).sentence();
  if (model.name == "counter") example->message = counter_bounds(history, *example);
  if (example->message.empty()) example->message = outcome.message;
  std::vector<Fact>& facts = example->facts;
  for (const KeptOperation& kept : example->kept) {
    const Entry& entry = entry_of(history, kept.id);
    const std::string what =
        fmt::format("{} by {}", to_string(history, entry), client_name(entry.client));
    facts.push_back({entry.invoked, entry.invoked_at, entry.client, what + " began"});
    if (kept.required) {
      facts.push_back(
          {entry.returned, entry.returned_at, entry.client, what + ' ' + describe(history, entry)});
    } else {
      facts.back().text += ", and may have happened at any time after that";
    }
  }
  std::sort(facts.begin(), facts.end(),
            [](const Fact& a, const Fact& b) { return a.event < b.event; });
}

}  // namespace seedbed
