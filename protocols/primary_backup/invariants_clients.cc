// ReadsYourWrites and BoundedStaleness: what clients may rely on that do not ask the primary.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "protocols/primary_backup/invariants.h"
#include "sim/check/history_checker.h"
#include "sim/check/model.h"
#include "sim/check/staleness.h"

namespace seedbed::primary_backup {
namespace {

class ReadsYourWrites final : public HistoryChecker {
 public:
  ReadsYourWrites() : HistoryChecker("ReadsYourWrites") {}

 private:
  void judge(const History& history) override {
    for (const Entry& entry : history.entries()) {
      if (entry.ok()) look_at(entry);
    }
  }

  struct Known {
    std::string read;  // the longest value that it has read
    std::vector<std::string> appended;
  };

  // A client does one thing after the other, and the history has them in that order.
  void look_at(const Entry& entry) {
    Known& known = known_[{entry.client, entry.operation.key}];
    if (entry.operation.function == kAppend) {
      known.appended.push_back(entry.operation.argument);
      return;
    }
    if (entry.operation.function != kGet) return;
    evaluated();
    std::string value = entry.response.output.value_or("");
    std::string lacking;
    for (const std::string& own : known.appended) {
      if (value.find(own) == std::string::npos) lacking = own;
    }
    if (!value.starts_with(known.read)) lacking = known.read;
    if (!lacking.empty()) {
      conclude(CheckStatus::kViolation,
               fmt::format("client {} read {} without {}, of which it had been told",
                           number(entry.client), entry.operation.key, in_quotes(lacking)),
               {{.event = entry.returned,
                 .time = entry.returned_at,
                 .node = entry.client,
                 .text = "reads " + in_quotes(value)}},
               entry.returned);
    }
    known.read = std::move(value);
  }

  std::map<std::pair<NodeId, std::string>, Known> known_;
};

class BoundedStaleness final : public HistoryChecker {
 public:
  explicit BoundedStaleness(Duration bound) : HistoryChecker("BoundedStaleness"), bound_(bound) {}

 private:
  void judge(const History& history) override {
    for (const KeyStaleness& key : staleness_of(history, key_value_model())) {
      evaluated(key.operations);
      if (key.time && *key.time <= bound_) continue;
      if (!key.time && !key.unbounded) continue;  // nobody can tell
      const std::string found = key.time
                                    ? fmt::format("a value that was {} ms old", *key.time / 1ms)
                                    : std::string("what nobody had written");
      conclude(CheckStatus::kViolation,
               fmt::format("a get of {} found {}; {} ms are allowed", key.key, found, bound_ / 1ms),
               {}, key.at);
    }
  }

  Duration bound_;
};

}  // namespace

std::unique_ptr<Checker> make_reads_your_writes() { return std::make_unique<ReadsYourWrites>(); }
std::unique_ptr<Checker> make_bounded_staleness(Duration bound) {
  return std::make_unique<BoundedStaleness>(bound);
}

}  // namespace seedbed::primary_backup
