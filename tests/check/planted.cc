#include "tests/check/planted.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "sim/core/check.h"
#include "tests/check/toy.h"

namespace seedbed {
namespace {

// Between two events of a history there is room for those that are planted.
constexpr uint64_t kStride = 10;

bool is_read(const Operation& operation) {
  return operation.function == kRead || operation.function == kGet;
}
bool is_write(const Operation& operation) {
  return operation.function == kWrite || operation.function == kPut;
}
bool takes(const Operation& operation) {
  return operation.function == kDequeue || operation.function == kPop ||
         operation.function == kDeleteMin;
}
bool puts(const Operation& operation) {
  return operation.function == kEnqueue || operation.function == kPush ||
         operation.function == kInsert;
}

// Lets a few clients do one thing after the other.
class Maker {
 public:
  explicit Maker(const PlantedOptions& options)
      : options_(options), dice_(options.seed), toy_(new_toy(options.object, std::nullopt)) {
    parts_.format = "toy";
  }

  HistoryParts run() {
    while (parts_.entries.size() < options_.operations || !running_.empty()) {
      const bool more = parts_.entries.size() < options_.operations || must_release();
      const bool room = running_.size() < options_.clients;
      if (more && room && (running_.empty() || dice_.one_in(2)) && begin()) continue;
      if (!running_.empty()) go_on(dice_.below(running_.size()));
    }
    return std::move(parts_);
  }

 private:
  struct Running {
    size_t entry;
    bool happened = false;
    bool unknown = false;
  };

  // Else those that wait would wait forever.
  bool must_release() const {
    return options_.object == "mutex" && toy_.held && !releasing_ && !running_.empty() &&
           parts_.entries.size() >= options_.operations;
  }

  EventIndex now() { return EventIndex{kStride * ++events_}; }

  Operation one_of(std::initializer_list<const char*> functions) {
    const auto* name = functions.begin() + dice_.below(functions.size());
    return {.function = *name, .key = "x"};
  }

  Operation draw() {
    const std::string& object = options_.object;
    if (object == "register") return one_of({"read", "write"});
    if (object == "cas-register") return one_of({"read", "read", "write", "cas"});
    if (object == "counter") return one_of({"read", "add", "add"});
    if (object == "queue") return one_of({"enqueue", "dequeue"});
    if (object == "stack") return one_of({"push", "pop"});
    if (object == "priority-queue") return one_of({"insert", "delete-min"});
    if (object == "multi-register") return {.function = "txn"};
    if (object == "list") {
      return {.function = std::string(dice_.one_in(40) ? kRead : kAppend), .key = "x"};
    }
    if (object == "set" && options_.elements && dice_.one_in(4)) return Operation::read("x");
    if (object == "set") return one_of({"contains", "add", "remove"});
    if (options_.appends) return one_of({"get", "get", "put", "append", "append", "cas"});
    return one_of({"get", "get", "put", "cas", "delete"});
  }

