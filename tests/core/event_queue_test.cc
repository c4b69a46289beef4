#include "sim/core/event_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

#include "sim/core/hash.h"
#include "sim/core/random.h"

namespace seedbed {
namespace {

struct Numbered final : Action {
  explicit Numbered(int number) : number(number) {}
  void fire() override {}
  int number;
};

TEST(EventQueue, PopsInOrderOfTimeAndThenOfScheduling) {
  EventQueue queue;
  Numbered a(1), b(2), c(3);
  queue.push(a, kStart + 5ms);
  queue.push(b, kStart + 1ms);
  queue.push(c, kStart + 5ms);
  EXPECT_EQ(queue.pop(kNever), &b);
  EXPECT_EQ(queue.pop(kNever), &a);
  EXPECT_EQ(queue.pop(kNever), &c);
  EXPECT_EQ(queue.pop(kNever), nullptr);
}

TEST(EventQueue, KeepsWhatIsDueLater) {
  EventQueue queue;
  Numbered a(1);
  queue.push(a, kStart + 5ms);
  EXPECT_EQ(queue.pop(kStart + 4ms), nullptr);
  Numbered b(2);
  queue.push(b, kStart + 4ms);
  EXPECT_EQ(queue.pop(kStart + 5ms), &b);
  EXPECT_EQ(queue.pop(kStart + 5ms), &a);
}

TEST(EventQueue, AcceptsTheLastInstantThereIs) {
  EventQueue queue;
  Numbered a(1), b(2);
  queue.push(a, kNever);
  queue.push(b, kNever);
  EXPECT_EQ(queue.pop(kNever), &a);
  EXPECT_EQ(queue.pop(kNever), &b);
}

TEST(EventQueue, DiesWhenAskedToGoBackInTime) {
  EventQueue queue;
  Numbered a(1), b(2);
  queue.push(a, kStart + 5ms);
  ASSERT_EQ(queue.pop(kNever), &a);
  EXPECT_DEATH(queue.push(b, kStart + 4ms), "CHECK");
}

// Against a sorted set, with ties, cancellations and times at every scale.
struct Prefetched final : Action {
  void fire() override {}
  void prefetch(uint32_t step) const override { steps.push_back(step); }
  mutable std::vector<uint32_t> steps;
};

// How many of `count` actions, 50 ns apart, were asked for each step in turn before they came.
size_t prefetched_of(size_t count) {
  EventQueue queue;
  std::vector<std::unique_ptr<Prefetched>> actions;
  for (size_t i = 0; i < count; ++i) {
    actions.push_back(std::make_unique<Prefetched>());
    queue.push(*actions.back(), kStart + 1ms + static_cast<int64_t>(i) * 50ns);
  }
  size_t asked = 0;
  for (size_t i = 0; i < count; ++i) {
    EXPECT_EQ(queue.pop(kNever), actions[i].get());
    asked += actions[i]->steps == std::vector<uint32_t>{0, 1, 2, 3, 4, 5} ? 1 : 0;
  }
  return asked;
}

TEST(EventQueue, ACrowdIsAskedToPrefetchBeforeItIsDueAndKeepsItsOrder) {
  EXPECT_GT(prefetched_of(10'000), 8'000u);
  EXPECT_EQ(prefetched_of(1'000), 0u);
}

TEST(EventQueue, AgreesWithASortedSetOverRandomHistories) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    EventQueue queue;
    std::vector<std::unique_ptr<Numbered>> actions;
    std::set<std::pair<Time, int>> model;
    uint64_t draws = seed << 32;
    auto draw = [&](uint64_t bound) { return below(scramble(++draws), bound); };
    Time now = kStart;
    for (int step = 0; step < 500; ++step) {
      const uint64_t what = draw(10);
      if (what < 5) {
        const Time time = now + Duration(static_cast<int64_t>(draw(uint64_t{1} << draw(40))));
        actions.push_back(std::make_unique<Numbered>(static_cast<int>(actions.size())));
        queue.push(*actions.back(), time);
        model.emplace(time, actions.back()->number);
      } else if (what < 7 && !actions.empty()) {
        Numbered& victim = *actions[draw(actions.size())];
        if (victim.pending()) model.erase({victim.time(), victim.number});
        queue.cancel(victim);
      } else {
        const Time until = now + Duration(static_cast<int64_t>(draw(uint64_t{1} << draw(40))));
        Action* popped = queue.pop(until);
        if (model.empty() || model.begin()->first > until) {
          ASSERT_EQ(popped, nullptr);
          now = until;
        } else {
          ASSERT_NE(popped, nullptr);
          ASSERT_EQ(static_cast<Numbered*>(popped)->number, model.begin()->second);
          now = popped->time();
          model.erase(model.begin());
        }
      }
      ASSERT_EQ(queue.size(), model.size());
    }
  }
}

}  // namespace
}  // namespace seedbed
