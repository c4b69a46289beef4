#include "tests/check/toy.h"

#include <algorithm>
#include <tuple>

namespace seedbed {
namespace {

ToyAnswer found(std::optional<std::string> output) { return {.output = std::move(output)}; }

std::optional<ToyAnswer> apply_register(Toy* toy, const Operation& operation) {
  const std::string& function = operation.function;
  if (function == "read" || function == "get") return found(toy->value);
  if (function == "cas") {
    if (toy->value != operation.expected) return found("mismatch");
    toy->value = operation.argument;
  } else if (function == "append") {
    toy->value = toy->value.value_or("") + operation.argument;
  } else if (function == "delete" || operation.argument == "nil") {
    toy->value.reset();
  } else {
    toy->value = operation.argument;
  }
  return ToyAnswer{};
}

std::optional<ToyAnswer> apply_set(Toy* toy, const Operation& operation) {
  const std::string& function = operation.function;
  if (function == "add") toy->members.insert(operation.argument);
  if (function == "remove") toy->members.erase(operation.argument);
  if (function == "contains") {
    return found(toy->members.count(operation.argument) > 0 ? "true" : "false");
  }
  if (function != "read") return ToyAnswer{};
  return ToyAnswer{.elements = std::vector<std::string>(toy->members.begin(), toy->members.end())};
}

std::optional<ToyAnswer> apply_row(Toy* toy, const Operation& operation) {
  const std::string& function = operation.function;
  std::deque<std::string>& row = toy->row;
  if (function == "append" || function == "enqueue" || function == "push") {
    row.push_back(operation.argument);
    return ToyAnswer{};
  }
  if (function == "read") {
    return ToyAnswer{.elements = std::vector<std::string>(row.begin(), row.end())};
  }
  if (row.empty()) return ToyAnswer{};
  const std::string taken = function == "pop" ? row.back() : row.front();
  function == "pop" ? row.pop_back() : row.pop_front();
  return found(taken);
}

std::optional<ToyAnswer> apply_heap(Toy* toy, const Operation& operation) {
  if (operation.function == "insert") {
    toy->heap.insert(std::stoll(operation.argument));
    return ToyAnswer{};
  }
  if (toy->heap.empty()) return ToyAnswer{};
  const int64_t least = *toy->heap.begin();
  toy->heap.erase(toy->heap.begin());
  return found(std::to_string(least));
}

std::optional<ToyAnswer> apply_steps(Toy* toy, const std::vector<ToyStep>& steps) {
  ToyAnswer answer;
  for (ToyStep step : steps) {
    const auto place = toy->registers.find(step.key);
    if (step.writes) toy->registers[step.key] = step.value;
    if (!step.writes) step.value = place == toy->registers.end() ? toy->first_value : place->second;
    answer.steps.push_back(step);
  }
  return answer;
}

}  // namespace

bool operator==(const ToyAnswer& a, const ToyAnswer& b) {
  auto equal = [](const ToyStep& x, const ToyStep& y) {
    return x.writes == y.writes && x.key == y.key && x.value == y.value;
  };
  return a.output == b.output && a.elements == b.elements &&
         std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(), equal);
}

std::optional<ToyAnswer> Toy::apply(const Operation& operation, const std::vector<ToyStep>& steps) {
  if (object == "multi-register") return apply_steps(this, steps);
  if (object == "set") return apply_set(this, operation);
  if (object == "list" || object == "queue" || object == "stack") return apply_row(this, operation);
  if (object == "priority-queue") return apply_heap(this, operation);
  if (object == "counter") {
    if (operation.function == "read") return found(std::to_string(sum));
    sum += operation.amount;
    return ToyAnswer{};
  }
  if (object == "mutex") {
    if (held == (operation.function == "acquire")) return std::nullopt;
    held = !held;
    return ToyAnswer{};
  }
  return apply_register(this, operation);
}

Toy new_toy(const std::string& object, const std::optional<std::string>& initial) {
  Toy toy{.object = object, .value = initial, .first_value = initial};
  if (object == "counter" && initial) toy.sum = std::stoll(*initial);
  if (object == "mutex" && initial) toy.held = *initial == "held";
  return toy;
}

