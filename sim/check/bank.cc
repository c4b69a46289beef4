#include "sim/check/bank.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace seedbed {
namespace {

bool shows_balances(const Entry& entry) {
  return entry.operation.function == kReadAll && entry.ok();
}

bool withdraws(const Entry& entry) { return entry.operation.function == kWithdraw; }

Fact fact_of(const Entry& entry) {
  return {.event = entry.returned,
          .time = entry.returned_at,
          .node = entry.client,
          .text = to_string(entry.operation) + ' ' + describe(entry.operation, entry.response)};
}

// From and to which accounts anything may have been transferred.
using Transfers = std::set<std::pair<std::string, std::string>>;

Transfers transfers(const History& history) {
  Transfers pairs;
  for (const Entry& entry : history.entries()) {
    const bool moves = entry.operation.function == kTransfer && entry.outcome() != Outcome::kFail;
    if (moves) pairs.emplace(entry.operation.key, entry.operation.argument);
  }
  return pairs;
}

// Whether all that is transferred from or to these accounts stays among them.
bool closed(const std::vector<std::string>& accounts, const Transfers& pairs) {
  const std::set<std::string_view> all(accounts.begin(), accounts.end());
  return std::none_of(pairs.begin(), pairs.end(), [&](const auto& pair) {
    return all.contains(pair.first) != all.contains(pair.second);
  });
}

// Accounts by what backs a withdrawal from them; those from which nobody withdraws are in none.
std::set<std::vector<std::string>> backings(const History& history) {
  std::set<std::vector<std::string>> sets;
  for (const Entry& entry : history.entries()) {
    if (withdraws(entry)) sets.insert(entry.operation.accounts);
  }
  return sets;
}

std::set<std::string> accounts_of(const std::set<std::vector<std::string>>& sets, size_t least) {
  std::set<std::string> accounts;
  for (const std::vector<std::string>& one : sets) {
    if (one.size() >= least) accounts.insert(one.begin(), one.end());
  }
  return accounts;
}

const Balance* find(const std::vector<Balance>& balances, const std::string& account) {
  const auto place = std::find_if(balances.begin(), balances.end(), [&](const Balance& balance) {
    return balance.account == account;
  });
  return place == balances.end() ? nullptr : &*place;
}

// What all of them hold together; nothing if one of them was not read.
std::optional<int64_t> sum_of(const std::vector<Balance>& balances,
                              const std::vector<std::string>& accounts) {
  int64_t sum = 0;
  for (const std::string& account : accounts) {
    const Balance* balance = find(balances, account);
    if (balance == nullptr) return std::nullopt;
    sum += balance->amount;
  }
  return sum;
}

// Those that never ended come last.
std::vector<Fact> in_order(std::vector<Fact> facts) {
  const auto place = [](const Fact& fact) {
    return fact.event == kNoEvent ? EventIndex{UINT64_MAX} : fact.event;
  };
  std::stable_sort(facts.begin(), facts.end(),
                   [&](const Fact& a, const Fact& b) { return place(a) < place(b); });
  return facts;
}

std::string list(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, " and "));
}

// Whether a machine may have paid by the time that a read ended.
bool may_have_paid(const Entry& entry, const Entry& read) {
  return withdraws(entry) && !entry.response.is_insufficient() &&
         entry.outcome() != Outcome::kFail && entry.invoked < read.returned;
}

// Withdrawals from an account, as a read sees them.
struct Withdrawn {
  int64_t surely = 0;            // before it began
  std::set<int64_t> perhaps{0};  // more than that: each sum that is possible
  std::vector<Fact> facts;
};

// From one account, withdrawals are few: new accounts come all the time.
Withdrawn withdrawn(const std::vector<const Entry*>& from_it, const Entry& read) {
  Withdrawn seen;
  for (const Entry* entry : from_it) {
    if (!may_have_paid(*entry, read)) continue;
    seen.facts.push_back(fact_of(*entry));
    if (precedes(*entry, read)) {
      seen.surely += entry->operation.amount;
      continue;
    }
    std::set<int64_t> with_it;
    for (const int64_t sum : seen.perhaps) with_it.insert(sum + entry->operation.amount);
    seen.perhaps.merge(with_it);
  }
  return seen;
}

}  // namespace

