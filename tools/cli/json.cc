#include "tools/cli/json.h"

#include <fmt/format.h>

namespace seedbed {

Json to_json(const Tally& tally) {
  Json json = Json::object();
  for (const auto& [name, count] : tally) json[name] = count;
  return json;
}

Json to_json(const OperationCounts& operations) {
  return {{"ok", operations.ok}, {"fail", operations.fail}, {"info", operations.info}};
}

Json to_json(const std::vector<CheckResult>& checks) {
  Json json = Json::array();
  for (const CheckResult& check : checks) {
    Json facts = Json::array();
    for (const Fact& fact : check.facts) {
      facts.push_back({{"event", number(fact.event)},
                       {"time_ns", nanoseconds(fact.time)},
                       {"node", number(fact.node)},
                       {"text", fact.text}});
    }
    json.push_back({{"name", check.name},
                    {"status", to_string(check.status)},
                    {"evaluated", check.evaluated},
                    {"message", check.message},
                    {"facts", std::move(facts)}});
  }
  return json;
}

Json result_json(const RunResult& result, std::string_view revision) {
  return {{"scenario", result.scenario},
          {"seed", result.seed},
          {"mutant", result.mutant},
          {"revision", revision},
          {"verdict", to_string(result.verdict)},
          {"reason", result.reason},
          {"check", result.reason_check},
          {"trace_hash", hash_text(result.trace_hash)},
          {"events", result.events},
          {"simulated_ns", nanoseconds(result.end)},
          {"operations", to_json(result.operations)},
          {"checks", to_json(result.checks)},
          {"probes", to_json(result.probes)}};
}

std::string hash_text(uint64_t hash) { return fmt::format("{:016x}", hash); }

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace seedbed