namespace {

// Makes a history: operations take effect at a random moment while they run, unless a lie is told.
class Generator {
 public:
  Generator(uint64_t seed, const ToyOptions& options) : dice_(seed), options_(options) {
    unique_ = options.unique || dice_.one_in(2);
    parts_.format = "toy";
    if (options.conventions) draw_convention();
    toy_ = new_toy(options.object, parts_.convention.initial);
  }

  ToyHistory run() {
    const size_t count = 2 + dice_.below(options_.most - 1);
    const uint64_t clients = 2 + dice_.below(3);
    while (parts_.entries.size() < count || !running_.empty()) {
      const bool may_begin = parts_.entries.size() < count && running_.size() < clients;
      if (may_begin && (running_.empty() || dice_.one_in(2))) {
        begin();
      } else {
        go_on(dice_.below(running_.size()));
      }
    }
    return {options_.object, History(std::move(parts_)), std::move(answers_), std::move(asked_)};
  }

 private:
  struct Running {
    size_t entry;
    bool happened = false;
  };

  void draw_convention() {
    Convention& convention = parts_.convention;
    const std::string& object = options_.object;
    const bool holds_text = object == "register" || object == "cas-register" || object == "kv" ||
                            object == "multi-register";
    if (holds_text && dice_.one_in(3)) convention.initial = "1";
    if (object == "counter" && dice_.one_in(3)) convention.initial = "-2";
    if (object == "mutex" && dice_.one_in(3)) convention.initial = "held";
    if (dice_.one_in(3)) convention.nil_read = Convention::NilRead::kUnknown;
    if (dice_.one_in(3)) convention.failed_cas = Convention::FailedCas::kMismatch;
  }

  std::string fresh_value() { return std::to_string(unique_ ? ++values_ : 1 + dice_.below(3)); }
  std::string some_value() {
    return std::to_string(1 + dice_.below(unique_ && values_ > 0 ? values_ : 3));
  }

  Operation pick(std::initializer_list<const char*> functions) {
    const auto* name = functions.begin() + dice_.below(functions.size());
    return {.function = *name, .key = "x"};
  }

  Operation draw_operation() {
    const std::string& object = options_.object;
    Operation operation{.function = "", .key = "x"};
    if (object == "register") operation = pick({"read", "write"});
    if (object == "cas-register") operation = pick({"read", "read", "write", "cas"});
    if (object == "kv") operation = pick({"get", "get", "put", "append", "cas", "delete"});
    if (object == "counter") operation = pick({"read", "read", "add"});
    if (object == "set") operation = pick({"read", "contains", "add", "add", "remove"});
    if (object == "list") operation = pick({"read", "append"});
    if (object == "queue") operation = pick({"enqueue", "dequeue"});
    if (object == "stack") operation = pick({"push", "pop"});
    if (object == "priority-queue") operation = pick({"insert", "delete-min"});
    if (object == "mutex") operation = pick({"acquire", "release"});
    if (object == "multi-register") return {.function = "txn"};
    narrow(&operation);
    fill(&operation);
    return operation;
  }

  // Some kinds of histories have a method of their own: few functions.
  void narrow(Operation* operation) {
    if (narrow_ == 0) narrow_ = 1 + dice_.below(3);
    const std::string& function = operation->function;
    if (options_.object == "set" && narrow_ == 1 && function != "read") operation->function = "add";
    if (options_.object == "set" && narrow_ == 2 && function == "read") {
      operation->function = "contains";
    }
    if (options_.object == "kv" && narrow_ == 1 && function != "get") {
      operation->function = "put";
    }
  }

  void fill(Operation* operation) {
    const std::string& function = operation->function;
    if (function == "read" || function == "get" || function == "delete") return;
    if (function == "contains" || function == "remove") {
      operation->argument = some_value();
      return;
    }
    if (function == "cas" && !dice_.one_in(4)) operation->expected = some_value();
    if (function == "add" && options_.object == "counter") {
      operation->amount = static_cast<int64_t>(dice_.below(4)) - 1;
      operation->argument = std::to_string(operation->amount);
      return;
    }
    operation->argument = fresh_value();
    if (function == "write" && dice_.one_in(8)) operation->argument = "nil";
  }