void ConservationChecker::judge(const History& history) {
  const std::set<std::string> paying = accounts_of(backings(history), 1);
  const Transfers pairs = transfers(history);
  for (const Entry& entry : history.entries()) {
    if (!shows_balances(entry)) continue;
    const std::vector<std::string>& asked = entry.operation.accounts;
    const bool pays = std::any_of(asked.begin(), asked.end(), [&](const std::string& account) {
      return paying.contains(account);
    });
    if (pays || !closed(asked, pairs)) continue;
    evaluated();
    int64_t opening = 0;
    for (const std::string& account : asked) opening += opening_balance(account);
    int64_t sum = 0;
    for (const Balance& balance : entry.response.balances) sum += balance.amount;
    if (sum == opening) continue;
    conclude(CheckStatus::kViolation,
             fmt::format("all accounts together hold {}, and once held {}", sum, opening),
             {fact_of(entry)}, entry.returned);
    return;
  }
}

void NoNegativeChecker::judge(const History& history) {
  const std::set<std::string> backed = accounts_of(backings(history), 2);
  for (const Entry& entry : history.entries()) {
    if (!shows_balances(entry)) continue;
    for (const Balance& balance : entry.response.balances) {
      if (backed.contains(balance.account)) continue;
      evaluated();
      if (balance.amount >= 0) continue;
      conclude(CheckStatus::kViolation,
               fmt::format("the account {} holds {}", balance.account, balance.amount),
               {fact_of(entry)}, entry.returned);
      return;
    }
  }
}

void BackingChecker::judge(const History& history) {
  const std::set<std::vector<std::string>> sets = backings(history);
  for (const Entry& entry : history.entries()) {
    if (!shows_balances(entry)) continue;
    for (const std::vector<std::string>& accounts : sets) {
      const auto sum = sum_of(entry.response.balances, accounts);
      if (accounts.size() < 2 || !sum) continue;
      evaluated();
      if (*sum >= 0) continue;
      std::vector<Fact> facts;
      for (const Entry& other : history.entries()) {
        if (may_have_paid(other, entry) && other.operation.accounts == accounts) {
          facts.push_back(fact_of(other));
        }
      }
      facts.push_back(fact_of(entry));
      conclude(CheckStatus::kViolation, fmt::format("{} hold {} together", list(accounts), *sum),
               in_order(std::move(facts)), entry.returned);
      return;
    }
  }
}

void PaidOnceChecker::judge(const History& history) {
  std::map<std::string, std::vector<const Entry*>> withdrawals;
  for (const Entry& entry : history.entries()) {
    if (withdraws(entry)) withdrawals[entry.operation.key].push_back(&entry);
  }
  for (const auto& [from, to] : transfers(history)) {
    withdrawals.erase(from);
    withdrawals.erase(to);
  }
  for (const Entry& entry : history.entries()) {
    if (!shows_balances(entry)) continue;
    for (const Balance& balance : entry.response.balances) {
      const auto from_it = withdrawals.find(balance.account);
      if (from_it == withdrawals.end()) continue;
      evaluated();
      Withdrawn seen = withdrawn(from_it->second, entry);
      const int64_t missing = opening_balance(balance.account) - balance.amount - seen.surely;
      if (seen.perhaps.contains(missing)) continue;
      const int64_t paid = opening_balance(balance.account) - seen.surely;
      seen.facts.push_back(fact_of(entry));
      conclude(
          CheckStatus::kViolation,
          fmt::format("the account {} holds {}; after what machines have paid it ought to hold "
                      "{}{}",
                      balance.account, balance.amount, paid,
                      seen.perhaps.size() > 1 ? ", or less if more was paid meanwhile" : ""),
          in_order(std::move(seen.facts)), entry.returned);
      return;
    }
  }
}

}  // namespace seedbed
