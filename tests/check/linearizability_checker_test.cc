// Runs that are judged while they happen get the verdict of their histories, whatever was
// forgotten.
#include "sim/check/linearizability_checker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "sim/history/history.pb.h"
#include "tests/check/toy.h"

namespace seedbed {
namespace {

// Shows a history to a checker as a run would, event by event. Numbers of clients that crash are in
// `crashes`, with the event after which they do.
void show(const std::vector<Entry>& entries, Checker& checker) {
  std::vector<std::tuple<EventIndex, bool, const Entry*>> events;
  for (const Entry& entry : entries) {
    events.emplace_back(entry.invoked, false, &entry);
    if (entry.returned != kNoEvent) events.emplace_back(entry.returned, true, &entry);
  }
  std::sort(events.begin(), events.end());
  for (const auto& [at, returns, entry] : events) {
    history::Operation payload;
    if (returns) {
      store(entry->response, &payload);
    } else {
      store(entry->operation, &payload);
    }
    TraceEvent event{.index = at, .time = Time(Duration(number(at)))};
    event.kind = returns ? EventKind::kReturn : EventKind::kInvoke;
    event.node = entry->client;
    event.id = entry->id;
    event.value = returns ? static_cast<uint64_t>(entry->outcome()) : 0;
    event.name = entry->operation.function;
    event.payload = &payload;
    checker.on_event(event);
  }
  checker.finish();
}

CheckOutcome whole(const std::vector<Entry>& entries, const Model& model) {
  return check_linearizable(History(entries), model);
}

class LiveLinearizability : public testing::TestWithParam<size_t> {};

// Registers, counters and key-value objects: what simulated clients can ask.
TEST_P(LiveLinearizability, SaysOfARunWhatIsSaidOfItsHistory) {
  for (const char* object : {"register", "cas-register", "kv", "mutex"}) {
    uint64_t good = 0, bad = 0;
    for (uint64_t i = 1; i <= 2000; ++i) {
      const ToyHistory toy = random_history(
          mix(i, 5), {.object = object, .most = 14, .lies = 12, .conventions = false});
      const std::vector<Entry>& entries = toy.history.entries();
      const Model& model = *find_model(object);
      LinearizabilityChecker checker("linearizable", model, {.kept = GetParam()});
      show(entries, checker);
      const CheckOutcome outcome = whole(entries, model);
      (outcome.status == CheckStatus::kPass ? good : bad) += 1;
      if (checker.result().evaluated == 0) continue;
      ASSERT_EQ(checker.result().status, outcome.status)
          << object << ' ' << i << ' ' << checker.result().message << '\n'
          << to_string(toy);
      if (outcome.status == CheckStatus::kPass) continue;
      ASSERT_EQ(checker.result().event, outcome.at) << object << ' ' << i;
      if (GetParam() < 100) continue;
      // Nothing was forgotten, so it says the same, in the same words.
      ASSERT_EQ(checker.result().message, outcome.message) << object << ' ' << i;
    }
    EXPECT_GT(good, 100u) << object;
    EXPECT_GT(bad, 100u) << object;
  }
}

INSTANTIATE_TEST_SUITE_P(Kept, LiveLinearizability, testing::Values(1, 2, 4, 1000));

// Clients of one register that write and read for a long time; at most so many at the same time.
struct LongRun {
  uint64_t operations = 100'000;
  uint64_t clients = 6;
  uint64_t unknown = 0;  // one write in so many has no answer
  uint64_t stale = 0;    // the read of this number finds what stood there long before
};

std::vector<Entry> long_run(const LongRun& run) {
  Dice dice(7);
  std::vector<Entry> entries;
  std::vector<size_t> running;
  std::vector<std::string> values{""};
  uint64_t event = 0;
  while (entries.size() < run.operations || !running.empty()) {
    if (entries.size() < run.operations && running.size() < run.clients && dice.one_in(2)) {
      running.push_back(entries.size());
      Entry& entry = entries.emplace_back();
      entry.id = entries.size();
      entry.client = NodeId{static_cast<uint32_t>(entries.size())};
      entry.invoked = EventIndex{++event};
      entry.operation =
          dice.one_in(2) ? Operation::put("x", std::to_string(dice.below(5))) : Operation::get("x");
    } else if (!running.empty()) {
      const size_t i = dice.below(running.size());
      Entry& entry = entries[running[i]];
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      const bool writes = entry.operation.function == kPut;
      if (writes && run.unknown > 0 && dice.one_in(run.unknown)) {
        if (dice.one_in(2)) values.push_back(entry.operation.argument);
        entry.response = Response::info("timeout");
        entry.returned = EventIndex{++event};
        continue;
      }
      if (writes) values.push_back(entry.operation.argument);
      const std::string& seen = values.back();
      entry.response = writes         ? Response::done()
                       : seen.empty() ? Response::absent()
                                      : Response::found(seen);
      if (!writes && entry.id >= run.stale && run.stale > 0 && values.size() > 2) {
        if (values.back() != "stale") entry.response = Response::found("stale");
      }
      entry.returned = EventIndex{++event};
    }
  }
  return entries;
}

TEST(LinearizabilityChecker, TakesNoMoreMemoryForALongerRun) {
  const std::vector<Entry> entries = long_run({});
  LinearizabilityChecker checker("linearizable", key_value_model());
  show(entries, checker);
  EXPECT_EQ(checker.result().status, CheckStatus::kPass) << checker.result().message;
  EXPECT_EQ(checker.result().evaluated, 100'000u);
  EXPECT_LT(checker.bytes(), 2'000'000u);
}

TEST(LinearizabilityChecker, KeepsOnlyWhatIsStillUnknownOfARunWithUnknownOutcomes) {
  const std::vector<Entry> entries = long_run({.operations = 20'000, .unknown = 500});
  LinearizabilityChecker checker("linearizable", key_value_model());
  show(entries, checker);
  EXPECT_EQ(checker.result().status, CheckStatus::kPass) << checker.result().message;
  EXPECT_LT(checker.bytes(), 2'000'000u);
}

TEST(LinearizabilityChecker, FindsAndExplainsAViolationLateInALongRun) {
  const std::vector<Entry> entries = long_run({.operations = 50'000, .stale = 40'000});
  LinearizabilityChecker checker("linearizable", key_value_model());
  show(entries, checker);
  const CheckResult result = checker.result();
  ASSERT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_NE(result.message.find("stale"), std::string::npos) << result.message;
  EXPECT_EQ(result.event, whole(entries, key_value_model()).at);
}

TEST(LinearizabilityChecker, IsViolatedAsSoonAsTheAnswerIsThere) {
  std::vector<Entry> entries = long_run({.operations = 100});
  LinearizabilityChecker checker("linearizable", key_value_model());
  Entry& wrong = entries[50];
  wrong.operation = Operation::get("x");
  wrong.response = Response::found("never written");
  struct Stop final : Checker {
    Stop(LinearizabilityChecker& inner, EventIndex wrong)
        : Checker("stop"), inner(inner), wrong(wrong) {}
    void on_event(const TraceEvent& event) override {
      inner.on_event(event);
      if (inner.violated() && first == kNoEvent) first = event.index;
    }
    void finish() override { inner.finish(); }
    LinearizabilityChecker& inner;
    EventIndex wrong, first = kNoEvent;
  } stop(checker, wrong.returned);
  show(entries, stop);
  // As soon as what ran at the same time has been answered, too.
  EXPECT_GE(stop.first, wrong.returned);
  EXPECT_LT(number(stop.first), number(wrong.returned) + 40);
  EXPECT_EQ(checker.result().event, wrong.returned);
}

TEST(LinearizabilityChecker, JudgesWhatRanWhenItsClientCrashed) {
  LinearizabilityChecker checker("linearizable", key_value_model());
  const auto tell = [&](EventKind kind, uint64_t at, uint32_t client, uint64_t id,
                        const Operation* operation, const Response* response) {
    history::Operation payload;
    if (operation != nullptr && response == nullptr) store(*operation, &payload);
    if (response != nullptr) store(*response, &payload);
    TraceEvent event{.index = EventIndex{at}, .time = Time(Duration(at))};
    event.kind = kind;
    event.node = NodeId{client};
    event.id = id;
    event.value = response != nullptr ? static_cast<uint64_t>(response->outcome) : 0;
    if (operation != nullptr) event.name = operation->function;
    event.payload = operation != nullptr ? &payload : nullptr;
    checker.on_event(event);
  };
  const Operation put = Operation::put("x", "1"), get = Operation::get("x");
  const Response one = Response::found("1"), nothing = Response::absent();
  tell(EventKind::kInvoke, 1, 8, 1, &put, nullptr);
  tell(EventKind::kInvoke, 2, 9, 2, &get, nullptr);
  tell(EventKind::kReturn, 3, 9, 2, &get, &one);
  tell(EventKind::kInvoke, 4, 9, 3, &get, nullptr);
  tell(EventKind::kReturn, 5, 9, 3, &get, &nothing);
  EXPECT_FALSE(checker.violated());  // nobody knows yet what the put did
  tell(EventKind::kCrash, 6, 8, 1, nullptr, nullptr);
  EXPECT_TRUE(checker.violated());
  checker.finish();
  EXPECT_EQ(checker.result().event, EventIndex{5});
}

// What it has seen stays wrong, though the model cannot judge what comes after it.
TEST(LinearizabilityChecker, StaysByAViolationWhateverComesLater) {
  std::vector<Entry> entries(3);
  for (size_t i = 0; i < entries.size(); ++i) {
    entries[i].id = i + 1;
    entries[i].invoked = EventIndex{2 * i + 1};
    entries[i].returned = EventIndex{2 * i + 2};
  }
  entries[0].operation = Operation::get("x");
  entries[0].response = Response::found("never written");
  entries[1].operation = entries[2].operation = {.function = "enqueue", .key = "x"};
  entries[1].response = entries[2].response = Response::done();
  LinearizabilityChecker checker("linearizable", key_value_model());
  show(entries, checker);
  EXPECT_EQ(checker.result().status, CheckStatus::kViolation);
  EXPECT_EQ(checker.result().event, EventIndex{2});
  EXPECT_NE(checker.result().message.find("never written"), std::string::npos)
      << checker.result().message;
}

TEST(LinearizabilityChecker, GivesUpOnlyTheKeysOnWhichTooMuchHappensAtOnce) {
  // So many puts at the same time that no sweep can follow them; the search of the whole can.
  std::vector<Entry> entries(24);
  for (size_t i = 0; i < entries.size(); ++i) {
    entries[i].id = i + 1;
    entries[i].client = NodeId{static_cast<uint32_t>(i + 1)};
    entries[i].operation =
        i % 2 == 0 ? Operation::append("x", std::to_string(i)) : Operation::cas("x", "no", "yes");
    entries[i].response = i % 2 == 0 ? Response::done() : Response::mismatch();
    entries[i].invoked = EventIndex{i + 1};
    entries[i].returned = EventIndex{100 + i};
  }
  LinearizabilityChecker checker("linearizable", key_value_model());
  show(entries, checker);
  EXPECT_EQ(checker.result().status, CheckStatus::kPass) << checker.result().message;
}

}  // namespace
}  // namespace seedbed
