// The linearizability checker. Histories are made here, by a seed; items are operations.
//
//   seedbed_bench --benchmark_filter=Linear
//   SEEDBED_BENCH_HISTORIES=porcupine/test_data seedbed_bench --benchmark_filter=LinearPublic
//
// The second judges the histories that Porcupine (github.com/anishathalye/porcupine) is tested
// with: jepsen/etcd_NNN.log and kv/cNN-ok.txt, which are not part of this repository.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "sim/check/linearizability.h"
#include "sim/core/hash.h"
#include "sim/history/formats/format.h"

namespace seedbed {
namespace {

struct Shape {
  uint64_t operations;
  uint64_t keys = 1;
  uint64_t clients = 10;
  bool unique = true;
  std::string_view read = kRead, write = kWrite;
};

// Clients ask whenever they are free; an operation happens at the moment of its return.
class Maker {
 public:
  explicit Maker(const Shape& shape) : shape_(shape), values_(shape.keys) {}

  History make() {
    std::vector<size_t> running;
    while (parts_.entries.size() < shape_.operations || !running.empty()) {
      const bool begins = parts_.entries.size() < shape_.operations &&
                          running.size() < shape_.clients && (running.empty() || draw(2) == 0);
      if (begins) {
        running.push_back(parts_.entries.size());
        begin(static_cast<uint32_t>(draw(1u << 30)));
        continue;
      }
      const size_t i = draw(running.size());
      finish(&parts_.entries[running[i]]);
      running[i] = running.back();
      running.pop_back();
    }
    return History(std::move(parts_));
  }

 private:
  uint64_t draw(uint64_t bound) { return mix(1, ++drawn_) % bound; }

  void begin(uint32_t key) {
    Entry& entry = parts_.entries.emplace_back();
    entry.id = parts_.entries.size();
    entry.client = NodeId{static_cast<uint32_t>(entry.id)};
    const bool reads = draw(2) == 0;
    entry.operation.function = reads ? shape_.read : shape_.write;
    entry.operation.key = fmt::format("k{}", key % shape_.keys);
    if (!reads) entry.operation.argument = fmt::format("{}", shape_.unique ? entry.id : draw(5));
    entry.place = key % shape_.keys;
    entry.invoked = EventIndex{++event_};
  }
  void finish(Entry* entry) {
    std::optional<std::string>& value = values_[entry->place];
    entry->response = Response::done();
    if (entry->operation.function == shape_.read) {
      entry->response.output = value;
    } else {
      value = entry->operation.argument;
    }
    entry->returned = EventIndex{++event_};
  }

  Shape shape_;
  HistoryParts parts_;
  std::vector<std::optional<std::string>> values_;
  uint64_t drawn_ = 0;
  uint64_t event_ = 0;
};

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
  judge(state, Maker({.operations = operations}).make(), register_model());
}
void BM_LinearRegisterSearched(benchmark::State& state) {
  const auto operations = static_cast<uint64_t>(state.range(0));
  judge(state, Maker({.operations = operations, .unique = false}).make(), register_model());
}
void BM_LinearKeyValue(benchmark::State& state) {
  const auto operations = static_cast<uint64_t>(state.range(0));
  const Maker maker({.operations = operations, .keys = 1000, .read = kGet, .write = kPut});
  judge(state, Maker(maker).make(), key_value_model());
}
// The same, with reading its file.
void BM_LinearKeyValueWithReading(benchmark::State& state) {
  const auto operations = static_cast<uint64_t>(state.range(0));
  const Format& format = *find_format("seedbed");
  const std::string bytes = format.write(
      Maker({.operations = operations, .keys = 1000, .read = kGet, .write = kPut}).make());
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

// --- Queues, stacks and priority queues ---

struct PoolShape {
  std::string_view put, take;
  uint64_t operations, clients;
};

// Each value is put once; as many operations take as put, and happen at the moment of their return.
class PoolMaker {
 public:
  explicit PoolMaker(const PoolShape& shape) : shape_(shape) {}

  History make() {
    std::vector<size_t> running;
    while (parts_.entries.size() < shape_.operations || !running.empty()) {
      const bool begins = parts_.entries.size() < shape_.operations &&
                          running.size() < shape_.clients && (running.empty() || draw(2) == 0);
      if (begins) {
        running.push_back(parts_.entries.size());
        begin();
        continue;
      }
      const size_t i = draw(running.size());
      finish(&parts_.entries[running[i]]);
      running[i] = running.back();
      running.pop_back();
    }
    return History(std::move(parts_));
  }

 private:
  uint64_t draw(uint64_t bound) { return mix(2, ++drawn_) % bound; }

  void begin() {
    Entry& entry = parts_.entries.emplace_back();
    entry.id = parts_.entries.size();
    entry.client = NodeId{static_cast<uint32_t>(entry.id)};
    const bool takes = draw(2) == 0;
    entry.operation.function = takes ? shape_.take : shape_.put;
    entry.operation.key = "x";
    if (!takes) entry.operation.argument = fmt::format("{}", mix(3, entry.id) >> 1);
    entry.invoked = EventIndex{++event_};
  }
  void finish(Entry* entry) {
    entry->response = Response::done();
    if (entry->operation.function == shape_.take) {
      entry->response.output = take();
    } else {
      const std::string& value = entry->operation.argument;
      // A map from places to values: of a priority queue, the value itself is the place.
      const int64_t place = shape_.take == kDeleteMin ? std::stoll(value) : ++puts_;
      values_.emplace(place, value);
    }
    entry->returned = EventIndex{++event_};
  }
  std::optional<std::string> take() {
    if (values_.empty()) return std::nullopt;
    const auto one = shape_.take == kPop ? std::prev(values_.end()) : values_.begin();
    std::string value = std::move(one->second);
    values_.erase(one);
    return value;
  }

  PoolShape shape_;
  HistoryParts parts_;
  std::map<int64_t, std::string> values_;
  int64_t puts_ = 0;
  uint64_t drawn_ = 0, event_ = 0;
};

void judge_pool(benchmark::State& state, std::string_view put, std::string_view take,
                const Model& model) {
  const auto operations = static_cast<uint64_t>(state.range(0));
  const auto clients = static_cast<uint64_t>(state.range(1));
  judge(state, PoolMaker({put, take, operations, clients}).make(), model);
  const auto judged = static_cast<double>(state.iterations() * state.range(0));
  state.counters["operation"] =
      benchmark::Counter(judged, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
void BM_LinearQueue(benchmark::State& state) {
  judge_pool(state, kEnqueue, kDequeue, queue_model());
}
void BM_LinearStack(benchmark::State& state) { judge_pool(state, kPush, kPop, stack_model()); }
void BM_LinearPriorityQueue(benchmark::State& state) {
  judge_pool(state, kInsert, kDeleteMin, priority_queue_model());
}

const std::vector<std::vector<int64_t>> kPoolShapes = {{1000, 10'000, 100'000}, {4, 16}};
BENCHMARK(BM_LinearQueue)->ArgsProduct(kPoolShapes)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_LinearStack)->ArgsProduct(kPoolShapes)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_LinearPriorityQueue)->ArgsProduct(kPoolShapes)->Unit(benchmark::kMillisecond);

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