  std::vector<ToyStep> draw_steps() {
    std::vector<ToyStep> steps(1 + dice_.below(3));
    for (ToyStep& step : steps) {
      step.key = dice_.one_in(2) ? "x" : "y";
      step.writes = dice_.one_in(2);
      if (step.writes) step.value = fresh_value();
    }
    return steps;
  }

  void begin() {
    running_.push_back({parts_.entries.size()});
    Entry& entry = parts_.entries.emplace_back();
    entry.id = 100 + parts_.entries.size();
    entry.operation = draw_operation();
    asked_.push_back(options_.object == "multi-register" ? draw_steps() : std::vector<ToyStep>());
    answers_.emplace_back();
    const bool touches = dice_.one_in(4) && last_call_ < event_;
    if (!touches) ++event_;
    last_call_ = event_;
    entry.invoked = EventIndex{event_};
    entry.client = free_client();
  }

  // One that runs nothing now, and whose last operation ended before.
  NodeId free_client() {
    for (uint32_t client = 1;; ++client) {
      const bool busy = std::any_of(running_.begin(), running_.end() - 1, [&](const Running& one) {
        return parts_.entries[one.entry].client == NodeId{client};
      });
      const auto last = last_return_.find(client);
      const bool touches = last != last_return_.end() && last->second >= event_;
      if (!busy && !touches && lost_.count(client) == 0) return NodeId{client};
    }
  }

  void go_on(size_t i) {
    Running& one = running_[i];
    Entry& entry = parts_.entries[one.entry];
    if (!one.happened) {
      one.happened = true;
      happen(one.entry);
      if (dice_.one_in(2)) return;
    }
    if (entry.outcome() != Outcome::kInfo || dice_.one_in(2)) {
      const bool touches = dice_.one_in(4) && event_ > number(entry.invoked);
      if (!touches) ++event_;
      entry.returned = EventIndex{event_};
      last_return_[number(entry.client)] = event_;
    }
    if (entry.outcome() == Outcome::kInfo) lost_.insert(number(entry.client));
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
  }

  void happen(size_t i) {
    Entry& entry = parts_.entries[i];
    if (options_.unknown && dice_.one_in(12)) return finish(i, Response::info("lost"), {});
    const bool tells = entry.operation.function == "cas" &&
                       parts_.convention.failed_cas == Convention::FailedCas::kMismatch;
    if (options_.unknown && !tells && dice_.one_in(16)) {
      return finish(i, Response::fail("refused"), {});
    }
    std::optional<ToyAnswer> answer = toy_.apply(entry.operation, asked_[i]);
    const bool lie = options_.lies > 0 && dice_.one_in(options_.lies);
    if (!answer && !lie) return finish(i, Response::fail("cannot be"), {});
    ToyAnswer said = answer.value_or(ToyAnswer{});
    if (lie) tell_lie(&said);
    if (options_.unknown && dice_.one_in(6)) return finish(i, Response::info("late"), {});
    finish(i, Response::done(), said);
  }

  void tell_lie(ToyAnswer* answer) {
    if (answer->output == "mismatch") {
      answer->output.reset();
    } else if (answer->output == "true" || answer->output == "false") {
      answer->output = *answer->output == "true" ? "false" : "true";
    } else if (answer->output) {
      answer->output = dice_.one_in(3) && options_.object != "counter"
                           ? std::nullopt
                           : std::optional(some_value());
    }
    if (answer->elements) lie_about(&*answer->elements);
    for (ToyStep& step : answer->steps) {
      if (!step.writes && dice_.one_in(2)) step.value = some_value();
    }
  }

