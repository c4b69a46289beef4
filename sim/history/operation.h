// Operations: what a client asks of a system, and what it is told.
//
//   Operation ask = Operation::cas("x", "3", "5");
//   Response answer = Response::mismatch();        // x held something else: that is an answer
//   Response answer = Response::info("timeout");   // who knows whether it happened?
//
// Outcomes are three-valued, as in Jepsen:
//   ok    it happened, once, between its invocation and its return
//   fail  it did not happen and never will
//   info  unknown: it may have happened, may happen later, or never
// To call an unknown operation failed is the most common mistake in testing such systems: it hides
// bugs and invents others. Therefore an outcome has no default, a Response is made only by naming
// one of the three, and `fail` wants a proof: a refusal that came before any effect.
//
// Key-value operations: get, put, append, cas, delete, on string values; a key without a value is
// `absent`, which is not the empty string. append to an absent key creates it. Counters: increment,
// decrement, read, on signed amounts.
//
// Accounts of a bank: transfer moves an amount from one account to another if there is enough in
// it, and otherwise changes nothing (`insufficient`); withdraw takes an amount out of an account if
// some accounts, of which it is one, hold as much together: done means that the machine pays;
// read_all finds what each of some accounts holds, all at one moment. An account in which nobody
// has moved anything holds its opening_balance.
//
// Histories that were recorded elsewhere also have these, with what is asked in `argument` (cas:
// `expected` as well) and what is found in Response::output, or, if it is a whole collection, in
// Entry::elements (sim/history/history.h):
//   registers        read, write, cas
//   sets             add, remove, contains ("true", "false"), read (all elements)
//   lists            append, read (all elements)
//   queues           enqueue, dequeue, drain (all elements); stacks: push, pop
//   priority queues  insert, delete-min
//   mutexes          acquire, release
//   counters         add (an amount, also in `amount`), read
//   transactions     txn, which has steps (History::steps) instead of key and argument
// Clients of ours ask and are told steps of transactions of lists and registers in Operation::steps
// and Response::steps; a history has them in its own table (History::steps).
// sim/history/object.h tells which of them a history speaks of. Only the model that judges a
// history (sim/check/model.h) gives functions a meaning, also those that are not named here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/result.h"

namespace seedbed {

namespace history {
class Operation;  // sim/history/history.proto
}

// The numbers stand in traces. 0 is none of them.
enum class Outcome : uint8_t { kOk = 1, kFail = 2, kInfo = 3 };
std::string_view to_string(Outcome outcome);

inline constexpr std::string_view kGet = "get";
inline constexpr std::string_view kPut = "put";
inline constexpr std::string_view kAppend = "append";
inline constexpr std::string_view kCas = "cas";
inline constexpr std::string_view kDelete = "delete";
inline constexpr std::string_view kIncrement = "increment";
inline constexpr std::string_view kDecrement = "decrement";
inline constexpr std::string_view kRead = "read";
inline constexpr std::string_view kWrite = "write";
inline constexpr std::string_view kAdd = "add";
inline constexpr std::string_view kRemove = "remove";
inline constexpr std::string_view kContains = "contains";
inline constexpr std::string_view kEnqueue = "enqueue";
inline constexpr std::string_view kDequeue = "dequeue";
inline constexpr std::string_view kDrain = "drain";
inline constexpr std::string_view kPush = "push";
inline constexpr std::string_view kPop = "pop";
inline constexpr std::string_view kInsert = "insert";
inline constexpr std::string_view kDeleteMin = "delete-min";
inline constexpr std::string_view kAcquire = "acquire";
inline constexpr std::string_view kRelease = "release";
inline constexpr std::string_view kTransaction = "txn";
inline constexpr std::string_view kTransfer = "transfer";
inline constexpr std::string_view kWithdraw = "withdraw";
inline constexpr std::string_view kReadAll = "read_all";

// The output of a cas that found another value.
inline constexpr std::string_view kMismatch = "mismatch";

// The output of a transfer or a withdrawal that found too little.
inline constexpr std::string_view kInsufficient = "insufficient";
// What an account holds at first: 1000 if its name begins with "joint", and otherwise 100.
int64_t opening_balance(std::string_view account);

// What an account holds.
struct Balance {
  std::string account;
  int64_t amount = 0;

  bool operator==(const Balance& other) const = default;
};

// A step of a transaction. A key holds either a list, to which steps append, or a register, which
// they write; and either is read.
struct TransactionStep {
  enum class Act : uint8_t { kReadList, kAppend, kRead, kWrite };

