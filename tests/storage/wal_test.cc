// What the log does with its disk, operation by operation.
#include "protocols/storage/wal.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>

#include "protocols/storage/invariants_durable_log.h"
#include "sim/world/world.h"

namespace seedbed::storage {
namespace {

using namespace std::chrono_literals;

constexpr NodeId kNode{1};

class Runs final : public Process {
 public:
  Runs(Env& env, std::function<void(Env&)> body) : env_(env), body_(std::move(body)) {}
  void start() override { body_(env_); }

 private:
  Env& env_;
  std::function<void(Env&)> body_;
};

// A node whose process is the body of a test; what its disk does is written down.
class WalTest : public ::testing::Test, protected EventSink {
 protected:
  void run(std::function<void(Env&)> body) {
    scheduler.stream().watch(*this);
    world.add_node({.name = "n1", .process = [this, body](Env& env) {
                      return std::make_unique<Runs>(env, [this, body](Env& inner) {
                        body(inner);
                        scheduler.stop(RunEnd::kCompleted);
                      });
                    }});
    world.start(kNode);
    scheduler.run();
    EXPECT_EQ(scheduler.end(), RunEnd::kCompleted);
  }
  void on_event(const TraceEvent& event) override {
    image.apply(event);
    durable.look(image);
    while (durable.next()) {
    }
    image.settle();
    if (event.kind == EventKind::kDiskSubmit) submitted.push_back(std::string(event.name));
  }
  SimDisk& disk() { return world.node(kNode).disk(); }

  // Appends a batch of one record and keeps what becomes of it.
  void append(Wal& wal, size_t size = 10) {
    Batch batch;
    batch.add(1, std::string(size, 'x'));
    wal.append(batch, [this, number = ++appended](Status status) {
      told.emplace_back(number, status ? "ok" : std::string(to_string(status.error())));
    });
  }
  void settle(Env& env, const Wal& wal) {
    while (told.size() < appended || wal.checkpointing()) env.sleep(100us);
  }

