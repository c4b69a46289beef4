#include "sim/run/transaction.h"

#include <algorithm>
#include <utility>

#include "sim/core/bytes.h"
#include "sim/core/check.h"
#include "sim/core/stored_values.h"
#include "sim/history/history.pb.h"

namespace seedbed {
namespace {

using Value = Transaction::Value;

int64_t amount_in(const std::string& account, const Value& value) {
  const std::optional<int64_t> amount = value ? decode_number(*value) : opening_balance(account);
  INVARIANT(amount.has_value(), "the account {} holds no number", account);
  return *amount;
}

Result<Response> transfer(const Operation& what, Transaction& transaction) {
  const auto found = transaction.read({what.key, what.argument}, Intent::kWrite);
  if (!found) return found.error();
  const int64_t from = amount_in(what.key, found->front());
  const int64_t to = amount_in(what.argument, found->back());
  if (from < what.amount) return Response::insufficient();
  if (what.key == what.argument) return Response::done();
  transaction.write(what.key, encode_number(from - what.amount));
  transaction.write(what.argument, encode_number(to + what.amount));
  return Response::done();
}

// What backs it is read only: whether that stands until the end, is the store's affair.
Result<Response> withdraw(const Operation& what, Transaction& transaction) {
  const auto own = transaction.read({what.key}, Intent::kWrite);
  if (!own) return own.error();
  const int64_t amount = amount_in(what.key, own->front());
  int64_t backing = amount;
  for (const std::string& account : what.accounts) {
    if (account == what.key) continue;
    const auto other = transaction.read({account}, Intent::kRead);
    if (!other) return other.error();
    backing += amount_in(account, other->front());
  }
  if (backing < what.amount) return Response::insufficient();
  transaction.write(what.key, encode_number(amount - what.amount));
  return Response::done();
}

Result<Response> read_all(const Operation& what, Transaction& transaction) {
  const auto found = transaction.read(what.accounts, Intent::kRead);
  if (!found) return found.error();
  std::vector<Balance> balances;
  for (size_t i = 0; i < what.accounts.size(); ++i) {
    const std::string& account = what.accounts[i];
    balances.push_back({.account = account, .amount = amount_in(account, (*found)[i])});
  }
  return Response::balances_are(std::move(balances));
}

Result<Response> get(const Operation& what, Transaction& transaction) {
  const auto found = transaction.read({what.key}, Intent::kRead);
  if (!found) return found.error();
  return found->front() ? Response::found(*found->front()) : Response::absent();
}

Result<Response> steps(const Operation& what, Transaction& transaction) {
  using Act = TransactionStep::Act;
  std::vector<TransactionStep> steps = what.steps;
  for (TransactionStep& step : steps) {
    if (step.act == Act::kWrite) {
      transaction.write(step.key, step.value);
      continue;
    }
    const Intent intent = step.act == Act::kAppend ? Intent::kWrite : Intent::kRead;
    const auto found = transaction.read({step.key}, intent);
    if (!found) return found.error();
    const Value& value = found->front();
    if (step.act == Act::kAppend) {
      transaction.write(step.key, appended(value.value_or(std::string()), step.value));
    } else if (step.act == Act::kRead) {
      step.found_value = value;
    } else if (value) {
      step.found_list = decode_list(*value);
    }
  }
  return Response::transaction(std::move(steps));
}

// What a client did last, as it stands in the store: the number, and the answer.
struct Last {
  uint64_t number = 0;
  std::string answer;
};

std::string encode(uint64_t number, const Response& answer) {
  history::Operation message;
  store(answer, &message);
  ByteWriter out;
  out.u64(number);
  out.string(message.SerializeAsString());
  return out.take();
}

Last decode_last(const Value& value) {
  if (!value) return {};
  ByteReader in(*value);
  Last last{.number = in.u64(), .answer = {}};
  last.answer = in.string();
  INVARIANT(in.finished(), "what a client did last cannot be read");
  return last;
}

Response response_of(const Last& last) {
  history::Operation message;
  INVARIANT(message.ParseFromString(last.answer), "what a client was told cannot be read");
  return response_from(Outcome::kOk, message);
}

}  // namespace

bool changes_something(const Operation& what) {
  if (what.function == kTransaction) {
    return std::any_of(what.steps.begin(), what.steps.end(),
                       [](const TransactionStep& step) { return step.changes(); });
  }
  return what.function != kReadAll && what.function != kGet;
}

Result<Response> carry_out(const Operation& what, Transaction& transaction) {
  if (what.function == kTransfer) return transfer(what, transaction);
  if (what.function == kWithdraw) return withdraw(what, transaction);
  if (what.function == kReadAll) return read_all(what, transaction);
  if (what.function == kGet) return get(what, transaction);
  if (what.function == kTransaction) return steps(what, transaction);
  CHECK(what.function == kPut || what.function == kDelete);
  transaction.write(what.key, what.function == kPut ? Value(what.argument) : std::nullopt);
  return Response::done();
}

Result<Response> carry_out_once(const Operation& what, uint64_t number, std::string_view client,
                                Transaction& transaction) {
  if (!changes_something(what)) return carry_out(what, transaction);
  const std::string place = "last/" + std::string(client);
  const auto found = transaction.read({place}, Intent::kWrite);
  if (!found) return found.error();
  const Last last = decode_last(found->front());
  if (last.number > number) return Error::kClosed;
  if (last.number == number) return response_of(last);
  Result<Response> answer = carry_out(what, transaction);
  if (answer) transaction.write(place, encode(number, *answer));
  return answer;
}

}  // namespace seedbed
