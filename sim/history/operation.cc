#include "sim/history/operation.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "sim/core/check.h"
#include "sim/history/history.pb.h"

namespace seedbed {
namespace {

constexpr size_t kLongestQuote = 40;

bool looks_for_a_value(std::string_view function) {
  return function == kGet || function == kRead || function == kDequeue || function == kPop ||
         function == kDeleteMin;
}

std::string to_string(const TransactionStep& step) {
  using Act = TransactionStep::Act;
  if (step.act == Act::kAppend) return fmt::format("[append {} {}]", step.key, step.value);
  if (step.act == Act::kWrite) return fmt::format("[write {} {}]", step.key, step.value);
  std::string text = fmt::format("[read {}", step.key);
  if (step.found_value) return fmt::format("{} {}]", text, *step.found_value);
  if (!step.found_list) return text + ']';
  text += " [";
  for (const std::string& element : *step.found_list) {
    if (text.back() != '[') text += ' ';
    text += element;
  }
  return text + "]]";
}

std::string to_string(const std::vector<TransactionStep>& steps) {
  std::string text;
  for (const TransactionStep& step : steps) {
    if (!text.empty()) text += ' ';
    text += to_string(step);
  }
  return text;
}

std::string to_string(const std::vector<Balance>& balances) {
  std::string text = "[";
  for (const Balance& balance : balances) {
    if (text.size() > 1) text += ' ';
    text += fmt::format("{}={}", balance.account, balance.amount);
  }
  return text + ']';
}

void store(const TransactionStep& step, history::TransactionStep* stored) {
  using Act = TransactionStep::Act;
  stored->set_key(step.key);
  if (step.act == Act::kAppend) stored->set_append(step.value);
  if (step.act == Act::kWrite) stored->set_write(step.value);
  if (step.act == Act::kRead) stored->set_reads_register(true);
  if (step.found_value) stored->set_value(*step.found_value);
  if (!step.found_list) return;
  stored->set_found(true);
  for (const std::string& element : *step.found_list) stored->add_elements(element);
}

TransactionStep step_from(const history::TransactionStep& stored) {
  if (stored.has_append()) return TransactionStep::append(stored.key(), stored.append());
  if (stored.has_write()) return TransactionStep::write(stored.key(), stored.write());
  TransactionStep step = stored.reads_register() ? TransactionStep::read(stored.key())
                                                 : TransactionStep::read_list(stored.key());
  if (stored.has_value()) step.found_value = stored.value();
  if (stored.found()) step.found_list.emplace(stored.elements().begin(), stored.elements().end());
  return step;
}

void store(const std::vector<TransactionStep>& steps, history::Operation* payload) {
  for (const TransactionStep& step : steps) store(step, payload->add_steps());
}

std::vector<TransactionStep> steps_from(const history::Operation& payload) {
  std::vector<TransactionStep> steps;
  for (const history::TransactionStep& stored : payload.steps()) steps.push_back(step_from(stored));
  return steps;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk: return "ok";
    case Outcome::kFail: return "fail";
    case Outcome::kInfo: return "info";
  }
  return "unknown";
}

int64_t opening_balance(std::string_view account) {
  return account.starts_with("joint") ? 1000 : 100;
}

TransactionStep TransactionStep::read_list(std::string key) {
  return {.act = Act::kReadList, .key = std::move(key)};
}

TransactionStep TransactionStep::append(std::string key, std::string element) {
  return {.act = Act::kAppend, .key = std::move(key), .value = std::move(element)};
}

TransactionStep TransactionStep::read(std::string key) {
  return {.act = Act::kRead, .key = std::move(key)};
}

TransactionStep TransactionStep::write(std::string key, std::string value) {
  return {.act = Act::kWrite, .key = std::move(key), .value = std::move(value)};
}

Outcome outcome_from(uint64_t number) {
  CHECK(number >= static_cast<uint64_t>(Outcome::kOk));
  CHECK(number <= static_cast<uint64_t>(Outcome::kInfo));
  return static_cast<Outcome>(number);
}

Operation Operation::get(std::string key) {
  return {.function = std::string(kGet), .key = std::move(key)};
}

Operation Operation::put(std::string key, std::string value) {
  return {.function = std::string(kPut), .key = std::move(key), .argument = std::move(value)};
}

Operation Operation::append(std::string key, std::string suffix) {
  return {.function = std::string(kAppend), .key = std::move(key), .argument = std::move(suffix)};
}

Operation Operation::cas(std::string key, std::optional<std::string> expected, std::string value) {
  return {.function = std::string(kCas),
          .key = std::move(key),
          .argument = std::move(value),
          .expected = std::move(expected)};
}

Operation Operation::erase(std::string key) {
  return {.function = std::string(kDelete), .key = std::move(key)};
}

Operation Operation::increment(std::string key, int64_t amount) {
  return {.function = std::string(kIncrement), .key = std::move(key), .amount = amount};
}

Operation Operation::decrement(std::string key, int64_t amount) {
  return {.function = std::string(kDecrement), .key = std::move(key), .amount = amount};
}

Operation Operation::read(std::string key) {
  return {.function = std::string(kRead), .key = std::move(key)};
}

Operation Operation::transaction(std::vector<TransactionStep> steps) {
  return {.function = std::string(kTransaction), .steps = std::move(steps)};
}

Operation Operation::transfer(std::string from, std::string to, int64_t amount) {
  CHECK(amount > 0);
  return {.function = std::string(kTransfer),
          .key = std::move(from),
          .argument = std::move(to),
          .amount = amount};
}

Operation Operation::withdraw(std::string from, int64_t amount, std::vector<std::string> backing) {
  CHECK(amount > 0);
  CHECK(std::find(backing.begin(), backing.end(), from) != backing.end());
  return {.function = std::string(kWithdraw),
          .key = std::move(from),
          .amount = amount,
          .accounts = std::move(backing)};
}

Operation Operation::read_all(std::vector<std::string> accounts) {
  return {.function = std::string(kReadAll), .accounts = std::move(accounts)};
}

Response Response::done() { return {Outcome::kOk, std::nullopt}; }
Response Response::found(std::string value) { return {Outcome::kOk, std::move(value)}; }
Response Response::absent() { return {Outcome::kOk, std::nullopt}; }
Response Response::mismatch() { return {Outcome::kOk, std::string(kMismatch)}; }
Response Response::number_is(int64_t value) {
  Response response = done();
  response.number = value;
  response.is_number = true;
  return response;
}
Response Response::transaction(std::vector<TransactionStep> steps) {
  Response response = done();
  response.steps = std::move(steps);
  return response;
}
Response Response::insufficient() { return {Outcome::kOk, std::string(kInsufficient)}; }
Response Response::balances_are(std::vector<Balance> balances) {
  Response response = done();
  response.balances = std::move(balances);
  return response;
}

Response Response::fail(std::string reason) { return {Outcome::kFail, std::move(reason)}; }
Response Response::info(std::string reason) { return {Outcome::kInfo, std::move(reason)}; }

Response Response::after(Error error) {
  std::string reason(seedbed::to_string(error));
  return error == Error::kUnavailable ? fail(std::move(reason)) : info(std::move(reason));
}

std::string in_quotes(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (text.size() > kLongestQuote) return text + fmt::format("...\" ({} bytes)", value.size());
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      text += fmt::format("\\x{:02x}", byte);
      continue;
    }
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string to_string(const Operation& operation) {
  if (!operation.steps.empty()) return operation.function + '(' + to_string(operation.steps) + ')';
  const std::string& function = operation.function;
  if (function == kTransfer) {
    return fmt::format("transfer({},{},{})", operation.key, operation.argument, operation.amount);
  }
  if (function == kWithdraw) {
    std::string text = fmt::format("withdraw({},{}", operation.key, operation.amount);
    for (const std::string& account : operation.accounts) {
      if (account != operation.key) text += fmt::format(",backed by {}", account);
    }
    return text + ')';
  }
  if (function == kReadAll) return fmt::format("read_all({} accounts)", operation.accounts.size());
  std::string text = function + '(' + operation.key;
  const auto add = [&](const std::string& one) { text += (text.back() == '(' ? "" : ",") + one; };
  if (function == kCas) add(operation.expected ? in_quotes(*operation.expected) : "nothing");
  if (function == kIncrement || function == kDecrement) {
    add(fmt::format("{}", operation.amount));
  } else if (function == kPut || function == kAppend || function == kCas ||
             !operation.argument.empty()) {
    add(in_quotes(operation.argument));
  }
  return text + ')';
}

std::string describe(const Operation& question, const Response& answer) {
  switch (answer.outcome) {
    case Outcome::kFail: return fmt::format("failed ({})", answer.output.value_or("no reason"));
    case Outcome::kInfo: return fmt::format("is unknown ({})", answer.output.value_or("no reason"));
    case Outcome::kOk: break;
  }
  if (!answer.steps.empty()) return "returned " + to_string(answer.steps);
  if (!answer.balances.empty()) return "returned " + to_string(answer.balances);
  if (answer.is_insufficient()) return "found too little";
  if (answer.is_number) return fmt::format("returned {}", answer.number);
  if (looks_for_a_value(question.function) && !answer.output) return "found nothing";
  if (question.function == kCas) return answer.output ? "found another value" : "succeeded";
  return answer.output ? "returned " + in_quotes(*answer.output) : "completed";
}

void store(const Operation& operation, history::Operation* payload) {
  if (!operation.key.empty()) payload->set_key(operation.key);
  if (!operation.argument.empty()) payload->set_argument(operation.argument);
  if (operation.expected) payload->set_expected(*operation.expected);
  payload->set_amount(operation.amount);
  store(operation.steps, payload);
  for (const std::string& account : operation.accounts) payload->add_accounts(account);
}

void store(const Response& response, history::Operation* payload) {
  if (response.output) payload->set_output(*response.output);
  if (response.is_number) payload->set_number(response.number);
  store(response.steps, payload);
  for (const Balance& balance : response.balances) {
    history::Balance& stored = *payload->add_balances();
    stored.set_account(balance.account);
    stored.set_amount(balance.amount);
  }
}

Operation operation_from(std::string_view function, const history::Operation& payload) {
  Operation operation{.function = std::string(function),
                      .key = payload.key(),
                      .argument = payload.argument(),
                      .amount = payload.amount()};
  if (payload.has_expected()) operation.expected = payload.expected();
  operation.steps = steps_from(payload);
  operation.accounts.assign(payload.accounts().begin(), payload.accounts().end());
  return operation;
}

Response response_from(Outcome outcome, const history::Operation& payload) {
  Response response = payload.has_number() ? Response::number_is(payload.number())
                                           : Response(outcome, std::nullopt);
  response.outcome = outcome;
  if (payload.has_output()) response.output = payload.output();
  response.steps = steps_from(payload);
  for (const history::Balance& stored : payload.balances()) {
    response.balances.push_back({.account = stored.account(), .amount = stored.amount()});
  }
  return response;
}

}  // namespace seedbed
