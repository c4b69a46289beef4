#include "sim/check/bank.h"

#include <fmt/format.h>

#include <algorithm>

namespace seedbed {
namespace {

bool shows_balances(const Entry& entry) {
  return entry.operation.function == kReadAll && entry.ok();
}

int64_t sum_of(const Entry& entry) {
  int64_t sum = 0;
  for (const Balance& balance : entry.response.balances) sum += balance.amount;
  return sum;
}

int64_t opening_sum(const Entry& entry) {
  return static_cast<int64_t>(entry.operation.accounts.size()) * kOpeningBalance;
}

Fact fact_of(const Entry& entry) {
  return {.event = entry.returned,
          .time = entry.returned_at,
          .node = entry.client,
          .text = to_string(entry.operation) + ' ' + describe(entry.operation, entry.response)};
}

}  // namespace

const Entry* unconserved(const History& history) {
  for (const Entry& entry : history.entries()) {
    if (shows_balances(entry) && sum_of(entry) != opening_sum(entry)) return &entry;
  }
  return nullptr;
}

const Entry* overdrawn(const History& history) {
  for (const Entry& entry : history.entries()) {
    if (!shows_balances(entry)) continue;
    for (const Balance& balance : entry.response.balances) {
      if (balance.amount < 0) return &entry;
    }
  }
  return nullptr;
}

void ConservationChecker::judge(const History& history) {
  const std::vector<Entry>& entries = history.entries();
  evaluated(static_cast<uint64_t>(std::count_if(entries.begin(), entries.end(), shows_balances)));
  const Entry* wrong = unconserved(history);
  if (wrong == nullptr) return;
  conclude(CheckStatus::kViolation,
           fmt::format("all accounts together hold {}, and once held {}", sum_of(*wrong),
                       opening_sum(*wrong)),
           {fact_of(*wrong)}, wrong->returned);
}

void NoNegativeChecker::judge(const History& history) {
  for (const Entry& entry : history.entries()) {
    if (shows_balances(entry)) evaluated(entry.response.balances.size());
  }
  const Entry* wrong = overdrawn(history);
  if (wrong == nullptr) return;
  const auto& balances = wrong->response.balances;
  const auto account = std::find_if(balances.begin(), balances.end(),
                                    [](const Balance& balance) { return balance.amount < 0; });
  conclude(CheckStatus::kViolation,
           fmt::format("the account {} holds {}", account->account, account->amount),
           {fact_of(*wrong)}, wrong->returned);
}

}  // namespace seedbed
