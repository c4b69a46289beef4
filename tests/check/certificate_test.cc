// Certificates are true, and only those that are true are believed.
#include "sim/check/certificate.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "sim/check/counterexample.h"
#include "sim/check/leave_out.h"
#include "sim/check/linear_key.h"
#include "sim/check/linearizability.h"
#include "sim/core/hash.h"
#include "sim/core/result.h"
#include "tests/check/script.h"

namespace seedbed {
namespace {

Operation asked(std::string function, std::string argument = "") {
  Operation operation;
  operation.function = std::move(function);
  operation.key = "x";
  operation.argument = std::move(argument);
  return operation;
}

Certificate certificate_for(const History& history, const Model& model) {
  const CheckOutcome outcome = check_linearizable(history, model);
  std::optional<Counterexample> example;
  if (outcome.status == CheckStatus::kViolation) example = counterexample(history, model, outcome);
  Certificate certificate = certificate_of(history, model, outcome, example ? &*example : nullptr);
  certificate.history = "a file";
  certificate.format = "seedbed";
  return certificate;
}

// A random history of a few clients, each of which does one thing after the other; answers are
// drawn, so that most histories are illegal, and short ones often legal.
class Drawn {
 public:
  explicit Drawn(uint64_t seed) : seed_(seed) {}

  History history(std::string_view model) {
    Script script;
    counts_ = model == "counter";
    const uint64_t operations = 2 + draw(5);
    std::vector<int64_t> free(3, 0);
    for (uint64_t i = 0; i < operations; ++i) {
      const auto client = static_cast<uint32_t>(draw(3));
      const int64_t from = free[client] + 1 + static_cast<int64_t>(draw(20));
      const int64_t to = from + 1 + static_cast<int64_t>(draw(25));
      free[client] = to;
      const Operation operation = question(model);
      if (draw(6) == 0) {
        script.open(client, operation, from);
        free[client] = 1000 + to;
      } else {
        script.ok(client, operation, answer(operation), from, to);
      }
    }
    if (model == "multi-register") return with_steps(script.history());
    return with_collections(model, script.history());
  }

  uint64_t draw(uint64_t below) { return scramble(mix(seed_, ++drawn_)) % below; }

 private:
  std::string value() { return std::to_string(draw(3)); }

  Operation question(std::string_view model) {
    const uint64_t one = draw(3);
    if (model == "counter") return one == 0 ? Operation::read("x") : amount();
    if (model == "multi-register") return asked("txn");
    if (model == "priority-queue") {
      return one == 0 ? asked("delete-min") : asked("insert", value());
    }
    if (model == "queue") return one == 0 ? asked("dequeue") : asked("enqueue", value());
    if (model == "stack") return one == 0 ? asked("pop") : asked("push", value());
    if (model == "mutex") return asked(one == 0 ? "release" : "acquire");
    if (model == "list") return one == 0 ? asked("read") : asked("append", value());
    if (model == "set") {
      if (draw(4) == 0) return asked("read");
      if (one == 0) return asked("contains", value());
      return one == 1 ? asked("remove", value()) : asked("add", value());
    }
    if (model == "kv" && one == 0) return Operation::append("x", value());
    if (model == "kv") return one == 1 ? Operation::get("x") : Operation::put("x", value());
    if (one == 1) return asked("read");
    if (one == 2 || model == "register") return asked("write", value());
    Operation cas = asked("cas", value());
    cas.expected = value();
    return cas;
  }

  Operation amount() { return Operation::increment("x", static_cast<int64_t>(draw(4)) - 1); }

  Response answer(const Operation& operation) {
    const std::string& function = operation.function;
    if (function == "read" && counts_) {
      return Response::number_is(static_cast<int64_t>(draw(5)) - 1);
    }
    if (function == "contains") return Response::found(draw(2) == 0 ? "true" : "false");
    if (function == "cas") return draw(2) == 0 ? Response::mismatch() : Response::done();
    const bool finds = function == "read" || function == "get" || function == "dequeue" ||
                       function == "pop" || function == "delete-min";
    if (!finds) return Response::done();
    return draw(4) == 0 ? Response::absent() : Response::found(value());
  }

