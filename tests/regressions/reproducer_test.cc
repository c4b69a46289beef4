#include "sim/explore/reproducer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/core/check.h"
#include "tests/regressions/repository.h"

namespace seedbed {
namespace {

TEST(Reproducers, AreTheSameRunEventByEvent) {
  Runner runner;
  for (const char* name : {"raft/everything", "raft/crashes", "raft/flapping", "crdt/counter"}) {
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      RunResult recorded;
      const Reproducer reproducer = record(runner, load(name), seed, "test", &recorded);
      const Reproducer read = parse_reproducer(to_text(reproducer), "test", protocols());
      const RunResult again = replay(runner, read);
      EXPECT_EQ(again.trace_hash, recorded.trace_hash) << name << " " << seed;
      EXPECT_EQ(again.trace_hash, read.trace_hash);
      EXPECT_EQ(again.verdict, recorded.verdict);
      EXPECT_EQ(again.stale, std::vector<std::string>());
    }
  }
}

TEST(Reproducers, AreTheSameTextWhenRecordedAgain) {
  Runner runner;
  const Reproducer first = record(runner, load("raft/crashes"), 7, "test");
  replay(runner, first, {.log_choices = true});
  EXPECT_EQ(runner.script().SerializeAsString(), first.script.SerializeAsString());
}

TEST(Reproducers, HaveTheFaultsOfTheirScriptAndNoOthers) {
  Runner runner;
  Reproducer reproducer = record(runner, load("raft/everything"), 3, "test");
  ASSERT_GT(reproducer.script.fault_size(), 0);
  ASSERT_GT(reproducer.script.choice_size(), 0);
  reproducer.script.clear_fault();
  reproducer.script.clear_choice();
  for (const auto& [fault, count] : replay(runner, reproducer).faults)
    EXPECT_EQ(count, 0u) << fault;
}

TEST(Reproducers, CanBeEditedByHand) {
  Runner runner;
  const Reproducer reproducer = record(runner, load("raft/calm"), 3, "test");
  std::string text = to_text(reproducer);
  const size_t script = text.find("script {\n") + 9;
  text.insert(
      script,
      "fault { id: 1 fault: 'crash' target: 'n2' from: '1.5s' lasts: '250ms' }\n"
      "fault { id: 2 fault: 'partition' target: 'n1' other: 'n3' from: '3s' lasts: '1s' }\n");
  const RunResult result = replay(runner, parse_reproducer(text, "test", protocols()));
  EXPECT_EQ(result.faults, (Tally{{"crash", 1}, {"partition", 1}}));
  EXPECT_TRUE(result.stale.empty());
}

TEST(Reproducers, SayWhichLinesMatchNothing) {
  Runner runner;
  Reproducer reproducer = record(runner, load("raft/calm"), 3, "test");
  auto& loss = *reproducer.script.add_choice();
  loss.set_site("network.loss");
  loss.set_scope("n1->n9 raft.Gone");
  loss.set_ordinal(4);
  auto& late = *reproducer.script.add_fault();
  late.set_id(7);
  late.set_fault("crash");
  late.add_target("n1");
  late.set_after_disk_operation(1'000'000);
  late.set_of("n1");
  late.set_lasts("1s");
  const RunResult result = replay(runner, reproducer);
  ASSERT_EQ(result.stale.size(), 2u);
  EXPECT_EQ(result.stale[0], "7  crash  n1  after disk operation 1000000 of n1 for 1s");
  EXPECT_EQ(result.stale[1], "network.loss  n1->n9 raft.Gone  #4 = 1");
}

TEST(Reproducers, LeaveOutMachinesAndOperationsWithoutRenumbering) {
  Runner runner;
  Reproducer reproducer = record(runner, load("raft/calm"), 3, "test");
  const NodeNames names(reproducer.scenario);
  const auto setup_names = [&](uint32_t id) { return names.name(NodeId{id}); };
  reproducer.script.add_absent(setup_names(2));
  auto& kept = *reproducer.script.add_kept();
  kept.set_client(setup_names(6));
  kept.add_number(4);
  kept.add_number(9);
  struct Watch : EventSink {
    void on_event(const TraceEvent& event) override {
      if (event.kind == EventKind::kStart && event.node == NodeId{2}) absent_started = true;
      if (event.kind == EventKind::kInvoke && event.node == NodeId{6}) ++invoked;
    }
    bool absent_started = false;
    int invoked = 0;
  } watch;
  const RunResult result = replay(runner, reproducer, {.watchers = {&watch}});
  EXPECT_FALSE(watch.absent_started);
  EXPECT_EQ(watch.invoked, 2);
  EXPECT_GT(result.operations.ok, 0u);
}

TEST(Reproducers, AreRefusedInOneLineIfTheyMakeNoSense) {
  Runner runner;
  const std::string good = to_text(record(runner, load("raft/calm"), 3, "test"));
  const auto complaint = [&](const std::string& line) {
    std::string text = good;
    text.insert(text.find("script {\n") + 9, line);
    try {
      parse_reproducer(text, "a.repro", protocols());
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_EQ(
      complaint("fault { id: 1 fault: 'crsh' target: 'n1' from: '1s' lasts: '1s' }\n"),
      "a.repro: fault 1: unknown fault that lasts 'crsh'; did you mean 'crash'? (seedbed list "
      "faults)");
  EXPECT_NE(complaint("fault { id: 1 fault: 'crash' target: 'n77' from: '1s' lasts: '1s' }\n")
                .find("unknown machine 'n77'"),
            std::string::npos);
  EXPECT_NE(complaint("fault { id: 1 fault: 'crash' target: 'n1' from: 'soon' lasts: '1s' }\n")
                .find("'soon' is not a time"),
            std::string::npos);
  EXPECT_EQ(
      complaint(
          "absent: 'n1' fault { id: 1 fault: 'crash' target: 'n1' from: '1s' lasts: '1s' }\n"),
      "a.repro: fault 1: n1 is absent");
  EXPECT_EQ(complaint("fault { id: 1 fault: 'crash' target: 'n1' from: '1s' lasts: '1s' }\n"
                      "fault { id: 1 fault: 'crash' target: 'n2' from: '1s' lasts: '1s' }\n"),
            "a.repro: fault 1: another fault has that id");
  EXPECT_NE(complaint("falt { }\n").find("a.repro:"), std::string::npos);
  EXPECT_THROW(parse_reproducer("", "empty", protocols()), ConfigError);
}

TEST(Reproducers, SayWhichQuietSitesThereAreNot) {
  Runner runner;
  Reproducer reproducer = record(runner, load("raft/calm"), 3, "test");
  // Of the world, and with nothing to decide here; of the protocol; misspelt; and not to be quiet.
  for (const char* site : {"disk.torn_sectors", "raft.entropy"}) {
    reproducer.script.add_quiet(site);
  }
  EXPECT_TRUE(replay(runner, reproducer).stale.empty());
  for (const char* site : {"network.latncy", "network.loss"}) reproducer.script.add_quiet(site);
  std::vector<std::string> stale = replay(runner, reproducer).stale;
  std::sort(stale.begin(), stale.end());
  EXPECT_EQ(stale, (std::vector<std::string>{"quiet: network.latncy", "quiet: network.loss"}));
}

TEST(Durations, AreExactInWords) {
  for (const int64_t count :
       {0L, 1L, 17L, 1'000L, 800'000'000L, 2'038'317'512L, 86'400'000'000'000L}) {
    EXPECT_EQ(duration_from_words(duration_in_words(Duration(count))), Duration(count));
  }
  EXPECT_EQ(duration_in_words(4'200ms), "4.2s");
  EXPECT_EQ(duration_from_words("800ms"), Duration(800ms));
  EXPECT_EQ(duration_from_words("1500us"), Duration(1500us));
  for (const char* wrong : {"", "s", "4", "4.2", "-1s", "4.2.1s", "4 s", "1h", "99999999999s"}) {
    EXPECT_FALSE(duration_from_words(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace seedbed