  void fill(Operation* operation) {
    const std::string& function = operation->function;
    if (function == kCounterAdd && options_.object == "counter") {
      operation->amount = static_cast<int64_t>(dice_.below(7)) - 2;
      operation->argument = std::to_string(operation->amount);
    } else if (options_.object == "set") {
      if (function != kRead) operation->argument = std::to_string(dice_.below(8));
    } else if (function == kInsert) {
      operation->argument = std::to_string(dice_.below(1000) * 100'000 + ++values_);
    } else if (function == kCas) {
      operation->expected = toy_.value;
      operation->argument = std::to_string(++values_);
    } else if (is_write(*operation) || puts(*operation) || function == kAppend) {
      operation->argument = std::to_string(++values_);
    }
  }

  // False if nothing can begin.
  bool begin() {
    Operation operation;
    if (options_.object == "mutex") {
      const bool release = must_release() || (toy_.held && !releasing_ && dice_.one_in(2));
      releasing_ = releasing_ || release;
      operation = {.function = std::string(release ? kRelease : kAcquire), .key = "x"};
      if (!release && waiting_ + 1 >= options_.clients) return false;
      waiting_ += release ? 0 : 1;
    } else {
      operation = draw();
      fill(&operation);
    }
    const size_t number = parts_.entries.size();
    const size_t apart = options_.operations / (options_.unknown + 1);
    const bool change = !is_read(operation) && operation.function != kContains &&
                        operation.function != kRelease && (options_.takes || !takes(operation));
    if (options_.unknown > 0 && number / std::max<size_t>(apart, 1) > unknowns_ && change) {
      ++unknowns_;
      unknown_next_ = true;
    }
    Entry entry{.id = number + 1, .client = free_client(), .operation = std::move(operation)};
    if (options_.object == "multi-register") add_steps(&entry);
    entry.invoked = now();
    entry.invoked_at = kStart + static_cast<int64_t>(number_of(entry.invoked)) * 1ms;
    running_.push_back({number, false, std::exchange(unknown_next_, false)});
    parts_.entries.push_back(std::move(entry));
    return true;
  }

  static uint64_t number_of(EventIndex event) { return static_cast<uint64_t>(event); }

  NodeId free_client() {
    uint32_t client = first_client_;
    const auto busy = [&] {
      return std::any_of(running_.begin(), running_.end(), [&](const Running& one) {
        return parts_.entries[one.entry].client == NodeId{client};
      });
    };
    while (busy()) ++client;
    return NodeId{client};
  }

  void add_steps(Entry* entry) {
    entry->steps.first = static_cast<uint32_t>(parts_.steps.size());
    entry->steps.count = static_cast<uint32_t>(1 + dice_.below(3));
    for (uint32_t i = 0; i < entry->steps.count; ++i) {
      Step step{.kind = dice_.one_in(2) ? StepKind::kWrite : StepKind::kRead};
      step.key = parts_.values.intern("k" + std::to_string(dice_.below(5)));
      if (step.kind == StepKind::kWrite) {
        step.value = parts_.values.intern(std::to_string(++values_));
      }
      parts_.steps.push_back(step);
    }
  }

  void go_on(size_t place) {
    Running& one = running_[place];
    if (one.happened) {
      finish(place);
      return;
    }
    const bool acquires = parts_.entries[one.entry].operation.function == kAcquire;
    if (one.unknown && (acquires || dice_.one_in(2))) {
      waiting_ -= acquires ? 1 : 0;
      give_up(place);
      return;
    }
    one.happened = take_effect(one.entry);
    if (!one.happened || options_.object != "mutex") return;
    if (acquires) --waiting_;
    if (!acquires) releasing_ = false;
  }

  bool take_effect(size_t number) {
    Entry& entry = parts_.entries[number];
    std::vector<ToyStep> steps;
    for (uint32_t i = 0; i < entry.steps.count; ++i) {
      const Step& step = parts_.steps[entry.steps.first + i];
      ToyStep toy{.writes = step.kind == StepKind::kWrite};
      toy.key = parts_.values.text(step.key);
      if (toy.writes) toy.value = std::string(parts_.values.text(step.value));
      steps.push_back(std::move(toy));
    }
    const std::optional<ToyAnswer> answer = toy_.apply(entry.operation, steps);
    if (!answer) return false;
    entry.response = Response::done();
    entry.response.output = answer->output;
    if (answer->elements) keep_elements(*answer->elements, &entry);
    for (uint32_t i = 0; i < answer->steps.size(); ++i) {
      Step& step = parts_.steps[entry.steps.first + i];
      if (step.kind == StepKind::kWrite) continue;
      const std::optional<std::string>& value = answer->steps[i].value;
      step.found = value ? Found::kValue : Found::kNothing;
      if (value) step.value = parts_.values.intern(*value);
    }
    return true;
  }

  void keep_elements(const std::vector<std::string>& elements, Entry* entry) {
    entry->found_collection = true;
    entry->elements.first = static_cast<uint32_t>(parts_.elements.size());
    entry->elements.count = static_cast<uint32_t>(elements.size());
    for (const std::string& one : elements) {
      parts_.elements.push_back(parts_.values.intern(one));
    }
  }

  void finish(size_t place) {
    const Running one = running_[place];
    if (one.unknown) {
      give_up(place);
      return;
    }
    Entry& entry = parts_.entries[one.entry];
    entry.returned = now();
    entry.returned_at = kStart + static_cast<int64_t>(number_of(entry.returned)) * 1ms;
    running_.erase(running_.begin() + static_cast<ptrdiff_t>(place));
  }

  // Nobody will know what became of it; its client is not heard of again.
  void give_up(size_t place) {
    Entry& entry = parts_.entries[running_[place].entry];
    entry.response = Response::info("never returned");
    entry.found_collection = false;
    entry.elements = {};
    for (uint32_t i = 0; i < entry.steps.count; ++i) {
      Step& step = parts_.steps[entry.steps.first + i];
      if (step.kind == StepKind::kRead) step = {.kind = StepKind::kRead, .key = step.key};
    }
    entry.client = NodeId{1000 + static_cast<uint32_t>(++lost_)};
    running_.erase(running_.begin() + static_cast<ptrdiff_t>(place));
  }

  static constexpr std::string_view kCounterAdd = kAdd;

  PlantedOptions options_;
  Dice dice_;
  Toy toy_;
  HistoryParts parts_;
  std::vector<Running> running_;
  uint32_t first_client_ = 1;
  uint64_t events_ = 0, values_ = 0, unknowns_ = 0, lost_ = 0;
  uint64_t waiting_ = 0;
  bool releasing_ = false, unknown_next_ = false;
};

// Finds a place for a wrong answer in the last third of a history.
class Liar {
 public:
  Liar(const std::string& object, HistoryParts parts) : object_(object), parts_(std::move(parts)) {}

