// Traces that somebody else recorded: what they hold need not fit together.
#include "sim/run/recheck.h"

#include <gtest/gtest.h>

#include "sim/check/lists.h"
#include "sim/core/check.h"
#include "sim/core/event_stream.h"
#include "sim/history/history.h"
#include "sim/history/history.pb.h"
#include "sim/trace/reader.h"
#include "sim/trace/recorder.h"
#include "tests/run/memory_store.h"

namespace seedbed {
namespace {

constexpr std::string_view kScenario = R"(
  protocol: "memory_store"
  workload { kind: "register" operations: 1 }
)";

// A trace of a transaction of two steps that is answered with so many.
std::string trace_of_answer(size_t steps) {
  trace::Header header;
  header.set_protocol("memory_store");
  header.set_scenario(std::string(kScenario));
  header.set_scenario_name("foreign");
  header.set_payloads(true);
  for (const char* node : {"n1", "c2"}) header.add_nodes(node);
  std::string file;
  Recorder recorder(header, [&](std::string_view bytes) { file.append(bytes); });
  EventStream stream;
  stream.watch(recorder);
  const TransactionStep read = TransactionStep::read_list("k");
  history::Operation question;
  store(Operation::transaction({read, read}), &question);
  const auto emit = [&](EventKind kind, uint64_t value, const history::Operation& payload) {
    stream.emit({.kind = kind,
                 .node = NodeId{2},
                 .id = 1,
                 .value = value,
                 .name = kTransaction,
                 .payload = &payload});
  };
  emit(EventKind::kInvoke, 0, question);
  history::Operation answer;
  store(Response::transaction(std::vector<TransactionStep>(steps, read)), &answer);
  emit(EventKind::kReturn, static_cast<uint64_t>(Outcome::kOk), answer);
  recorder.finish("pass", {.light = stream.hash()});
  return file;
}

std::string refusal(size_t steps) {
  const std::string file = trace_of_answer(steps);
  std::vector<ProtocolSpec> protocols{memory_store()};
  protocols[0].checks = {{"Lists", "lists have one order", Evidence::kClients,
                          [](const Setup&) { return std::make_unique<ListsChecker>("Lists"); }}};
  try {
    TraceReader reader(file, "foreign.trace");
    recheck(reader, recorded_run(reader, protocols));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(Recheck, RefusesAnAnswerWithOtherStepsThanItsQuestion) {
  EXPECT_EQ(refusal(2), "");
  EXPECT_EQ(refusal(3),
            "foreign.trace: event 2: the return of operation 1 by node 2 has 3 steps, but 2 were "
            "asked for");
}

}  // namespace
}  // namespace seedbed