  // Lets reads of sets and lists find some values.
  History with_collections(std::string_view model, History history) {
    if (model != "set" && model != "list") return history;
    HistoryParts parts = std::move(history).parts();
    for (Entry& entry : parts.entries) {
      if (!entry.ok() || entry.operation.function != kRead) continue;
      entry.response = Response::done();
      entry.found_collection = true;
      entry.elements.first = static_cast<uint32_t>(parts.elements.size());
      const uint64_t shift = draw(3);
      for (uint64_t i = 0; i < 3; ++i) {
        if (draw(2) == 0) continue;
        parts.elements.push_back(parts.values.intern(std::to_string((i + shift) % 3)));
        ++entry.elements.count;
      }
    }
    return History(std::move(parts));
  }

  // Gives transactions a step or two over two registers.
  History with_steps(History history) {
    HistoryParts parts = std::move(history).parts();
    for (Entry& entry : parts.entries) {
      entry.operation.key.clear();
      entry.steps.first = static_cast<uint32_t>(parts.steps.size());
      entry.steps.count = static_cast<uint32_t>(1 + draw(2));
      for (uint32_t i = 0; i < entry.steps.count; ++i) {
        Step step{.kind = draw(2) == 0 ? StepKind::kWrite : StepKind::kRead};
        step.key = parts.values.intern(draw(2) == 0 ? "a" : "b");
        const bool finds = draw(3) > 0;
        if (step.kind == StepKind::kRead && entry.ok()) {
          step.found = finds ? Found::kValue : Found::kNothing;
        }
        const bool has_value = step.kind == StepKind::kWrite || step.found == Found::kValue;
        if (has_value) step.value = parts.values.intern(value());
        parts.steps.push_back(step);
      }
    }
    return History(std::move(parts));
  }