  Choices choices{1};
  StackPool stacks;
  Scheduler scheduler{choices, stacks, {.limits = {.end = kStart + 3600s}}};
  World world{scheduler, {}};
  DurableImage image;
  DurableLog durable{"log"};
  std::vector<std::string> submitted;
  size_t appended = 0;
  std::vector<std::pair<size_t, std::string>> told;
};

using Told = std::vector<std::pair<size_t, std::string>>;

WalOptions small(bool preallocate = false) {
  return {.directory = "log", .segment_bytes = 1000, .preallocate = preallocate};
}

TEST_F(WalTest, WritesWhatComesMeanwhileAtOnce) {
  run([&](Env& env) {
    Wal wal(env.disk(), {.directory = "log", .preallocate = false});
    ASSERT_TRUE(wal.recover(1).ok());
    submitted.clear();
    for (int i = 0; i < 5; ++i) append(wal);
    EXPECT_EQ(wal.last(), 5u);
    EXPECT_EQ(wal.durable(), 0u);
    settle(env, wal);
    EXPECT_EQ(wal.durable(), 5u);
    // The first alone, with the name of its segment; then the four that waited.
    EXPECT_EQ(submitted, (std::vector<std::string>{"log/wal.1", "log/wal.1", "log", "log/wal.1",
                                                   "log/wal.1"}));
    EXPECT_EQ(told, (Told{{1, "ok"}, {2, "ok"}, {3, "ok"}, {4, "ok"}, {5, "ok"}}));
  });
}

TEST_F(WalTest, TellsInOrderAlsoThoseWhoAppendWhenTheyAreTold) {
  run([&](Env& env) {
    Wal wal(env.disk(), small());
    ASSERT_TRUE(wal.recover(1).ok());
    Batch batch;
    batch.add(1, "first");
    wal.append(batch, [&](Status) { append(wal); });
    append(wal);
    append(wal);
    EXPECT_EQ(wal.undecided(), 3u);
    env.sleep(1s);
    // The one that was appended last is number 3 here, and was told last.
    EXPECT_EQ(told, (Told{{1, "ok"}, {2, "ok"}, {3, "ok"}}));
    EXPECT_EQ(wal.undecided(), 0u);
    EXPECT_EQ(wal.durable(), 4u);
  });
}

TEST_F(WalTest, CanBeWaitedFor) {
  choices.override_with(
      {{.site = "disk.sync_error", .scope = "n1 disk", .ordinal = 6, .value = 1}});
  run([&](Env& env) {
    Wal wal(env.disk(), small());
    ASSERT_TRUE(wal.recover(1).ok());
    Batch batch;
    batch.add(1, "x");
    EXPECT_TRUE(wal.append(batch, env.scheduler()).await().ok());
    EXPECT_EQ(durable.end().lsn, 1u);
    const auto failed = wal.append(batch, env.scheduler()).await();
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error(), Error::kIo);
  });
}

TEST_F(WalTest, GoesOnInANewSegmentBeforeOneIsTooLong) {
  run([&](Env& env) {
    Wal wal(env.disk(), small());
    ASSERT_TRUE(wal.recover(1).ok());
    for (int i = 0; i < 10; ++i) append(wal, 200);
    append(wal, 5000);
    append(wal, 200);
    settle(env, wal);
    size_t oversized = 0;
    for (const auto& [path, id] : image.names()) {
      oversized += image.file(id).bytes().size() > 1000 ? 1 : 0;
    }
    EXPECT_EQ(oversized, 1u);  // the batch that fits nowhere
    EXPECT_EQ(image.names().size(), 6u);
  });
}

TEST_F(WalTest, GivesASegmentItsLengthAtOnce) {
  run([&](Env& env) {
    Wal wal(env.disk(), small(true));
    ASSERT_TRUE(wal.recover(1).ok());
    append(wal);
    settle(env, wal);
    EXPECT_EQ(image.find("log/wal.1")->bytes().size(), 1000u);
    append(wal);
    settle(env, wal);
    EXPECT_EQ(image.find("log/wal.1")->bytes().size(), 1000u);
  });
}

TEST_F(WalTest, CanBeFilledToTheEndOfItsSegmentOnAFullDisk) {
  run([&](Env& env) {
    Wal wal(env.disk(), small(true));
    ASSERT_TRUE(wal.recover(1).ok());
    append(wal, 200);
    settle(env, wal);
    disk().worsen({.full = 1});
    append(wal, 200);
    append(wal, 200);
    append(wal, 800);  // the next segment
    append(wal, 10);
    settle(env, wal);
    EXPECT_EQ(told, (Told{{1, "ok"}, {2, "ok"}, {3, "ok"}, {4, "no space"}, {5, "no space"}}));
    EXPECT_FALSE(wal.poisoned());
    EXPECT_EQ(wal.last(), 3u);
    disk().ease({.full = 1});
    append(wal, 800);
    settle(env, wal);
    EXPECT_EQ(told.back(), (std::pair<size_t, std::string>{6, "ok"}));
    EXPECT_EQ(wal.durable(), 4u);
  });
}

TEST_F(WalTest, BelievesNothingAnyMoreAfterAFailedSync) {
  choices.override_with(
      {{.site = "disk.sync_error", .scope = "n1 disk", .ordinal = 3, .value = 1}});
  run([&](Env& env) {
    Wal wal(env.disk(), {.directory = "log", .preallocate = false});
    ASSERT_TRUE(wal.recover(1).ok());  // one operation
    for (int i = 0; i < 3; ++i) append(wal);
    settle(env, wal);
    EXPECT_TRUE(wal.poisoned());
    append(wal);
    EXPECT_EQ(told, (Told{{1, "I/O error"}, {2, "I/O error"}, {3, "I/O error"}, {4, "I/O error"}}));
    std::string checkpoint;
    wal.checkpoint(0, "", [&](Status status) { checkpoint = to_string(status.error()); });
    EXPECT_EQ(checkpoint, "I/O error");
    const size_t operations = submitted.size();
    env.sleep(1s);
    EXPECT_EQ(submitted.size(), operations);  // it does not try again
  });
}

TEST_F(WalTest, DeletesTheSegmentsThatACheckpointCovers) {
  run([&](Env& env) {
    Wal wal(env.disk(), small());
    ASSERT_TRUE(wal.recover(1).ok());
    for (int i = 0; i < 10; ++i) append(wal, 200);  // three to a segment
    settle(env, wal);
    bool done = false;
    wal.checkpoint(7, "seven", [&](Status status) { done = status.ok(); });
    EXPECT_TRUE(wal.checkpointing());
    settle(env, wal);
    EXPECT_TRUE(done);
    ASSERT_TRUE(durable.checkpoint().has_value());
    EXPECT_EQ(durable.checkpoint()->lsn, 7u);
    EXPECT_EQ(durable.checkpoint()->state, "seven");
    EXPECT_EQ(image.find("log/wal.2"), nullptr);
    EXPECT_NE(image.find("log/wal.3"), nullptr);
    EXPECT_EQ(image.find("log/checkpoint.new"), nullptr);
    // And never the one in which it goes on.
    wal.checkpoint(10, "ten", [](Status) {});
    settle(env, wal);
    EXPECT_NE(image.find("log/wal.4"), nullptr);
  });
}

TEST_F(WalTest, AppendsWhileACheckpointIsWritten) {
  run([&](Env& env) {
    WalOptions options = small();
    options.checkpoint_piece = 1000;
    Wal wal(env.disk(), options);
    ASSERT_TRUE(wal.recover(1).ok());
    append(wal);
    settle(env, wal);
    wal.checkpoint(1, std::string(100'000, 's'), [](Status status) { EXPECT_TRUE(status.ok()); });
    append(wal);
    while (told.size() < appended) env.sleep(100us);
    EXPECT_TRUE(wal.checkpointing());  // it has a hundred pieces to write
    settle(env, wal);
    EXPECT_EQ(durable.checkpoint()->state.size(), 100'000u);
  });
}

TEST_F(WalTest, RefusesACheckpointOnAFullDiskAndGivesItsSpaceBack) {
  run([&](Env& env) {
    WalOptions options = small();
    options.checkpoint_piece = 100;
    Wal wal(env.disk(), options);
    ASSERT_TRUE(wal.recover(1).ok());
    append(wal);
    settle(env, wal);
    std::string told_of_checkpoint;
    const auto note = [&](Status status) {
      told_of_checkpoint = status ? "ok" : std::string(to_string(status.error()));
    };
    wal.checkpoint(1, std::string(10'000, 's'), note);
    env.sleep(2ms);
    EXPECT_EQ(env.disk().read("log/checkpoint.new", 0, 100).await()->size(), 100u);
    disk().worsen({.full = 1});
    settle(env, wal);
    EXPECT_EQ(told_of_checkpoint, "no space");
    EXPECT_FALSE(wal.poisoned());
    EXPECT_EQ(env.disk().read("log/checkpoint.new", 0, 1).await().error(), Error::kNotFound);
    disk().ease({.full = 1});
    wal.checkpoint(1, std::string(1000, 's'), note);
    settle(env, wal);
    EXPECT_EQ(told_of_checkpoint, "ok");
  });
}

TEST_F(WalTest, FindsTheFilesOfItsDirectoryOnly) {
  run([&](Env& env) {
    ASSERT_TRUE(env.disk().write("wal.1", 0, "not ours").await().ok());
    ASSERT_TRUE(env.disk().write("log/notes", 0, "nor this").await().ok());
    Wal wal(env.disk(), small());
    const auto found = wal.recover(1);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(*found, Recovered{});
    EXPECT_EQ(*env.disk().read("log/notes", 0, 99).await(), "nor this");
  });
}

TEST_F(WalTest, ReturnsTheStateAndWhatFollowed) {
  run([&](Env& env) {
    {
      Wal wal(env.disk(), small());
      ASSERT_TRUE(wal.recover(1).ok());
      for (int i = 0; i < 4; ++i) append(wal, 300);
      settle(env, wal);
      wal.checkpoint(2, "two", [](Status) {});
      settle(env, wal);
    }
    Wal wal(env.disk(), small());
    const auto found = wal.recover(2);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->checkpoint, (Checkpoint{2, "two"}));
    ASSERT_EQ(found->records.size(), 2u);
    EXPECT_EQ(found->records[0], (Record{3, 1, std::string(300, 'x')}));
    EXPECT_EQ(found->last, 4u);
    EXPECT_EQ(wal.last(), 4u);
  });
}

// --- Failures of one thing while another is going on ---

TEST_F(WalTest, AFailedCheckpointEndsTheAppendsThatAreGoingOn) {
  choices.override_with(
      {{.site = "disk.sync_error", .scope = "n1 disk", .ordinal = 9, .value = 1}});
  run([&](Env& env) {
    Wal wal(env.disk(), small());
    ASSERT_TRUE(wal.recover(1).ok());
    append(wal);
    settle(env, wal);
    std::vector<std::string> ends;
    wal.checkpoint(1, "one", [&](Status status) {
      ends.push_back(status ? "ok" : std::string(to_string(status.error())));
    });
    append(wal);
    append(wal);  // its write is on its way when the checkpoint's sync, operation 9, fails
    env.sleep(1s);
    EXPECT_EQ(told, (Told{{1, "ok"}, {2, "ok"}, {3, "I/O error"}}));
    EXPECT_EQ(ends, std::vector<std::string>{"I/O error"});
    EXPECT_TRUE(wal.poisoned());
    EXPECT_EQ(image.find("log/checkpoint"), nullptr);
    EXPECT_EQ(submitted.size(), 10u);  // the write that was on its way was the last
  });
}

TEST_F(WalTest, AFailedAppendEndsTheCheckpointThatIsGoingOn) {
  choices.override_with(
      {{.site = "disk.write_error", .scope = "n1 disk", .ordinal = 6, .value = 1}});
  run([&](Env& env) {
    WalOptions options = small();
    options.checkpoint_piece = 10;
    Wal wal(env.disk(), options);
    ASSERT_TRUE(wal.recover(1).ok());
    append(wal);
    settle(env, wal);
    std::vector<std::string> ends;
    wal.checkpoint(1, std::string(1000, 's'), [&](Status status) {
      ends.push_back(status ? "ok" : std::string(to_string(status.error())));
    });
    append(wal);  // operation 6, behind the first of the checkpoint
    env.sleep(1s);
    EXPECT_EQ(told, (Told{{1, "ok"}, {2, "I/O error"}}));
    EXPECT_EQ(ends, std::vector<std::string>{"I/O error"});
    EXPECT_LT(submitted.size(), 12u);  // it stopped at once, with a hundred pieces to go
  });
}

// --- Recovery of what only the page cache holds: the process died, not the machine ---

// Batches of one record each, as the bytes of segments.
std::map<uint64_t, std::string> segments_of(size_t batches, size_t size) {
  Encoder encoder({}, {.salt = 1, .segment_bytes = 1000});
  std::map<uint64_t, std::string> segments;
  for (size_t i = 0; i < batches; ++i) {
    Batch batch;
    batch.add(1, std::string(size, 'x'));
    std::deque<Chunk> chunks;
    encoder.add(batch, chunks);
    encoder.durable_through(encoder.last());
    segments[chunks[0].segment()] += chunks[0].bytes.take();
  }
  return segments;
}

TEST_F(WalTest, RecoveryMakesDurableWhatItReturns) {
  run([&](Env& env) {
    // By its own rules the log has synced every segment but the last, whose name is not durable.
    const auto segments = segments_of(5, 200);
    ASSERT_EQ(segments.size(), 2u);
    (void)env.disk().write("log/wal.1", 0, segments.at(1)).await();
    (void)env.disk().sync("log/wal.1").await();
    (void)env.disk().write("log/wal.2", 0, segments.at(2)).await();
    EXPECT_EQ(durable.end().lsn, 0u);
    Wal wal(env.disk(), small());
    const auto found = wal.recover(2);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->records.size(), 5u);
    EXPECT_EQ(durable.end().lsn, 5u);
  });
}

TEST_F(WalTest, RecoveryCutsOffATornEndForGood) {
  run([&](Env& env) {
    const std::string whole = segments_of(2, 200).at(1);
    (void)env.disk().write("log/wal.1", 0, whole.substr(0, whole.size() - 8)).await();
    Wal wal(env.disk(), small());
    const auto found = wal.recover(2);
    ASSERT_TRUE(found.ok());
    EXPECT_TRUE(found->torn);
    EXPECT_EQ(found->records.size(), 1u);
    EXPECT_EQ(image.find("log/wal.1")->bytes().size(), durable.end().offset);
  });
}

TEST_F(WalTest, RecoveryDeletesWhatIsLeftOverForGood) {
  run([&](Env& env) {
    const auto segments = segments_of(10, 200);
    for (const auto& [number, bytes] : segments) {
      (void)env.disk().write("log/wal." + std::to_string(number), 0, bytes).await();
    }
    (void)env.disk().write("log/checkpoint", 0, encode_checkpoint(7, "seven")).await();
    (void)env.disk().write("log/checkpoint.new", 0, "half").await();
    (void)env.disk().write("log/wal.5", 0, "torn").await();
    (void)env.disk().sync_directory("log").await();
    Wal wal(env.disk(), small());
    const auto found = wal.recover(2);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->checkpoint, (Checkpoint{7, "seven"}));
    EXPECT_EQ(found->records.size(), 3u);
    std::vector<std::string> names;
    for (const auto& [path, id] : image.names()) names.push_back(path);
    EXPECT_EQ(names, (std::vector<std::string>{"log/checkpoint", "log/wal.3", "log/wal.4"}));
  });
}

TEST_F(WalTest, GoesOnBehindARecoveryAsIfItHadWrittenAllItself) {
  run([&](Env& env) {
    for (const auto& [number, bytes] : segments_of(10, 200)) {
      (void)env.disk().write("log/wal." + std::to_string(number), 0, bytes).await();
    }
    (void)env.disk().write("log/checkpoint", 0, encode_checkpoint(2, "two")).await();
    Wal wal(env.disk(), small());
    ASSERT_TRUE(wal.recover(2).ok());
    append(wal, 200);
    settle(env, wal);
    EXPECT_EQ(wal.durable(), 11u);
    EXPECT_THROW(wal.checkpoint(1, "older", [](Status) {}), InvariantFailure);
    EXPECT_THROW(wal.checkpoint(12, "not durable", [](Status) {}), InvariantFailure);
    wal.checkpoint(7, "seven", [](Status) {});
    EXPECT_THROW(wal.checkpoint(8, "another", [](Status) {}), InvariantFailure);
    settle(env, wal);
    EXPECT_EQ(image.find("log/wal.1"), nullptr);
    EXPECT_EQ(image.find("log/wal.2"), nullptr);
    EXPECT_NE(image.find("log/wal.3"), nullptr);
  });
}

}  // namespace
}  // namespace seedbed::storage
