// The linearizability checker. Histories are made here, by a seed; items are operations.
//
//   seedbed_bench --benchmark_filter=Linear
//   SEEDBED_BENCH_HISTORIES=porcupine/test_data seedbed_bench --benchmark_filter=LinearPublic
//
// The second judges the histories that Porcupine (github.com/anishathalye/porcupine) is tested
// with: jepsen/etcd_NNN.log and kv/cNN-ok.txt, which are not part of this repository.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/check/linearizability.h"
#include "sim/history/formats/format.h"
#include "tests/bench/made_history.h"

namespace seedbed {
namespace {

void judge(benchmark::State& state, const History& history, const Model& model,
           const LinearizabilityOptions& options = {}) {
  CheckOutcome outcome;
  for (auto _ : state) {
    outcome = check_linearizable(history, model, options);
    if (outcome.status != CheckStatus::kPass) state.SkipWithError("wrong verdict");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(history.size()));
  state.counters["steps"] = static_cast<double>(outcome.steps);
  state.counters["bytes"] = static_cast<double>(outcome.bytes);
}

void BM_LinearRegisterUnique(benchmark::State& state) {
  const auto operations = static_cast<uint64_t>(state.range(0));
  judge(state, make_history({.operations = operations}), register_model());
}
void BM_LinearRegisterSearched(benchmark::State& state) {
  const auto operations = static_cast<uint64_t>(state.range(0));
  judge(state, make_history({.operations = operations, .values = 5}), register_model());
}
void BM_LinearKeyValue(benchmark::State& state) {
  const auto operations = static_cast<uint64_t>(state.range(0));
  const History history =
      make_history({.object = Made::kKv, .operations = operations, .keys = 1000});
  judge(state, history, key_value_model());
}
// The same, with reading its file.
void BM_LinearKeyValueWithReading(benchmark::State& state) {
  const auto operations = static_cast<uint64_t>(state.range(0));
  const Format& format = *find_format("seedbed");
  const std::string bytes =
      format.write(make_history({.object = Made::kKv, .operations = operations, .keys = 1000}));
  for (auto _ : state) {
    const Input input{.name = "bench", .files = {{.name = "bench", .bytes = bytes}}};
    const HistoryReading reading = read_history(input, format);
    const CheckOutcome outcome = check_linearizable(*reading.history, key_value_model());
    if (outcome.status != CheckStatus::kPass) state.SkipWithError("wrong verdict");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(BM_LinearRegisterUnique)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_LinearRegisterSearched)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_LinearKeyValue)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_LinearKeyValueWithReading)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// --- Growth ---
//
//   LinearGrowth/queue/valid/10000/8                10,000 operations of 8 clients
//   LinearStrategy/register-of-5/sweep/invalid/10000/16
//
// The histories that are invalid have one wrong answer near their ends.

struct Kind {
  std::string_view name;
  Made object;
  const Model& (*model)();
  uint64_t keys = 1;
  uint64_t values = 0;
};

constexpr Kind kKinds[] = {
    {"register", Made::kRegister, register_model},
    {"register-of-5", Made::kRegister, register_model, 1, 5},
    {"kv-with-cas", Made::kKvWithCas, key_value_model, 1000},
    {"queue", Made::kQueue, queue_model},
    {"stack", Made::kStack, stack_model},
    {"priority-queue", Made::kPriorityQueue, priority_queue_model},
    {"counter", Made::kCounter, counter_model},
};
// No method decides these, but for counters that are wrong.
constexpr Kind kSearched[] = {
    {"register-of-5", Made::kRegister, register_model, 1, 5},
    {"cas-register-of-5", Made::kCasRegister, cas_register_model, 1, 5},
    {"counter", Made::kCounter, counter_model},
};

struct Strategy {
  std::string_view name;
  LinearStrategy strategy;
};
constexpr Strategy kStrategies[] = {{"sweep", LinearStrategy::kSweep},
                                    {"depth-first", LinearStrategy::kDepthFirst}};

void judge_growth(benchmark::State& state, const Kind& kind, bool valid,
                  const LinearizabilityOptions& options) {
  const History history = make_history({.object = kind.object,
                                        .operations = static_cast<uint64_t>(state.range(0)),
                                        .keys = kind.keys,
                                        .clients = static_cast<uint64_t>(state.range(1)),
                                        .values = kind.values,
                                        .lies = !valid});
  CheckOutcome outcome;
  for (auto _ : state) outcome = check_linearizable(history, kind.model(), options);
  const bool decided = outcome.status != CheckStatus::kInconclusive;
  if (decided && valid != (outcome.status == CheckStatus::kPass)) {
    state.SkipWithError("wrong verdict");
  }
  state.counters["decided"] = decided ? 1 : 0;
  state.counters["steps"] = static_cast<double>(outcome.steps);
  state.counters["bytes"] = static_cast<double>(outcome.bytes);
  state.SetLabel(std::string(outcome.algorithm));
}

void add(const std::string& name, const Kind& kind, bool valid, int64_t operations, int64_t clients,
         const LinearizabilityOptions& options) {
  const int64_t iterations = std::clamp<int64_t>(100'000 / operations, 1, 20);
  benchmark::RegisterBenchmark((name + (valid ? "/valid" : "/invalid")).c_str(),
                               [&kind, valid, options](benchmark::State& state) {
                                 judge_growth(state, kind, valid, options);
                               })
      ->Args({operations, clients})
      ->Iterations(iterations)
      ->Unit(benchmark::kMillisecond);
}

bool add_growth() {
  constexpr int64_t kUsual = 10'000, kFew = 8;
  const std::vector<int64_t> widths = {2, 4, 8, 16, 32};
  for (const bool valid : {true, false}) {
    for (const Kind& kind : kKinds) {
      const std::string name = fmt::format("LinearGrowth/{}", kind.name);
      for (const int64_t size : {1000, 100'000, 1'000'000}) add(name, kind, valid, size, kFew, {});
      for (const int64_t width : widths) add(name, kind, valid, kUsual, width, {});
    }
    for (const Kind& kind : kSearched) {
      for (const Strategy& one : kStrategies) {
        const std::string name = fmt::format("LinearStrategy/{}/{}", kind.name, one.name);
        for (const int64_t width : widths) {
          add(name, kind, valid, kUsual, width, {.strategy = one.strategy});
        }
        for (const int64_t size : {100'000, 1'000'000}) {
          if (valid) add(name, kind, valid, size, 4, {.strategy = one.strategy});
        }
      }
    }
  }
  return true;
}
const bool kGrowthAdded = add_growth();

// --- Public histories ---

struct PublicHistory {
  std::string name;
  History history;
};

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

// The histories in a folder, by name; none if the variable is not set.
std::vector<PublicHistory> read_public(const char* folder) {
  std::vector<PublicHistory> histories;
  const char* root = std::getenv("SEEDBED_BENCH_HISTORIES");
  if (root == nullptr) return histories;
  std::vector<std::filesystem::path> paths;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(root) / folder)) {
    paths.push_back(file.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::filesystem::path& path : paths) {
    const std::string bytes = content_of(path);
    const Input input{.name = path.filename(),
                      .files = {{.name = path.filename(), .bytes = bytes}}};
    const Format* format = detect_format(input);
    if (format == nullptr) continue;
    HistoryReading reading = read_history(input, *format);
    if (reading.history) histories.push_back({path.stem(), std::move(*reading.history)});
  }
  return histories;
}

// All of Porcupine's etcd logs.
void BM_LinearPublicEtcd(benchmark::State& state) {
  const std::vector<PublicHistory> histories = read_public("jepsen");
  if (histories.empty()) state.SkipWithError("SEEDBED_BENCH_HISTORIES names no histories");
  uint64_t steps = 0, passed = 0;
  for (auto _ : state) {
    steps = passed = 0;
    for (const PublicHistory& one : histories) {
      const CheckOutcome outcome = check_linearizable(one.history, cas_register_model());
      steps += outcome.steps;
      passed += outcome.status == CheckStatus::kPass ? 1 : 0;
    }
  }
  state.counters["histories"] = static_cast<double>(histories.size());
  state.counters["passed"] = static_cast<double>(passed);
  state.counters["steps"] = static_cast<double>(steps);
}

void judge_public(benchmark::State& state, const char* name,
                  const LinearizabilityOptions& options) {
  for (const PublicHistory& one : read_public("kv")) {
    if (one.name == name) return judge(state, one.history, key_value_model(), options);
  }
  state.SkipWithError("SEEDBED_BENCH_HISTORIES has no such history");
}
void BM_LinearPublicC10Together(benchmark::State& state) {
  judge_public(state, "c10-ok", {.keys_apart = false});
}
void BM_LinearPublicC50(benchmark::State& state) { judge_public(state, "c50-ok", {}); }
BENCHMARK(BM_LinearPublicEtcd)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_LinearPublicC10Together)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_LinearPublicC50)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace seedbed
