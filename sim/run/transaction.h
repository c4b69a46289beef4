// Transaction: what a store must offer so that the workloads of transactions run on it, whatever it
// is; and what their operations do, written once for all stores.
//
//   std::unique_ptr<Transaction> transaction = ...;                        // of the store
//   const Result<Response> answer = carry_out(operation, *transaction);    // reads and writes
//   if (answer && transaction->commit() == Commit::kDone) return *answer;
//
// What a store promises of transactions that run at once, is its isolation; the bodies here are
// written as if each were alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/core/result.h"
#include "sim/history/operation.h"

namespace seedbed {

enum class Commit : uint8_t {
  kDone,     // all of it has happened
  kAborted,  // nothing of it has happened, or will
  kUnknown,  // nobody said
};

// What a read is for. A store that locks may lock at once what will be written.
enum class Intent : uint8_t { kRead, kWrite };

class Transaction {
 public:
  // What a key holds; nothing: it has no value.
  using Value = std::optional<std::string>;

  // Without commit() it is abandoned: nothing of it happens. Does not block.
  virtual ~Transaction() = default;

  // Blocks. What each of the keys holds, as this transaction sees it: what it has written itself
  // counts. After an error nothing of the transaction has happened or will, and all that is left is
  // to abandon it.
  virtual Result<std::vector<Value>> read(const std::vector<std::string>& keys, Intent intent) = 0;
  // What the key holds once the transaction is committed. Does not block.
  virtual void write(std::string key, Value value) = 0;
  // Blocks. Call it once, and nothing after it. Also what has only read must be committed before
  // anybody believes what it saw.
  virtual Commit commit() = 0;
};

// Whether the operation writes, perhaps. What only reads may be done as often as one likes.
bool changes_something(const Operation& what);

// Blocks. Does what the operation says, but for the commit: transfer, withdraw, read_all, get, put,
// delete, txn. CHECK-fails on others.
Result<Response> carry_out(const Operation& what, Transaction& transaction);

// Blocks. The same, but if `client` has done its operation of that number already, only its answer
// is given again: the transaction that does it also writes down that it has. Clients have one
// operation at a time, whose numbers rise. Error kClosed: a later one has been done already.
Result<Response> carry_out_once(const Operation& what, uint64_t number, std::string_view client,
                                Transaction& transaction);

}  // namespace seedbed
