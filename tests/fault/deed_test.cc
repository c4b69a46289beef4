// Faults that are set off by what a machine does.
#include "sim/fault/injector.h"
#include "tests/world/fixture.h"
#include "tests/world/wire.pb.h"

namespace seedbed {
namespace {

constexpr NodeId n1{1};

// n1 sends two messages at once, again and again; n2 answers each, and n1 writes then.
struct Talkers : SmallWorld {
  explicit Talkers(Trigger trigger, FaultKind kind = FaultKind::kCrash, Duration healing = 1h) {
    add("n1", [](Env& env) {
      env.on<wire::Note>([&env](NodeId, const wire::Note&) {
        (void)env.disk().write("log", 0, "x");
        env.reached("heard");
      });
      for (;;) {
        env.send(NodeId{2}, wire::Note());
        env.send(NodeId{2}, wire::Note());
        env.sleep(100ms);
      }
    });
    add("n2", [](Env& env) {
      env.on<wire::Note>([&env](NodeId, const wire::Note&) { env.send(n1, wire::Note()); });
    });
    const Tolerance all{.servers_down = 2};
    injector = std::make_unique<Injector>(
        world,
        InjectorOptions{.promised = all, .allowed = all, .topology = {.servers = {n1, NodeId{2}}}},
        FaultPlan{{{.id = 1, .kind = kind, .begin = trigger, .duration = 10s, .targets = {n1}}}});
    scheduler.stream().watch(*injector);
    injector->arm();
    // After what was to happen at that instant anyway.
    at(healing, [this, healing] { at(healing, [this] { injector->heal(); }); });
    start_all();
    at(5s, [this] { scheduler.stop(RunEnd::kCompleted); });
    scheduler.run();
  }
  // Of n1, before its first crash.
  size_t before_crash(EventKind kind) const {
    size_t count = 0;
    for (const KeptEvent& event : kept.events) {
      if (event.kind == EventKind::kCrash) return count;
      if (event.node == n1 && event.kind == kind) ++count;
    }
    ADD_FAILURE() << "it never crashed";
    return count;
  }

  std::unique_ptr<Injector> injector;
};

TEST(Deeds, ACrashFallsBetweenTwoMessagesOfOneInstant) {
  for (const uint64_t nth : {5u, 6u}) {
    const Talkers talkers({.node = n1, .deed = Deed::kSend, .nth = nth});
    EXPECT_EQ(talkers.before_crash(EventKind::kSend), nth);
    EXPECT_EQ(talkers.injector->fired(FaultKind::kCrash), 1u);
  }
}

TEST(Deeds, AMessageThatCrashesItsReceiverHasNoEffect) {
  const Talkers talkers({.node = n1, .deed = Deed::kReceive, .nth = 3});
  EXPECT_EQ(talkers.before_crash(EventKind::kReceive), 3u);
  EXPECT_EQ(talkers.before_crash(EventKind::kReached), 2u);
  EXPECT_EQ(talkers.before_crash(EventKind::kDiskSubmit), 2u);
}

TEST(Deeds, NothingIsSaidAfterADiskOperationThatCrashesItsMachine) {
  const Talkers talkers({.node = n1, .deed = Deed::kDiskOperation, .nth = 3});
  EXPECT_EQ(talkers.before_crash(EventKind::kDiskSubmit), 3u);
  EXPECT_EQ(talkers.before_crash(EventKind::kReached), 2u);
}

TEST(Deeds, OtherFaultsBeginRightAfterThem) {
  const Talkers talkers({.node = n1, .deed = Deed::kSend, .nth = 5}, FaultKind::kPause);
  EXPECT_EQ(talkers.injector->fired(FaultKind::kPause), 1u);
  EXPECT_EQ(talkers.kept.count(EventKind::kPause), 1u);
}

TEST(Deeds, WhatIsDoomedWhenTheFaultsEndStillCrashesAndComesBack) {
  const Talkers talkers({.node = n1, .deed = Deed::kSend, .nth = 21}, FaultKind::kCrash, 1s);
  EXPECT_EQ(talkers.kept.count(EventKind::kCrash), 1u);
  EXPECT_EQ(talkers.kept.count(EventKind::kStart), 3u);
}

}  // namespace
}  // namespace seedbed