  static TransactionStep read_list(std::string key);
  static TransactionStep append(std::string key, std::string element);
  static TransactionStep read(std::string key);
  static TransactionStep write(std::string key, std::string value);

  bool changes() const { return act == Act::kAppend || act == Act::kWrite; }
  bool operator==(const TransactionStep& other) const = default;

  Act act = Act::kReadList;
  std::string key;
  std::string value;  // the element that is appended, or what is written
  // In an answer, what a read found; nullopt: the key held nothing.
  std::optional<std::vector<std::string>> found_list;
  std::optional<std::string> found_value;
};

// The question.
struct Operation {
  static Operation get(std::string key);
  static Operation put(std::string key, std::string value);
  static Operation append(std::string key, std::string suffix);
  // Replaces `expected` (nullopt: absent) by `value`; answers done() or mismatch().
  static Operation cas(std::string key, std::optional<std::string> expected, std::string value);
  static Operation erase(std::string key);  // "delete"
  static Operation increment(std::string key, int64_t amount = 1);
  static Operation decrement(std::string key, int64_t amount = 1);
  static Operation read(std::string key);
  static Operation transaction(std::vector<TransactionStep> steps);  // "txn"
  // The amount must be positive.
  static Operation transfer(std::string from, std::string to, int64_t amount);
  // The amount must be positive, and `backing` must have the account in it.
  static Operation withdraw(std::string from, int64_t amount, std::vector<std::string> backing);
  static Operation read_all(std::vector<std::string> accounts);

  std::string function;
  std::string key;
  std::string argument;  // put, cas: the new value; append: the suffix; transfer: the account to
  std::optional<std::string> expected;  // cas: what must stand there; nullopt: nothing
  int64_t amount = 0;                   // increment, decrement, add, transfer, withdraw
  std::vector<TransactionStep> steps;   // txn, in the order in which they are executed
  std::vector<std::string> accounts;    // read_all; withdraw: the accounts that back it

  bool operator==(const Operation& other) const = default;
};

// The answer.
struct Response {
  // ok:
  // put, append, delete, increment, transfer, withdraw; a cas that succeeded
  static Response done();
  static Response found(std::string value);  // get
  static Response absent();                  // get: the key has no value
  static Response mismatch();                // cas: another value stood there, nothing was changed
  static Response number_is(int64_t value);  // read
  static Response transaction(
      std::vector<TransactionStep> steps);  // txn: those asked, with what was found
  static Response insufficient();  // transfer, withdraw: there was too little, nothing was changed
  static Response balances_are(std::vector<Balance> balances);  // read_all: of those asked
  // Only if the operation can never take effect, not even by a message still on its way.
  static Response fail(std::string reason);
  static Response info(std::string reason);
  // After a single attempt ended with `error`: a refusal before any effect is fail, all else is
  // info. Of several attempts, all must have been refused for a fail.
  static Response after(Error error);

  bool operator==(const Response& other) const = default;

  bool ok() const { return outcome == Outcome::kOk; }
  // Of a cas only: it found another value.
  bool is_mismatch() const { return ok() && output == kMismatch; }
  // Of a transfer or a withdrawal only: there was too little.
  bool is_insufficient() const { return ok() && output == kInsufficient; }

  Outcome outcome;
  std::optional<std::string> output;   // ok: the value, if there was one; fail, info: the reason
  int64_t number = 0;                  // read: the value of the counter
  bool is_number = false;              // read: it was a number
  std::vector<TransactionStep> steps;  // txn
  std::vector<Balance> balances;       // read_all

 private:
  Response(Outcome outcome, std::optional<std::string> output)
      : outcome(outcome), output(std::move(output)) {}
  friend Response response_from(Outcome outcome, const history::Operation& message);
};

// For people: put(x,"5"), cas(x,"3","5"), increment(likes,2); write("5") if there is no key. Long
// values are cut.
std::string to_string(const Operation& operation);
// The predicate that goes with it: returned "3", found nothing, succeeded, timed out ... Whether a
// whole collection was found only the history knows: describe(history, entry).
std::string describe(const Operation& question, const Response& answer);
// A value in quotes, with unprintable bytes escaped, cut after about 40 characters.
std::string in_quotes(std::string_view value);

// To and from the payload of invoke and return events. The payload must be empty before.
void store(const Operation& operation, history::Operation* payload);
void store(const Response& response, history::Operation* payload);
Operation operation_from(std::string_view function, const history::Operation& payload);
Response response_from(Outcome outcome, const history::Operation& payload);
// CHECK-fails on numbers that are no outcome.
Outcome outcome_from(uint64_t number);

}  // namespace seedbed
