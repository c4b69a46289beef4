// Timelines fit on a screen, and hold whatever a history says.
#include "sim/report/timeline.h"

#include <gtest/gtest.h>

#include "sim/check/linearizability.h"
#include "tests/check/script.h"

namespace seedbed {
namespace {

Timeline stale_read(const std::string& value) {
  Script script;
  script.ok(1, Operation::put("x", value), Response::done(), 1, 2);
  script.ok(2, Operation::put("x", "2"), Response::done(), 3, 4);
  script.open(4, Operation::put("x", "4"), 5);
  for (uint32_t client = 10; client < 40; ++client) {
    script.ok(client, Operation::put("x", std::to_string(client)), Response::done(), 5, 90);
  }
  script.ok(3, Operation::get("x"), Response::found(value), 6, 7);
  const History history = script.history();
  const CheckOutcome outcome = check_linearizable(history, key_value_model());
  return timeline_of(history, key_value_model(),
                     counterexample(history, key_value_model(), outcome));
}

TEST(Timeline, FitsOnAScreen) {
  const std::vector<std::string> lines = draw(stale_read("1"));
  EXPECT_LE(lines.size(), 40u);
  for (const std::string& line : lines) EXPECT_LE(line.size(), 100u) << line;
  EXPECT_EQ(lines[0].rfind("  c1    [1", 0), 0u) << lines[0];
  EXPECT_NE(lines.back().find("<- completes the contradiction"), std::string::npos);
}

TEST(Timeline, MarksTheLastOfTheContradiction) {
  const Timeline timeline = stale_read("1");
  size_t suspects = 0, kept = 0;
  for (const TimelineBar& bar : timeline.bars) {
    suspects += bar.mark == BarMark::kSuspect ? 1 : 0;
    kept += bar.number > 0 ? 1 : 0;
    EXPECT_LT(bar.from, bar.to);
    EXPECT_LT(bar.row, timeline.rows.size());
  }
  EXPECT_EQ(suspects, 1u);
  EXPECT_EQ(kept, 3u);
}

TEST(Timeline, EscapesWhatAHistorySays) {
  const std::string page = to_html(stale_read("</title><script>\"&'\n\xff"));
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;"), std::string::npos);
  EXPECT_EQ(page.find('\xff'), std::string::npos);
  EXPECT_EQ(page, to_html(stale_read("</title><script>\"&'\n\xff")));
}

}  // namespace
}  // namespace seedbed
