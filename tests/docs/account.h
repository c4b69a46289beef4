// The model of docs/guide/your_own_model.md. What stands between the lines of dashes is on that
// page, word by word; docs_test compares them.
#pragma once

// ---
#include "sim/check/linearizability.h"

// An account that never goes below zero: deposit, withdraw, balance. A withdrawal of more than
// there is ends ok and is "refused". A state is the balance as a decimal number.
struct Account {
  static bool knows(const seedbed::Exchange& exchange) {
    return exchange.is("deposit") || exchange.is("withdraw") || exchange.is("balance");
  }

  static bool step(std::string_view state, const seedbed::Exchange& exchange, std::string* next) {
    const int64_t balance = std::stoll(std::string(state));
    const int64_t amount = exchange.operation().amount;
    const bool refused = exchange.is("withdraw") && amount > balance;
    int64_t after = balance;
    if (exchange.is("deposit")) after += amount;
    if (exchange.is("withdraw") && !refused) after -= amount;
    *next = std::to_string(after);
    if (!exchange.known()) return true;  // nobody was told: it does what it does
    const seedbed::Response& answer = *exchange.response();
    if (exchange.is("balance")) return answer.number == balance;
    return !exchange.is("withdraw") || (answer.output == "refused") == refused;
  }

  static seedbed::OperationKind kind(const seedbed::Exchange& exchange) {
    return exchange.is("balance") ? seedbed::OperationKind::kPure : seedbed::OperationKind::kOther;
  }

  static std::optional<std::string> observed(const seedbed::Exchange& exchange) {
    if (!exchange.is("balance") || !exchange.known()) return std::nullopt;
    return std::to_string(exchange.response()->number);
  }
};

inline const seedbed::Model& account_model() {
  static const seedbed::Model model{.name = "account",
                                    .meaning = "an amount: deposit, withdraw, balance",
                                    .initial = "0",
                                    .knows = Account::knows,
                                    .step = Account::step,
                                    .kind = Account::kind,
                                    .observed = Account::observed};
  return model;
}
// ---
