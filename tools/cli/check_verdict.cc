#include "tools/cli/check_verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/check/contradiction.h"
#include "sim/check/leave_out.h"
#include "sim/run/suggest.h"

namespace seedbed {
namespace {

constexpr size_t kMostShownOrder = 12;

// The shortest key's order, if it can be shown in a line or two.
std::string order_text(const History& history, const Opinion& opinion) {
  for (const CertifiedKey& key : opinion.certificate->keys) {
    if (key.steps.size() > kMostShownOrder || key.steps.empty()) continue;
    std::string text;
    for (const CertifiedStep& step : key.steps) {
      const Entry& entry = entry_of(history, step.id);
      text += fmt::format("{}{}", text.empty() ? "" : "; ", to_string(history, entry));
      if (entry.ok()) text += ' ' + describe(history, entry);
    }
    return text;
  }
  return "";
}

std::string size_text(const Counterexample& example) {
  return fmt::format("{} of {} contradict each other; {}", count_text(example.kept.size()),
                     count_text(example.of, "operation"),
                     example.minimal ? "none of them that happened can be left out"
                                     : "the budget ended before it was known to be the fewest");
}

std::string legal_text(const Counterexample& example) {
  std::string text;
  for (const std::string& one : example.legal) text += (text.empty() ? "" : ", or ") + one;
  if (text.empty()) return "no answer that was tried: to wait, or to fail";
  return text + (example.more_legal ? ", or others" : "");
}

// What the part begins with, or what was counted.
std::string premise_text(const Counterexample& example) {
  if (example.fold) {
    const bool is_free = example.fold->state == "free" || example.fold->state == "held";
    return fmt::format("{} that had ended before {} it {}{}",
                       count_text(example.fold->operations, "operation"), is_free ? "left" : "made",
                       is_free ? "" : "to ", example.fold->state);
  }
  if (!example.counted) return "";
  const Counted& counted = *example.counted;
  return fmt::format("{} that had surely been counted, and {} that may have been, make {} to {}",
                     count_text(counted.sure, "addition"), count_text(counted.perhaps),
                     counted.least, counted.most);
}

void add_example(Page& page, const History& history, const Opinion& opinion) {
  const Counterexample& example = *opinion.example;
  const Entry& suspect = entry_of(history, example.suspect);
  page.item("smallest", size_text(example));
  if (const std::string text = premise_text(example); !text.empty()) page.item("before", text);
  page.item("legal", fmt::format("{} by c{} could have been told: {}", to_string(history, suspect),
                                 number(suspect.client), legal_text(example)));
  for (size_t i = 0; i < opinion.witness.size(); ++i) {
    page.item(i == 0 ? "answer" : "", opinion.witness[i]);
  }
  page.blank();
  for (const std::string& line : draw(opinion.timeline(history))) page.line(line);
}

Json operation_json(const History& history, const KeptOperation& kept) {
  const Entry& entry = entry_of(history, kept.id);
  return {{"id", kept.id},
          {"happened", kept.required},
          {"client", number(entry.client)},
          {"operation", to_string(history, entry)},
          {"answer", kept.required ? Json(describe(history, entry)) : Json()},
          {"invoked", number(entry.invoked)},
          {"returned", kept.required ? Json(number(entry.returned)) : Json()},
          {"invoked_ns", nanoseconds(entry.invoked_at)},
          {"returned_ns", kept.required ? Json(nanoseconds(entry.returned_at)) : Json()},
          {"place", history.place_of(entry)}};
}

Json premise_json(const Counterexample& example) {
  Json json = Json::object();
  if (example.fold) {
    json["folded"] = {{"before", number(example.fold->before)},
                      {"operations", example.fold->operations},
                      {"state", example.fold->state}};
  }
  if (example.counted) {
    json["counted"] = {{"sure", example.counted->sure},
                       {"perhaps", example.counted->perhaps},
                       {"least", example.counted->least},
                       {"most", example.counted->most}};
  }
  if (example.about) json["about"] = *example.about;
  return json;
}

Json example_json(const History& history, const Opinion& opinion) {
  if (!opinion.example) return Json();
  const Counterexample& example = *opinion.example;
  Json operations = Json::array();
  for (const KeptOperation& kept : example.kept) {
    operations.push_back(operation_json(history, kept));
  }
  return {{"key", example.key},
          {"until", number(example.last)},
          {"of", example.of},
          {"minimal", example.minimal},
          {"suspect", example.suspect},
          {"operations", operations},
          {"legal", example.legal},
          {"more_legal", example.more_legal},
          {"premise", premise_json(example)}};
}

}  // namespace

Timeline Opinion::timeline(const History& history) const {
  Timeline timeline = timeline_of(history, *model, *example);
  timeline.also = witness;
  return timeline;
}

const Model* model_for(const std::optional<std::string>& name, ObjectKind object) {
  if (!name) {
    return object == ObjectKind::kTransactions ? nullptr : default_model_for(object);
  }
  if (const Model* model = find_model(*name)) return model;
  std::vector<std::string> names;
  std::string all;
  for (const Model* model : models()) {
    names.emplace_back(model->name);
    all += (all.empty() ? "" : ", ") + names.back();
  }
  throw ConfigError(unknown_name("model", *name, names, all));
}

uint64_t reads_that_tell_nothing(const History& history) {
  uint64_t count = 0;
  for (const Entry& entry : history.entries()) {
    count += entry.ok() && answer_of(history, entry) == nullptr ? 1 : 0;
  }
  return count;
}

std::string why_no_model(ObjectKind object, std::string_view promise) {
  if (object == ObjectKind::kTransactions) {
    return fmt::format(
        "no model was chosen: transactions may promise less than {}; --model multi-register judges "
        "them as operations on one object",
        promise);
  }
  return fmt::format("no model was chosen: there is no model of {}", to_string(object));
}

Opinion judge(const History& history, const Model* model, ObjectKind object,
              const CounterexampleOptions& options) {
  if (model == nullptr) return {.message = why_no_model(object, "linearizability")};
  Opinion opinion{.model = model};
  // A second for each 100,000 operations, if it must be.
  LinearizabilityOptions bounds;
  bounds.max_steps = std::max<uint64_t>(bounds.max_steps, 200 * history.size());
  opinion.outcome = check_linearizable(history, *model, bounds);
  opinion.left_out = reads_that_tell_nothing(history);
  opinion.evaluated =
      opinion.outcome.operations - std::min(opinion.left_out, opinion.outcome.operations);
  opinion.message = opinion.outcome.message;
  if (history.order() == Order::kSessions) {
    opinion.message += "; --consistency sequential asks without it";
  }
  if (opinion.outcome.status == CheckStatus::kViolation) {
    opinion.verdict = "violation";
    opinion.code = kExitFinding;
    opinion.example = counterexample(history, *model, opinion.outcome, options);
    opinion.message = opinion.example->message;
    opinion.certificate = certificate_of(history, *model, opinion.outcome, &*opinion.example);
  } else if (opinion.outcome.status == CheckStatus::kPass && opinion.evaluated > 0) {
    opinion.verdict = "pass";
    opinion.code = kExitExpected;
    opinion.certificate = certificate_of(history, *model, opinion.outcome, nullptr);
  } else if (opinion.message.empty()) {
    const auto& entries = history.entries();
    const bool some =
        std::any_of(entries.begin(), entries.end(), [](const Entry& entry) { return entry.ok(); });
    opinion.message = some && opinion.outcome.operations == 0
                          ? fmt::format("the model {} knows none of the operations", model->name)
                          : "no operation is known to have happened: nothing was judged";
  }
  return opinion;
}

void add_verdict(Page& page, const History& history, const Opinion& opinion) {
  if (opinion.model != nullptr) {
    std::string judged =
        fmt::format("linearizability of {}, by the model {}",
                    count_text(opinion.evaluated, "ok operation"), opinion.model->name);
    if (!opinion.outcome.algorithm.empty()) {
      judged += fmt::format(" ({})", opinion.outcome.algorithm);
    }
    if (opinion.left_out > 0) {
      judged += fmt::format("; {} of nil left out", count_text(opinion.left_out, "read"));
    }
    page.item("judged", judged);
  }
  if (!opinion.message.empty()) page.item("because", opinion.message);
  if (opinion.example) {
    add_example(page, history, opinion);
  } else if (opinion.certificate) {
    if (const std::string order = order_text(history, opinion); !order.empty()) {
      page.item("one order", order);
    }
  }
}

Json verdict_json(const History& history, const Opinion& opinion) {
  Json facts = Json::array();
  if (opinion.example) {
    for (const Fact& fact : opinion.example->facts) {
      facts.push_back({{"time_ns", nanoseconds(fact.time)}, {"text", fact.text}});
    }
  }
  return {{"consistency", "linearizable"},
          {"model", opinion.model == nullptr ? Json() : Json(opinion.model->name)},
          {"evaluated", opinion.evaluated},
          {"left_out", opinion.left_out},
          {"verdict", opinion.verdict},
          {"message", opinion.message},
          {"facts", facts},
          {"algorithm", opinion.outcome.algorithm},
          {"counterexample", example_json(history, opinion)},
          {"witness", opinion.witness},
          {"certificate", opinion.certificate ? Json(to_text(*opinion.certificate)) : Json()}};
}

}  // namespace seedbed