  HistoryParts run(uint64_t* lie) {
    const bool lied = object_ == "mutex"            ? two_holders()
                      : object_ == "counter"        ? too_much()
                      : object_ == "multi-register" ? stale_step()
                      : object_ == "set"            ? turned()
                      : object_ == "list"           ? beheaded()
                      : is_pool()                   ? swapped()
                                                    : stale();
    CHECK(lied);
    *lie = lie_;
    return std::move(parts_);
  }

 private:
  std::vector<Entry>& entries() { return parts_.entries; }
  size_t late() const { return parts_.entries.size() * 2 / 3; }
  bool is_pool() const {
    return object_ == "queue" || object_ == "stack" || object_ == "priority-queue";
  }
  bool lies(Entry& entry) {
    lie_ = entry.id;
    return true;
  }

  bool two_holders() {
    for (size_t i = late(); i < entries().size(); ++i) {
      const Entry holder = entries()[i];
      if (holder.operation.function != kAcquire || !holder.ok()) continue;
      const EventIndex end = holder.returned;
      uint64_t acquired = 0, released = 0;
      for (const Entry& one : entries()) {
        const bool acquires = one.operation.function == kAcquire;
        if (acquires) acquired += one.ok() && one.returned <= end ? 1 : 0;
        if (!acquires) released += one.invoked < end ? 1 : 0;
      }
      if (released + 1 != acquired) continue;  // somebody lets go of it already
      Entry other{.id = entries().size() + 1, .client = NodeId{900}};
      other.operation = holder.operation;
      other.response = Response::done();
      other.invoked = EventIndex{static_cast<uint64_t>(end) + 2};
      other.returned = EventIndex{static_cast<uint64_t>(end) + 4};
      other.invoked_at = holder.returned_at + 2ms;
      other.returned_at = holder.returned_at + 4ms;
      lies(other);
      const auto place = std::find_if(entries().begin(), entries().end(), [&](const Entry& one) {
        return one.invoked > other.invoked;
      });
      entries().insert(place, other);
      return true;
    }
    return false;
  }

  bool too_much() {
    for (size_t i = late(); i < entries().size(); ++i) {
      Entry& read = entries()[i];
      if (!is_read(read.operation) || !read.ok()) continue;
      read.response.output = std::to_string(std::stoll(*read.response.output) + 1000);
      return lies(read);
    }
    return false;
  }