  void lie_about(std::vector<std::string>* elements) {
    if (!elements->empty() && dice_.one_in(2)) {
      elements->erase(elements->begin() +
                      static_cast<std::ptrdiff_t>(dice_.below(elements->size())));
    } else if (elements->size() > 1 && options_.object == "list") {
      std::swap(elements->front(), elements->back());
    } else {
      elements->push_back(some_value());
    }
    if (options_.object == "set") std::sort(elements->begin(), elements->end());
  }

  // Writes down what was answered.
  void finish(size_t i, Response response, ToyAnswer answer) {
    Entry& entry = parts_.entries[i];
    const bool failed_cas = answer.output == "mismatch" && response.ok();
    if (response.ok()) response.output = answer.output;
    if (failed_cas && parts_.convention.failed_cas == Convention::FailedCas::kMismatch) {
      response = Response::fail("did not match");
    }
    entry.response = response;
    if (answer.elements) write_elements(&entry, *answer.elements);
    write_steps(&entry, i, answer);
    answers_[i] = std::move(answer);
  }

  void write_elements(Entry* entry, const std::vector<std::string>& elements) {
    entry->found_collection = true;
    entry->elements = {static_cast<uint32_t>(parts_.elements.size()),
                       static_cast<uint32_t>(elements.size())};
    // Sets are written down in any order.
    const bool turned = options_.object == "set" && dice_.one_in(2);
    for (size_t k = 0; k < elements.size(); ++k) {
      const std::string& text = elements[turned ? elements.size() - 1 - k : k];
      parts_.elements.push_back(parts_.values.intern(text));
    }
  }

  void write_steps(Entry* entry, size_t i, const ToyAnswer& answer) {
    const std::vector<ToyStep>& steps = answer.steps.empty() ? asked_[i] : answer.steps;
    entry->steps = {static_cast<uint32_t>(parts_.steps.size()),
                    static_cast<uint32_t>(steps.size())};
    for (const ToyStep& step : steps) {
      Step written{.kind = step.writes ? StepKind::kWrite : StepKind::kRead,
                   .key = parts_.values.intern(step.key)};
      if (step.value) written.value = parts_.values.intern(*step.value);
      if (!step.writes && !answer.steps.empty()) {
        written.found = step.value ? Found::kValue : Found::kNothing;
      }
      parts_.steps.push_back(written);
    }
  }

  Dice dice_;
  const ToyOptions& options_;
  HistoryParts parts_;
  std::vector<ToyAnswer> answers_;
  std::vector<std::vector<ToyStep>> asked_;
  std::vector<Running> running_;
  std::map<uint32_t, uint64_t> last_return_;  // by client
  std::set<uint32_t> lost_;                   // clients that nobody hears of again
  Toy toy_;
  bool unique_ = false;
  uint64_t narrow_ = 0;
  uint64_t values_ = 0;
  uint64_t event_ = 0, last_call_ = 0;
};

// What is known of an entry.
enum class Known { kNothing, kAnswer, kMaybe, kNever };

class AllOrders {
 public:
  AllOrders(const ToyHistory& toy, uint64_t last, bool real_time)
      : toy_(toy), last_(last), real_time_(real_time), placed_(toy.history.size()) {}

  bool any() { return extend(start()); }

  Toy start() const { return new_toy(toy_.object, toy_.history.convention().initial); }

  Known known(size_t i) const {
    const Entry& entry = toy_.history.entries()[i];
    if (number(entry.invoked) > last_) return Known::kNever;
    const bool over = entry.returned != kNoEvent && number(entry.returned) <= last_;
    const Convention& convention = toy_.history.convention();
    if (entry.ok()) {
      const bool of_nil = entry.operation.function == "read" && !entry.response.output &&
                          !entry.found_collection &&
                          convention.nil_read == Convention::NilRead::kUnknown;
      if (of_nil) return Known::kNever;
      return over ? Known::kAnswer : Known::kMaybe;
    }
    if (entry.outcome() == Outcome::kInfo) return Known::kMaybe;
    const bool mismatch = entry.operation.function == "cas" &&
                          convention.failed_cas == Convention::FailedCas::kMismatch;
    if (!mismatch) return Known::kNever;
    return over ? Known::kAnswer : Known::kMaybe;
  }

