// Faults of the network.
#include "sim/fault/catalogue.h"

namespace seedbed {
namespace {

template <class Visit>
void each_link(const Stage& stage, Visit visit) {
  for (const NodeId target : stage.fault.targets) {
    for (const NodeId other : stage.fault.others) visit(target, other);
  }
}

void cut_both_ways(Stage& stage) {
  each_link(stage, [&](NodeId one, NodeId other) {
    stage.world.network().cut(one, other);
    stage.world.network().cut(other, one);
  });
}

void mend_both_ways(Stage& stage) {
  each_link(stage, [&](NodeId one, NodeId other) {
    stage.world.network().mend(one, other);
    stage.world.network().mend(other, one);
  });
}

void cut_one_way(Stage& stage) {
  each_link(stage, [&](NodeId from, NodeId to) { stage.world.network().cut(from, to); });
}

void mend_one_way(Stage& stage) {
  each_link(stage, [&](NodeId from, NodeId to) { stage.world.network().mend(from, to); });
}

void trouble_both_ways(Stage& stage, LinkTrouble trouble) {
  each_link(stage, [&](NodeId one, NodeId other) {
    stage.world.network().set_trouble(one, other, trouble);
    stage.world.network().set_trouble(other, one, trouble);
  });
}

void begin_loss(Stage& stage) {
  const auto permille = static_cast<uint64_t>(stage.fault.magnitude);
  trouble_both_ways(stage, {.loss = Ratio::permille(permille)});
}

void begin_delay(Stage& stage) {
  trouble_both_ways(stage, {.extra_latency = stage.microseconds()});
}

void end_trouble(Stage& stage) { trouble_both_ways(stage, {}); }

const FaultInfo kRows[] = {
    {
        .kind = FaultKind::kMessageLoss,
        .name = "message_loss",
        .group = FaultGroup::kNetwork,
        .meaning = "a message never arrives",
        .models = "a full queue in a switch, a damaged cable",
        .shown_by = "raft/partitions",
        .setting = "network.loss_permille",
        .fired = [](const World& world) { return world.network().faults().lost; },
        .unit = "in a thousand messages",
        .magnitude = {0, 100},
    },
    {
        .kind = FaultKind::kMessageDuplicate,
        .name = "message_duplicate",
        .group = FaultGroup::kNetwork,
        .meaning = "a message arrives twice",
        .models = "a sender that repeats what was only slow to be confirmed",
        .shown_by = "raft/partitions",
        .setting = "network.duplicate_permille",
        .fired = [](const World& world) { return world.network().faults().duplicated; },
        .unit = "in a thousand messages",
        .magnitude = {0, 60},
    },
    {
        .kind = FaultKind::kMessageReorder,
        .name = "message_reorder",
        .group = FaultGroup::kNetwork,
        .meaning = "a message is held back for 1 to 16 mean latencies, and others overtake it",
        .models = "several paths through a network, each with its own queue",
        .shown_by = "raft/everything",
        .setting = "network.reorder_permille",
        .fired = [](const World& world) { return world.network().faults().reordered; },
        .unit = "in a thousand messages",
        .magnitude = {0, 100},
    },
    {
        .kind = FaultKind::kPartition,
        .name = "partition",
        .group = FaultGroup::kNetwork,
        .meaning = "no messages pass between two groups of machines",
        .models = "a switch that fails, a wrong rule in a firewall",
        .shown_by = "raft/partitions",
        .aim = Aim::kSplit,
        .line = "{targets} | {others}",
        .begin = cut_both_ways,
        .end = mend_both_ways,
        .slots = 6,
        .duration_ms = {100, 3000},
    },
    {
        .kind = FaultKind::kOneWayPartition,
        .name = "one_way_partition",
        .group = FaultGroup::kNetwork,
        .meaning = "messages pass between two groups in one direction",
        .models = "a network card that still hears and no longer speaks",
        .shown_by = "raft/partitions",
        .aim = Aim::kSplit,
        .line = "{targets} -/-> {others}",
        .begin = cut_one_way,
        .end = mend_one_way,
        .slots = 4,
        .duration_ms = {100, 2000},
    },
    {
        .kind = FaultKind::kLinkLoss,
        .name = "link_loss",
        .group = FaultGroup::kNetwork,
        .meaning = "links to a machine lose many messages",
        .models = "a bad cable, a duplex mismatch",
        .shown_by = "raft/everything",
        .aim = Aim::kLinks,
        .line = "{targets} <-> {others}, {magnitude} in a thousand",
        .begin = begin_loss,
        .end = end_trouble,
        .unit = "in a thousand messages",
        .magnitude = {100, 600},
        .slots = 3,
        .duration_ms = {200, 3000},
    },
    {
        .kind = FaultKind::kLinkDelay,
        .name = "link_delay",
        .group = FaultGroup::kNetwork,
        .meaning = "links to a machine take longer",
        .models = "a detour between data centres, a busy link",
        .shown_by = "raft/everything",
        .aim = Aim::kLinks,
        .line = "{targets} <-> {others}, +{magnitude} us",
        .begin = begin_delay,
        .end = end_trouble,
        .unit = "microseconds more",
        .magnitude = {5'000, 100'000},
        .slots = 3,
        .duration_ms = {200, 3000},
    },
};

}  // namespace

std::span<const FaultInfo> network_faults() { return kRows; }

}  // namespace seedbed
