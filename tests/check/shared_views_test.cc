#include "sim/check/shared_views.h"

#include <gtest/gtest.h>

#include "sim/check/payload.h"
#include "sim/history/history.pb.h"

namespace seedbed {
namespace {

struct Counter {
  explicit Counter(int start) : count(start) {}
  int count;
};
struct Other {
  int count = 0;
};

TEST(SharedViews, GivesAllWhoAskForATypeTheSameView) {
  SharedViews views;
  ++views.get<Counter>(7)->count;
  EXPECT_EQ(views.get<Counter>(7)->count, 8);
}

TEST(SharedViews, KeepsTypesApart) {
  SharedViews views;
  views.get<Counter>(7);
  EXPECT_EQ(views.get<Other>()->count, 0);
}

TEST(SharedViews, ShareNothingBetweenRuns) {
  SharedViews first;
  ++first.get<Counter>(7)->count;
  SharedViews second;
  EXPECT_EQ(second.get<Counter>(7)->count, 7);
}

TEST(PayloadAs, SeesOnlyTheTypeThatTheEventNames) {
  const history::Operation operation;
  const uint64_t type = hash_bytes(history::Operation::descriptor()->full_name());
  const TraceEvent event{.kind = EventKind::kProbe, .value = type, .payload = &operation};
  EXPECT_EQ(payload_as<history::Operation>(event), &operation);
  const TraceEvent other{.kind = EventKind::kProbe, .value = type + 1, .payload = &operation};
  EXPECT_EQ(payload_as<history::Operation>(other), nullptr);
  EXPECT_EQ(payload_as<history::Operation>(TraceEvent{.value = type}), nullptr);
}

}  // namespace
}  // namespace seedbed
