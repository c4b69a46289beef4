// TransactionalClient: a client of a store with transactions (sim/run/transaction.h). A store adds
// how a transaction begins.
//
//   class StoreClient final : public TransactionalClient {
//     std::unique_ptr<Transaction> begin(NodeTime deadline) override;
//   };
//
// An operation is a transaction. What was aborted is run again, as a new transaction, until the
// time is over; so is what only reads. A change whose outcome nobody knows is run again only if the
// client leaves a mark of each operation in the store, by which it would be recognised.
#pragma once

#include <memory>
#include <string>

#include "sim/run/protocol.h"
#include "sim/run/transaction.h"

namespace seedbed {

struct TransactionalClientOptions {
  Duration timeout = 1500ms;  // of an attempt, which may run several transactions
  // Whether each operation leaves a mark in the store, so that it may be attempted again.
  bool marks = true;
};

class TransactionalClient : public Client {
 public:
  TransactionalClient(Env& env, TransactionalClientOptions options);

  Response attempt(const Operation& what, uint64_t operation) final;
  bool retries_are_safe() const final { return options_.marks; }

 protected:
  Env& env() const { return env_; }

 private:
  // Blocks. A new transaction, or nullptr if there is nobody to ask until the deadline. What there
  // is then owes its answers by the deadline, too.
  virtual std::unique_ptr<Transaction> begin(NodeTime deadline) = 0;

  Env& env_;
  TransactionalClientOptions options_;
  std::string name_;  // of its mark
};

}  // namespace seedbed
