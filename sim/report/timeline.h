// Timelines: the operations of a contradiction as intervals, a row for each process, so that the
// eye sees what overlaps.
//
//   const Timeline timeline = timeline_of(history, model, example);
//   for (const std::string& line : draw(timeline)) page.line(line);
//   file.write(to_html(timeline));
//
//   c1  [1====]     [2=]
//   c2      [----------------->          a write that never returned
//   c3                     [3###]        completes the contradiction
//
// The axis is the order of events, not time: each beginning and each end that is shown takes one
// step, so that nothing is too short to be seen. Shown are the operations of the counterexample,
// numbered, and those others on the key that overlap the last of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/check/counterexample.h"

namespace seedbed {

enum class BarMark { kOther, kKept, kSuspect };

struct TimelineBar {
  size_t row = 0;
  size_t from = 0, to = 0;  // steps on the axis
  bool open = false;        // it did not return, as far as anybody knew
  BarMark mark = BarMark::kOther;
  size_t number = 0;  // from 1; 0: none
  std::string text;   // write(x,"1") by c1 completed
  std::string when;   // 0.001s to 0.005s
};

struct Timeline {
  std::string title;              // the key, and what it is
  std::string message;            // what is wrong
  std::vector<std::string> also;  // what else is to be said, a sentence each
  std::vector<std::string> rows;  // names of processes
  size_t steps = 0;
  std::vector<TimelineBar> bars;  // in the order of their beginnings
  size_t hidden = 0;              // kept operations that have no place
};

Timeline timeline_of(const History& history, const Model& model, const Counterexample& example);

// At most 40 lines of at most kReportWidth columns.
std::vector<std::string> draw(const Timeline& timeline);

// A page that needs nothing else: no scripts, no fonts, no network; light and dark.
std::string to_html(const Timeline& timeline);

}  // namespace seedbed
