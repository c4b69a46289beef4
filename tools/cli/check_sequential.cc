// seedbed check --consistency sequential.
#include <fmt/format.h>

#include <map>

#include "sim/check/contradiction.h"
#include "sim/check/sequential_example.h"
#include "tools/cli/check_verdict.h"
#include "tools/cli/check_weaker.h"

namespace seedbed {
namespace {

constexpr size_t kMostShownOrder = 12;
constexpr size_t kMostShownLines = 40;

struct Judged {
  const History& history;
  const Model& model;
  const SequentialOutcome& outcome;
  std::optional<SequentialExample> example;
};

using Rows = std::map<uint32_t, std::vector<SequentialExample::Operation>>;

// The operations of the example, by process.
Rows rows_of(const Judged& judged) {
  Rows rows;
  for (const SequentialExample::Operation& kept : judged.example->kept) {
    rows[number(entry_of(judged.history, kept.id).client)].push_back(kept);
  }
  return rows;
}

std::string deed_text(const Judged& judged, const Entry& entry) {
  std::string text = to_string(judged.history, entry);
  if (entry.ok()) text += ' ' + describe(judged.history, entry);
  return text;
}

void add_order(Page* page, const Judged& judged) {
  const std::vector<uint64_t>& order = judged.outcome.order;
  if (order.empty() || order.size() > kMostShownOrder) return;
  std::string text;
  for (const uint64_t id : order) {
    const Entry& entry = entry_of(judged.history, id);
    text += fmt::format("{}c{} {}", text.empty() ? "" : "; ", number(entry.client),
                        deed_text(judged, entry));
  }
  page->item("one order", text);
}

void add_example(Page* page, const Judged& judged) {
  const SequentialExample& example = *judged.example;
  page->item(
      "smallest",
      fmt::format("{} of {}; {}", count_text(example.kept.size()),
                  count_text(example.of, "operation"),
                  example.minimal ? "none of them that happened can be left out"
                                  : "the budget ended before it was known to be the fewest"));
  page->blank();
  size_t lines = 0;
  for (const auto& [process, row] : rows_of(judged)) {
    std::string name = fmt::format("c{}", process);
    for (const SequentialExample::Operation& kept : row) {
      if (++lines > kMostShownLines) continue;
      const Entry& entry = entry_of(judged.history, kept.id);
      const std::string what = kept.happened
                                   ? deed_text(judged, entry)
                                   : to_string(judged.history, entry) + " perhaps happened, or not";
      page->item(name, fmt::format("{}, began at {}", what, began_at(judged.history, entry)));
      name.clear();
    }
  }
  if (lines > kMostShownLines) {
    page->item("", fmt::format("and {} more, which --json has", lines - kMostShownLines));
  }
}

Json example_json(const Judged& judged) {
  if (!judged.example) return Json();
  Json processes = Json::array();
  for (const auto& [process, row] : rows_of(judged)) {
    Json operations = Json::array();
    for (const SequentialExample::Operation& kept : row) {
      const Entry& entry = entry_of(judged.history, kept.id);
      const bool answered = kept.happened;
      operations.push_back(
          {{"id", kept.id},
           {"happened", kept.happened},
           {"operation", to_string(judged.history, entry)},
           {"answer", answered ? Json(describe(judged.history, entry)) : Json()},
           {"invoked_ns", nanoseconds(entry.invoked_at)},
           {"returned_ns", answered ? Json(nanoseconds(entry.returned_at)) : Json()},
           {"place", judged.history.place_of(entry)}});
    }
    processes.push_back({{"process", process}, {"operations", operations}});
  }
  return {
      {"of", judged.example->of}, {"minimal", judged.example->minimal}, {"processes", processes}};
}

std::string judged_text(const Judged& judged, uint64_t left_out) {
  std::string text =
      fmt::format("sequential consistency of {}, by the model {}",
                  count_text(judged.outcome.operations, "operation"), judged.model.name);
  if (judged.outcome.algorithm == "linearizable") text += "; they are even linearizable";
  if (judged.outcome.algorithm == "search") {
    text += fmt::format(" (search, {})", count_text(judged.outcome.steps, "step"));
  }
  if (left_out > 0) text += fmt::format("; {} of nil left out", count_text(left_out, "read"));
  return text;
}

Json json_of(const Judged& judged, std::string_view verdict, const std::string& message,
             uint64_t left_out) {
  return {{"consistency", to_string(Consistency::kSequential)},
          {"model", judged.model.name},
          {"evaluated", judged.outcome.operations},
          {"left_out", left_out},
          {"verdict", verdict},
          {"message", message},
          {"algorithm", judged.outcome.algorithm},
          {"search_steps", judged.outcome.steps},
          {"search_bytes", judged.outcome.bytes},
          {"order", judged.outcome.order},
          {"counterexample", example_json(judged)}};
}

WeakOpinion without_model(ObjectKind object) {
  const std::string why = why_no_model(object, "sequential consistency");
  WeakOpinion opinion;
  opinion.json = {{"consistency", to_string(Consistency::kSequential)},
                  {"model", nullptr},
                  {"evaluated", 0},
                  {"left_out", 0},
                  {"verdict", opinion.verdict},
                  {"message", why},
                  {"algorithm", ""},
                  {"search_steps", 0},
                  {"search_bytes", 0},
                  {"order", Json::array()},
                  {"counterexample", nullptr}};
  opinion.page.item("because", why);
  return opinion;
}

}  // namespace

WeakOpinion judge_sequential(const History& history, const Model* model, ObjectKind object) {
  if (model == nullptr) return without_model(object);
  const SequentialOutcome outcome = check_sequential(history, *model);
  Judged judged{history, *model, outcome, std::nullopt};
  WeakOpinion opinion;
  std::string message = outcome.why;
  if (outcome.status == CheckStatus::kViolation) {
    opinion.verdict = "violation";
    opinion.code = kExitFinding;
    judged.example = sequential_example(history, *model);
    message = judged.example->message;
  } else if (outcome.status == CheckStatus::kPass && outcome.operations > 0) {
    opinion.verdict = "pass";
    opinion.code = kExitExpected;
  } else if (message.empty()) {
    message = "no operation is known to have happened: nothing was judged";
  }
  const uint64_t left_out = reads_that_tell_nothing(history);
  opinion.json = json_of(judged, opinion.verdict, message, left_out);
  opinion.page.item("judged", judged_text(judged, left_out));
  if (!message.empty()) opinion.page.item("because", message);
  if (judged.example) {
    add_example(&opinion.page, judged);
  } else {
    add_order(&opinion.page, judged);
  }
  return opinion;
}

}  // namespace seedbed
