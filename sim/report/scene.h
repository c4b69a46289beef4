// Scene: the few events of a run that a diagram shows, and the nodes that it shows them on.
//
// A run has ten thousands of events, a diagram twenty lines. An event earns its place by
//   1. being a fact of the contradiction, or the event where it was noticed;
//   2. having caused one of those, the nearer the better;
//   3. what it is: a crash says more than a message, a rare caption more than a frequent one;
//   4. how shortly before a fact it happened.
// Nothing after the end of the contradiction is shown.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/check/checker.h"
#include "sim/report/event_log.h"

namespace seedbed {

struct SceneRow {
  Time time{};
  EventIndex index{};
  NodeId node{};
  const StoredEvent* event = nullptr;    // nullptr: a fact whose event was not stored
  const StoredEvent* send = nullptr;     // of a receive, if it is known
  const StoredEvent* receive = nullptr;  // of a send: its first arrival
  const StoredEvent* drop = nullptr;     // of a send: if it was dropped
  std::vector<size_t> facts;             // positions in the list of facts, from 1
  bool noticed = false;                  // here the check saw it
  uint64_t alike = 1;                    // how many drops of this kind it stands for
};

struct Scene {
  std::vector<NodeId> columns;  // ascending
  std::vector<SceneRow> rows;   // in order of time
  uint64_t hidden = 0;          // events between the first row and the last that are not shown
};

struct SceneLimits {
  size_t rows = 18;
  size_t columns = 7;
};

// `events` as EventLog gives them; `at` is where it was noticed, kNoEvent: at the end.
Scene choose_scene(std::span<const StoredEvent> events, const std::vector<Fact>& facts,
                   EventIndex at, const std::vector<std::string>& node_names,
                   const SceneLimits& limits = {});

// True if `name` stands in `text` as a word.
bool mentions(std::string_view text, std::string_view name);

}  // namespace seedbed
