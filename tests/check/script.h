// Histories and traces for tests, written down as a list of what happened when.
//
//   Script script;
//   script.ok(1, Operation::put("x", "5"), Response::done(), 1000, 1100);  // client, ms to ms
//   script.open(2, Operation::put("x", "6"), 1050);  // never returns
//   check_linearizable(script.history(), key_value_model());
//   script.play(checker);  // as events, then finish()
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/check/checker.h"
#include "sim/history/history.h"
#include "sim/history/history.pb.h"

namespace seedbed {

class Script {
 public:
  void operation(uint32_t client, Operation operation, Response response, int64_t from,
                 int64_t to) {
    const uint64_t id = invoke(client, operation, from);
    history::Operation payload;
    store(response, &payload);
    TraceEvent& event = at(to, EventKind::kReturn, client);
    event.id = id;
    event.value = static_cast<uint64_t>(response.outcome);
    name(operation.function);
    carry(payload);
  }
  void ok(uint32_t client, Operation what, Response response, int64_t from, int64_t to) {
    operation(client, std::move(what), std::move(response), from, to);
  }
  void open(uint32_t client, Operation operation, int64_t from) { invoke(client, operation, from); }

  // Any other event; the reference is valid until the next call.
  TraceEvent& at(int64_t milliseconds, EventKind kind, uint32_t node = 0) {
    lines_.push_back(std::make_unique<Line>());
    lines_.back()->event.time = kStart + milliseconds * 1ms;
    lines_.back()->event.kind = kind;
    lines_.back()->event.node = NodeId{node};
    return lines_.back()->event;
  }
  // Texts of the event written last.
  void name(std::string text) { lines_.back()->name = std::move(text); }
  void bytes(std::string text) { lines_.back()->bytes = std::move(text); }

  // Shows the events in the order of their times; those of one time in the order of writing.
  void show(EventSink& sink) {
    std::vector<Line*> order;
    for (const auto& line : lines_) order.push_back(line.get());
    std::stable_sort(order.begin(), order.end(),
                     [](Line* a, Line* b) { return a->event.time < b->event.time; });
    uint64_t index = 0;
    for (Line* line : order) {
      line->event.index = EventIndex{++index};
      line->event.name = line->name;
      line->event.bytes = line->bytes;
      if (line->carries) line->event.payload = &line->payload;
      if (sink.interests().contains(line->event.kind)) sink.on_event(line->event);
    }
  }
  CheckResult play(Checker& checker) {
    show(checker);
    checker.finish();
    return checker.result();
  }
  History history() {
    HistoryBuilder builder;
    show(builder);
    return builder.take();
  }

 private:
  struct Line {
    TraceEvent event;
    std::string name;
    std::string bytes;
    history::Operation payload;
    bool carries = false;
  };

  uint64_t invoke(uint32_t client, const Operation& operation, int64_t from) {
    history::Operation payload;
    store(operation, &payload);
    at(from, EventKind::kInvoke, client).id = ++operations_;
    name(operation.function);
    carry(payload);
    return operations_;
  }
  void carry(const history::Operation& payload) {
    lines_.back()->payload = payload;
    lines_.back()->carries = true;
  }

  std::vector<std::unique_ptr<Line>> lines_;
  uint64_t operations_ = 0;
};

}  // namespace seedbed