  bool must_wait(size_t i) const {
    for (size_t j = 0; j < placed_.size(); ++j) {
      if (placed_[j] || j == i) continue;
      if (real_time_ && known(j) == Known::kAnswer && before(j, i)) return true;
      if (!real_time_ && known(j) == Known::kAnswer && j < i && client(i) == client(j)) return true;
    }
    return false;
  }

  // The state after entry i in this one; nullopt if it cannot be there.
  std::optional<Toy> after(const Toy& state, size_t i) const {
    const Entry& entry = toy_.history.entries()[i];
    Toy next = state;
    const std::optional<ToyAnswer> answer = next.apply(entry.operation, toy_.asked[i]);
    if (!answer) return std::nullopt;
    if (known(i) == Known::kMaybe) return next;
    if (!entry.ok()) {
      if (answer->output != "mismatch") return std::nullopt;
    } else if (!(*answer == toy_.answers[i])) {
      return std::nullopt;
    }
    return next;
  }

  void place(size_t i) { placed_[i] = true; }
  bool complete() const {
    for (size_t i = 0; i < placed_.size(); ++i) {
      if (!placed_[i] && known(i) == Known::kAnswer) return false;
    }
    return true;
  }
  bool is_placed(size_t i) const { return placed_[i]; }

 private:
  bool before(size_t a, size_t b) const {
    return toy_.history.entries()[a].returned < toy_.history.entries()[b].invoked;
  }
  NodeId client(size_t i) const { return toy_.history.entries()[i].client; }

  bool extend(const Toy& state) {
    if (complete()) return true;
    for (size_t i = 0; i < placed_.size(); ++i) {
      if (placed_[i] || known(i) == Known::kNever || must_wait(i)) continue;
      const std::optional<Toy> next = after(state, i);
      if (!next) continue;
      placed_[i] = true;
      const bool found = extend(*next);
      placed_[i] = false;
      if (found) return true;
    }
    return false;
  }

  const ToyHistory& toy_;
  uint64_t last_;
  bool real_time_;
  std::vector<bool> placed_;
};

}  // namespace

ToyHistory random_history(uint64_t seed, const ToyOptions& options) {
  return Generator(seed, options).run();
}

bool linearizable(const ToyHistory& toy, uint64_t last) { return AllOrders(toy, last, true).any(); }

bool sequential(const ToyHistory& toy) { return AllOrders(toy, ~uint64_t{0}, false).any(); }

std::string to_string(const ToyHistory& toy) {
  const Convention& convention = toy.history.convention();
  std::string text = "at first " + convention.initial.value_or("nil") + '\n';
  for (size_t i = 0; i < toy.history.size(); ++i) {
    const Entry& entry = toy.history.entries()[i];
    text += std::to_string(entry.id) + " c" + std::to_string(number(entry.client)) + " [" +
            std::to_string(number(entry.invoked)) + ' ' +
            (entry.returned == kNoEvent ? "never" : std::to_string(number(entry.returned))) + "] " +
            to_string(toy.history, entry) + ' ' + entry.operation.argument + ' ' +
            std::string(to_string(entry.outcome())) + ' ' + toy.answers[i].output.value_or("nil");
    if (toy.answers[i].elements) {
      for (const std::string& element : *toy.answers[i].elements) text += ' ' + element + ',';
    }
    text += '\n';
  }
  return text;
}

bool explains(const ToyHistory& toy, const std::vector<uint64_t>& order) {
  AllOrders orders(toy, ~uint64_t{0}, true);
  Toy state = orders.start();
  for (const uint64_t id : order) {
    const auto& entries = toy.history.entries();
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [id](const Entry& entry) { return entry.id == id; });
    if (found == entries.end()) return false;
    const auto i = static_cast<size_t>(found - entries.begin());
    if (orders.is_placed(i) || orders.known(i) == Known::kNever || orders.must_wait(i))
      return false;
    std::optional<Toy> next = orders.after(state, i);
    if (!next) return false;
    state = std::move(*next);
    orders.place(i);
  }
  return orders.complete();
}

}  // namespace seedbed