  bool turned() {
    for (size_t i = late(); i < entries().size(); ++i) {
      Entry& look = entries()[i];
      if (look.operation.function != kContains || !look.ok()) continue;
      const Entry* before = nullptr;  // saw the same, and nothing changed since
      for (size_t k = 0; k < i; ++k) {
        const Entry& one = entries()[k];
        const bool same = one.operation.argument == look.operation.argument && one.ok();
        if (same && one.operation.function == kContains && one.returned < look.invoked &&
            (before == nullptr || before->invoked < one.invoked)) {
          before = &one;
        }
      }
      if (before == nullptr) continue;
      const bool settled = std::all_of(entries().begin(), entries().end(), [&](const Entry& one) {
        return one.operation.argument != look.operation.argument ||
               (one.ok() && one.returned < before->invoked) || one.invoked > look.returned ||
               one.operation.function == kContains;
      });
      if (!settled) continue;
      look.response.output = look.response.output == "true" ? "false" : "true";
      return lies(look);
    }
    return false;
  }

  bool beheaded() {
    for (size_t i = late(); i < entries().size(); ++i) {
      Entry& read = entries()[i];
      if (!is_read(read.operation) || !read.ok() || read.elements.count < 2) continue;
      ++read.elements.first;
      --read.elements.count;
      return lies(read);
    }
    return false;
  }

  // A value that was overwritten before the other one was, which was there before the reader.
  bool stale() {
    const Entry* writer = nullptr;
    const Entry* other = nullptr;
    for (size_t i = entries().size() / 3; i < entries().size(); ++i) {
      Entry& one = entries()[i];
      if (!one.ok()) continue;
      if (is_write(one.operation)) {
        if (writer == nullptr) writer = &one;
        if (other == nullptr && writer->returned < one.invoked) other = &one;
      }
      if (i < late() || other == nullptr || !is_read(one.operation)) continue;
      one.response.output = writer->operation.argument;
      return lies(one);
    }
    return false;
  }

  bool stale_step() {
    const Step* writer = nullptr;
    EventIndex written = kNoEvent, overwritten = kNoEvent;
    for (size_t i = entries().size() / 3; i < entries().size(); ++i) {
      Entry& one = entries()[i];
      for (uint32_t k = 0; one.ok() && k < one.steps.count; ++k) {
        Step& step = parts_.steps[one.steps.first + k];
        if (writer != nullptr && step.key != writer->key) continue;
        if (step.kind == StepKind::kWrite) {
          if (writer != nullptr && overwritten == kNoEvent && written < one.invoked) {
            overwritten = one.returned;
          }
          if (writer == nullptr && (k + 1 == one.steps.count)) {
            writer = &step;
            written = one.returned;
          }
        } else if (i >= late() && k == 0 && overwritten != kNoEvent && overwritten < one.invoked) {
          step.found = Found::kValue;
          step.value = writer->value;
          return lies(one);
        }
      }
    }
    return false;
  }

  // Two values that were taken the other way round.
  bool swapped() {
    std::map<std::string, const Entry*> by_value;
    for (const Entry& entry : entries()) {
      if (puts(entry.operation)) by_value.emplace(entry.operation.argument, &entry);
    }
    for (size_t i = late(); i < entries().size(); ++i) {
      Entry& first = entries()[i];
      if (!takes(first.operation) || !first.ok() || !first.response.output) continue;
      const Entry& put = *by_value.at(*first.response.output);
      for (size_t k = i + 1; k < std::min(i + 400, entries().size()); ++k) {
        Entry& second = entries()[k];
        if (!takes(second.operation) || !second.ok() || !second.response.output) continue;
        const Entry& other = *by_value.at(*second.response.output);
        const bool apart = first.returned < second.invoked && put.ok() && other.ok() &&
                           put.returned < first.invoked && other.returned < first.invoked;
        const bool in_order = object_ == "queue"   ? put.returned < other.invoked
                              : object_ == "stack" ? other.returned < put.invoked
                                                   : true;
        if (!apart || !in_order) continue;
        std::swap(first.response.output, second.response.output);
        return lies(second);
      }
    }
    return false;
  }

  std::string object_;
  HistoryParts parts_;
  uint64_t lie_ = 0;
};

}  // namespace

Planted plant(const PlantedOptions& options) {
  Planted planted;
  HistoryParts parts = Maker(options).run();
  HistoryParts broken = Liar(options.object, parts).run(&planted.lie);
  planted.valid = History(std::move(parts));
  planted.broken = History(std::move(broken));
  return planted;
}

}  // namespace seedbed