  uint64_t seed_;
  uint64_t drawn_ = 0;
  bool counts_ = false;
};

constexpr std::string_view kModels[] = {
    "register", "cas-register", "kv",    "queue",   "stack",         "priority-queue",
    "set",      "list",         "mutex", "counter", "multi-register"};

TEST(Certificate, OfEachVerdictIsProvenAgain) {
  uint64_t valid = 0, invalid = 0;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    const Model& model = *find_model(kModels[seed % std::size(kModels)]);
    const History history = Drawn(seed).history(model.name);
    if (std::none_of(history.entries().begin(), history.entries().end(),
                     [](const Entry& entry) { return entry.ok(); })) {
      continue;
    }
    const Certificate certificate = certificate_for(history, model);
    (certificate.valid ? valid : invalid) += 1;
    const std::string text = to_text(certificate);
    const Certificate same = parse_certificate(text, "test");
    EXPECT_EQ(to_text(same), text);
    const Verification result = verify(same, history);
    ASSERT_EQ(result.status, VerifyStatus::kTrue) << result.why << "\n" << seed << "\n" << text;
  }
  EXPECT_GT(valid, 300u);
  EXPECT_GT(invalid, 300u);
}

// One read or two that are drawn, with the bounds of what the last can have found, or others.
void count_reads(const History& history, Drawn* drawn, Certificate* certificate) {
  certificate->fold.reset();
  certificate->last = kLastEvent;
  certificate->kept.clear();
  std::vector<const Entry*> all, reads;
  for (const Entry& entry : history.entries()) {
    all.push_back(&entry);
    const bool chosen = entry.ok() && entry.operation.function == kRead && drawn->draw(2) == 0;
    if (!chosen || reads.size() == 2) continue;
    reads.push_back(&entry);
    certificate->kept.push_back(
        {.id = entry.id, .required = true, .invoked = entry.invoked, .returned = entry.returned});
  }
  if (reads.empty()) return;
  const Entry* first = reads.size() == 2 ? reads.front() : nullptr;
  certificate->counted =
      count_additions(counter_model(), history, all, first, *reads.back()).value_or(Counted{});
  if (drawn->draw(4) == 0) --certificate->counted->most;
}

// A part that is drawn, of a prefix that is.
Certificate drawn_part(const History& history, const Model& model, Drawn* drawn) {
  Certificate certificate{.digest = digest_of(history), .model = std::string(model.name)};
  certificate.key = model.by_key ? "x" : "";
  certificate.last = EventIndex{1 + drawn->draw(2 * history.size())};
  std::vector<const Entry*> all;
  for (const Entry& entry : history.entries()) all.push_back(&entry);
  if (drawn->draw(2) == 0) {
    const EventIndex before{1 + drawn->draw(number(certificate.last))};
    certificate.fold = fold_before(model, history, all, before);
  }
  if (has_elements(model) && drawn->draw(3) > 0) {
    certificate.about.emplace();
    for (const char* element : {"0", "1", "2"}) {
      if (drawn->draw(2) == 0) certificate.about->insert(element);
    }
  }
  for (const Entry& entry : history.entries()) {
    const bool ended = entry.ok() && entry.returned <= certificate.last;
    const bool early = certificate.fold &&
                       is_folded(model, history, entry, certificate.fold->before) &&
                       drawn->draw(16) != 0;
    const bool other = certificate.about && entry.operation.function != kRead &&
                       !certificate.about->contains(entry.operation.argument) &&
                       drawn->draw(8) != 0;
    const bool left_out = early || other || drawn->draw(3) == 0;
    if (entry.invoked > certificate.last || left_out) continue;
    const bool required = ended && drawn->draw(4) != 0;
    certificate.kept.push_back({.id = entry.id,
                                .required = required,
                                .invoked = entry.invoked,
                                .returned = required ? entry.returned : kNoEvent});
  }
  if (model.name == "counter" && drawn->draw(2) == 0) count_reads(history, drawn, &certificate);
  return certificate;
}

// What may be left out may be left out: no part of a legal history is ever proven wrong.
TEST(Certificate, NeverProvesALegalHistoryWrong) {
  std::map<std::string_view, uint64_t> accounted, folded, about;
  uint64_t counted = 0;
  for (uint64_t seed = 0; seed < 22000; ++seed) {
    const Model& model = *find_model(kModels[seed % std::size(kModels)]);
    Drawn drawn(seed);
    const History history = drawn.history(model.name);
    if (check_linearizable(history, model).status != CheckStatus::kPass) continue;
    for (int part = 0; part < 8; ++part) {
      const Certificate certificate = drawn_part(history, model, &drawn);
      const Verification result = verify(certificate, history);
      ASSERT_EQ(result.status, VerifyStatus::kRefused) << seed << "\n" << to_text(certificate);
      const bool placed = result.why.starts_with("there is an order");
      accounted[model.name] += placed ? 1 : 0;
      folded[model.name] += placed && certificate.fold && certificate.fold->operations > 0 ? 1 : 0;
      about[model.name] += placed && certificate.about ? 1 : 0;
      counted += result.why.ends_with("can have been added up by then") ? 1 : 0;
    }
  }
  for (const std::string_view model : kModels) {
    EXPECT_GT(accounted[model], 300u) << model << ": most must pass the rules about leaving out";
  }
  EXPECT_GT(folded["counter"], 100u);
  EXPECT_GT(folded["mutex"], 100u);
  EXPECT_GT(about["set"], 200u);
  EXPECT_GT(about["list"], 200u);
  EXPECT_GT(counted, 300u);
}

// No order explains an illegal history, whatever a certificate says: all orders of its operations,
// and of some of them, are refused.
TEST(Certificate, NeverExplainsAnIllegalHistory) {
  uint64_t out_of_time = 0, illegal_steps = 0, missing = 0;
  for (uint64_t seed = 0; seed < 600; ++seed) {
    const Model& model = *find_model(kModels[seed % std::size(kModels)]);
    Drawn drawn(seed);
    const History history = drawn.history(model.name);
    if (history.size() > 5) continue;
    if (check_linearizable(history, model).status != CheckStatus::kViolation) continue;
    Certificate certificate{.digest = digest_of(history), .model = std::string(model.name)};
    certificate.valid = true;
    std::vector<uint64_t> order;
    for (const Entry& entry : history.entries()) order.push_back(entry.id);
    do {
      for (size_t size = 0; size <= order.size(); ++size) {
        CertifiedKey key{.key = "x"};
        for (size_t i = 0; i < size; ++i) key.steps.push_back({.id = order[i]});
        certificate.keys = {key};
        const Verification result = verify(certificate, history);
        ASSERT_EQ(result.status, VerifyStatus::kRefused) << seed << "\n" << to_text(certificate);
        out_of_time += result.why.find("after its end") != std::string::npos ? 1 : 0;
        illegal_steps += result.why.find("not legal") != std::string::npos ? 1 : 0;
        missing += result.why.find("missing") != std::string::npos ? 1 : 0;
      }
    } while (std::next_permutation(order.begin(), order.end()));
  }
  EXPECT_GT(out_of_time, 1000u);
  EXPECT_GT(illegal_steps, 1000u);
  EXPECT_GT(missing, 1000u);
}

TEST(Certificate, IsAboutEveryKey) {
  Script script;
  script.ok(1, asked("write", "1"), Response::done(), 1, 2);
  Operation other = asked("write", "1");
  other.key = "y";
  script.ok(1, other, Response::done(), 3, 4);
  const History history = script.history();
  Certificate certificate = certificate_for(history, register_model());
  EXPECT_EQ(verify(certificate, history).status, VerifyStatus::kTrue);
  std::swap(certificate.keys[0].key, certificate.keys[1].key);
  EXPECT_EQ(verify(certificate, history).status, VerifyStatus::kRefused);
  std::swap(certificate.keys[0].key, certificate.keys[1].key);
  certificate.keys.push_back(certificate.keys[0]);
  EXPECT_EQ(verify(certificate, history).status, VerifyStatus::kRefused);
  certificate.keys.resize(1);
  EXPECT_EQ(verify(certificate, history).why, "there is no order for the key y");
}

History two_values() {
  Script script;
  script.ok(1, asked("write", "1"), Response::done(), 1, 5);
  script.ok(2, asked("write", "2"), Response::done(), 2, 30);
  script.ok(1, asked("write", "4"), Response::done(), 6, 7);
  script.ok(3, asked("read"), Response::found("4"), 8, 9);
  script.ok(3, asked("read"), Response::found("1"), 10, 11);
  return script.history();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

// Each word of it, replaced by others.
std::vector<std::string> mutations(const std::string& text) {
  std::vector<std::string> result;
  const std::vector<std::string> lines = lines_of(text);
  for (size_t i = 0; i < lines.size(); ++i) {
    std::vector<std::string> fewer = lines;
    fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
    result.push_back(joined(fewer));
    for (size_t at = 0; at <= lines[i].size(); ++at) {
      for (const char c : {'0', '1', '2', '3', '9', 'x', ' ', '*', '-', '%'}) {
        std::vector<std::string> changed = lines;
        changed[i].replace(at, 1, 1, c);
        if (changed[i] != lines[i]) result.push_back(joined(changed));
      }
    }
  }
  return result;
}

bool is_believed(const std::string& text, const History& history) {
  try {
    return verify(parse_certificate(text, "test"), history).status == VerifyStatus::kTrue;
  } catch (const ConfigError&) {
    return false;
  }
}

TEST(Certificate, IsRefusedWhenAnyWordOfItIsChanged) {
  Script good;
  good.ok(1, asked("write", "1"), Response::done(), 1, 5);
  good.ok(2, asked("write", "2"), Response::done(), 2, 30);
  good.ok(3, asked("read"), Response::found("2"), 8, 9);
  good.open(3, asked("write", "3"), 10);
  for (const History& history : {good.history(), two_values()}) {
    const Certificate original = certificate_for(history, register_model());
    ASSERT_TRUE(is_believed(to_text(original), history));
    uint64_t believed = 0;
    for (const std::string& text : mutations(to_text(original))) {
      if (!is_believed(text, history)) continue;
      ++believed;
      const Certificate other = parse_certificate(text, "test");
      // The verdict is that of the original, and so is the history: what changed is where the file
      // is, which of two models that agree was asked, a state that is left out, or an operation
      // that need not be kept, or need not have happened.
      EXPECT_EQ(other.valid, original.valid) << text;
      EXPECT_EQ(other.digest, original.digest) << text;
      EXPECT_EQ(other.key, original.key) << text;
      EXPECT_EQ(other.convention, original.convention) << text;
    }
    EXPECT_GT(believed, 0u) << "the names of files are not proven";
  }
}

TEST(Certificate, NamesTheLineThatIsWrong) {
  const std::string text = to_text(certificate_for(two_values(), register_model()));
  try {
    parse_certificate(text.substr(0, text.size() - 4), "a.cert");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("a.cert: line 1"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("cut short"), std::string::npos) << error.what();
  }
  EXPECT_THROW(parse_certificate("", "a.cert"), ConfigError);
  EXPECT_THROW(parse_certificate(text + "more\n", "a.cert"), ConfigError);
}

TEST(Certificate, SaysWhenThereAreTooManyOrders) {
  const History history = two_values();
  const Certificate certificate = certificate_for(history, register_model());
  EXPECT_EQ(verify(certificate, history, {.max_work = 4}).status, VerifyStatus::kTooLarge);
}

TEST(Counterexample, OfARegisterIsTwoValues) {
  const History history = two_values();
  const CheckOutcome outcome = check_linearizable(history, register_model());
  ASSERT_EQ(outcome.status, CheckStatus::kViolation);
  const Counterexample example = counterexample(history, register_model(), outcome);
  EXPECT_TRUE(example.minimal);
  EXPECT_EQ(example.of, 5u);
  EXPECT_EQ(example.kept.size(), 3u);
  EXPECT_EQ(example.suspect, 5u);
  EXPECT_EQ(example.legal, (std::vector<std::string>{"returned \"4\"", "returned \"2\""}));
}

TEST(Counterexample, QuotesTheOnlyValue) {
  Script script;
  script.ok(1, asked("write", "846"), Response::done(), 1000, 1158);
  script.ok(2, asked("write", "870"), Response::done(), 1100, 3500);
  script.ok(3, asked("read"), Response::found("870"), 1192, 1195);
  script.ok(1, asked("write", "900"), Response::done(), 1300, 4000);
  script.ok(4, asked("read"), Response::found("846"), 2809, 2900);
  const History history = script.history();
  const CheckOutcome outcome = check_linearizable(history, register_model());
  const Counterexample example = counterexample(history, register_model(), outcome);
  EXPECT_EQ(example.message,
            "\"846\" was the only value from 1.158s (write(x,\"846\") by c1 returned) to 2.809s "
            "(read(x) by c4 began), yet read(x) by c3 returned \"870\" at 1.195s");
  EXPECT_EQ(example.kept.size(), 4u);
}

std::string sentence_of(Script script, std::string_view model) {
  const History history = script.history();
  const CheckOutcome outcome = check_linearizable(history, *find_model(model));
  if (outcome.status != CheckStatus::kViolation) return "no violation";
  return counterexample(history, *find_model(model), outcome).message;
}

TEST(Counterexample, TellsHowAQueueWasWrong) {
  Script never;
  never.ok(1, asked("dequeue"), Response::found("7"), 1, 2);
  EXPECT_EQ(sentence_of(std::move(never), "queue"),
            "dequeue(x) by c1 returned \"7\" at 0.002s, but nothing ever put \"7\" there");
  Script twice;
  twice.ok(1, asked("enqueue", "7"), Response::done(), 1, 2);
  twice.ok(1, asked("dequeue"), Response::found("7"), 3, 4);
  twice.ok(2, asked("dequeue"), Response::found("7"), 5, 6);
  EXPECT_NE(sentence_of(std::move(twice), "queue").find("was put there once"), std::string::npos);
  Script order;
  order.ok(1, asked("enqueue", "7"), Response::done(), 1, 2);
  order.ok(1, asked("enqueue", "8"), Response::done(), 3, 4);
  order.ok(2, asked("dequeue"), Response::found("8"), 5, 6);
  EXPECT_NE(sentence_of(std::move(order), "queue").find("and nothing took it out"),
            std::string::npos);
  Script empty;
  empty.ok(1, asked("enqueue", "7"), Response::done(), 1, 2);
  empty.ok(2, asked("dequeue"), Response::absent(), 5, 6);
  EXPECT_NE(sentence_of(std::move(empty), "queue").find("nothing had taken that out"),
            std::string::npos);
}

TEST(Counterexample, TellsHowAMutexWasWrong) {
  Script script;
  script.ok(1, asked("acquire"), Response::done(), 1, 2);
  script.ok(1, asked("release"), Response::done(), 3, 4);
  script.ok(1, asked("acquire"), Response::done(), 5, 6);
  script.ok(2, asked("acquire"), Response::done(), 7, 8);
  EXPECT_EQ(sentence_of(std::move(script), "mutex"),
            "acquire(x) by c2 completed at 0.008s, but acquire(x) by c1 completed at 0.006s, and "
            "nothing released it after that");
}

TEST(Counterexample, TellsWhatACounterCanShow) {
  Script high, low;
  for (Script* script : {&high, &low}) {
    script->ok(1, Operation::increment("x", 2), Response::done(), 1, 2);
    script->ok(1, Operation::increment("x", 5), Response::done(), 3, 9);
  }
  high.ok(2, Operation::read("x"), Response::number_is(8), 4, 5);
  low.ok(2, Operation::read("x"), Response::number_is(1), 4, 5);
  EXPECT_EQ(sentence_of(std::move(high), "counter"),
            "read(x) by c2 returned 8 at 0.005s, but 7 is the most that it can have been by then");
  EXPECT_EQ(sentence_of(std::move(low), "counter"),
            "read(x) by c2 returned 1 at 0.005s, but 2 is the least that it can have been by then");
}

TEST(Counterexample, TellsThatAValueWasOverwritten) {
  Script script;
  script.ok(1, asked("write", "1"), Response::done(), 1, 2);
  script.ok(1, asked("write", "2"), Response::done(), 3, 4);
  script.ok(2, asked("read"), Response::found("1"), 5, 6);
  EXPECT_EQ(sentence_of(std::move(script), "register"),
            "read(x) by c2 returned \"1\" at 0.006s, but write(x,\"2\") by c1 completed at 0.004s, "
            "after write(x,\"1\") by c1, and nothing wrote \"1\" again");
}

TEST(Counterexample, SaysSoWhenItsBudgetEnds) {
  const History history = two_values();
  const CheckOutcome outcome = check_linearizable(history, register_model());
  const Counterexample example =
      counterexample(history, register_model(), outcome, {.max_steps = 1});
  EXPECT_FALSE(example.minimal);
  EXPECT_EQ(example.kept.size(), 4u) << "all that somebody needs";
}

}  // namespace
}  // namespace seedbed
