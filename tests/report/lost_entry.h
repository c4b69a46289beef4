// The story that the golden reports tell: a leader answers a client, its entry is on one server
// only, and the next leader has never seen it.
#pragma once

#include "tests/report/story.h"

namespace seedbed {

struct LostEntry {
  Story story{{"n1", "n2", "n3", "c1", "c2"}};
  EventIndex acknowledged{};
  EventIndex elected{};

  LostEntry() {
    for (uint32_t node = 1; node <= 5; ++node) story.machine(0, EventKind::kStart, node);
    election(150, 1, 2, "t1");
    for (int64_t ms = 200; ms < 3000; ms += 100) heartbeat(ms);
    story.fault(3000, EventKind::kFaultBegin, 1001, "crash", "n3", 3);
    story.machine(3000, EventKind::kCrash, 3);
    for (int64_t ms = 3000; ms < 3800; ms += 100) {
      story.drop(ms, 1, 3, "seedbed.demo.AppendEntries", DropReason::kDown);
    }
    story.fault(3800, EventKind::kFaultEnd, 1001, "crash", "n3", 3);
    story.machine(3800, EventKind::kStart, 3, 2);
    for (int64_t ms = 3800; ms < 9800; ms += 100) heartbeat(ms);
    story.fault(9800, EventKind::kFaultBegin, 2003, "partition", "n1 | n2 n3", 1);
    write();
    election(10'310, 2, 3, "t2");
    elected = story.last();
  }

  void heartbeat(int64_t ms) {
    story.receive(ms + 1, story.send(ms, 1, 2, "seedbed.demo.AppendEntries"));
    story.receive(ms + 2, story.send(ms, 1, 3, "seedbed.demo.AppendEntries"));
  }
  void election(int64_t ms, uint32_t winner, uint32_t voter, const std::string& term) {
    story.probe(ms, winner, "candidate " + term);
    story.receive(ms + 1, story.send(ms, winner, voter, "seedbed.demo.Vote"));
    story.receive(ms + 3, story.send(ms + 1, voter, winner, "seedbed.demo.VoteReply"));
    story.probe(ms + 3, winner, "LEADER " + term);
  }
  void write() {
    story.invoke(10'198, 4, 7, Operation::put("x", "1"));
    story.receive(10'200, story.send(10'198, 4, 1, "seedbed.demo.Put"));
    story.drop(10'200, 1, 2, "seedbed.demo.AppendEntries", DropReason::kPartition);
    story.drop(10'200, 1, 3, "seedbed.demo.AppendEntries", DropReason::kPartition);
    story.probe(10'201, 1, "commit 4");
    story.receive(10'203, story.send(10'201, 1, 4, "seedbed.demo.PutReply"));
    acknowledged = story.answer(10'203, 4, 7, Response::done());
  }

  RunResult result() const {
    RunResult result = story_result(story);
    result.verdict = Verdict::kViolation;
    result.mutant = "demo.b01-forget";
    CheckResult check{.name = "LeaderCompleteness",
                      .status = CheckStatus::kViolation,
                      .evaluated = 2,
                      .message =
                          "put(x,\"1\") by c1 succeeded at 10.203 s as entry 4 of term 1, but "
                          "n2, leader of term 2 since 10.313 s, has no entry 4",
                      .event = elected};
    check.facts = {fact_at(story, acknowledged, "put(x,\"1\") succeeded: entry 4 of term 1"),
                   fact_at(story, elected, "became leader of term 2, with a log of 3 entries")};
    result.reason = check.message;
    result.reason_check = check.name;
    result.checks = {check,
                     {.name = "Linearizable", .status = CheckStatus::kPass, .evaluated = 209}};
    result.faults = {{"message_loss", 17}, {"torn_write", 0}, {"crash", 1}, {"partition", 1}};
    return result;
  }
};

}  // namespace seedbed
