// Faults of the network.
#include <algorithm>

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

// --- Trouble: more loss, more latency, less room ---

LinkTrouble loss_of(const Fault& fault) {
  return {.loss_permille = static_cast<uint64_t>(fault.magnitude)};
}

LinkTrouble delay_of(const Fault& fault) {
  return {.extra_latency = std::chrono::microseconds(fault.magnitude)};
}

LinkTrouble bandwidth_of(const Fault& fault) {
  return {.bytes_per_second = static_cast<uint64_t>(fault.magnitude)};
}

LinkTrouble mtu_of(const Fault& fault) { return {.mtu = static_cast<uint64_t>(fault.magnitude)}; }

using TroubleOf = LinkTrouble (*)(const Fault& fault);

template <TroubleOf trouble>
void add_one_way(Stage& stage) {
  if (stage.fault.magnitude <= 0) return;
  each_link(stage, [&](NodeId from, NodeId to) {
    stage.world.network().add_trouble(from, to, trouble(stage.fault));
  });
}

template <TroubleOf trouble>
void remove_one_way(Stage& stage) {
  if (stage.fault.magnitude <= 0) return;
  each_link(stage, [&](NodeId from, NodeId to) {
    stage.world.network().remove_trouble(from, to, trouble(stage.fault));
  });
}

template <TroubleOf trouble>
void add_both_ways(Stage& stage) {
  if (stage.fault.magnitude <= 0) return;
  each_link(stage, [&](NodeId one, NodeId other) {
    stage.world.network().add_trouble(one, other, trouble(stage.fault));
    stage.world.network().add_trouble(other, one, trouble(stage.fault));
  });
}

template <TroubleOf trouble>
void remove_both_ways(Stage& stage) {
  if (stage.fault.magnitude <= 0) return;
  each_link(stage, [&](NodeId one, NodeId other) {
    stage.world.network().remove_trouble(one, other, trouble(stage.fault));
    stage.world.network().remove_trouble(other, one, trouble(stage.fault));
  });
}

// --- Cuts of another shape ---

// Visits the pairs of targets, in a ring, that do not hear each other: what is left to each is a
// majority, itself counted. In a ring of three, all would be left: there only two lose each other.
template <class Visit>
void each_deaf_pair(const Stage& stage, Visit visit) {
  const std::vector<NodeId>& ring = stage.fault.targets;
  const size_t reach = (ring.size() / 2 + 1) / 2;  // neighbours to each side: majority - 1, halved
  if (ring.size() == 3) visit(ring.front(), ring.back());
  for (size_t i = 0; i < ring.size(); ++i) {
    for (size_t j = i + reach + 1; j < ring.size(); ++j) {
      if (ring.size() - (j - i) > reach) visit(ring[i], ring[j]);
    }
  }
}

void cut_ring(Stage& stage) {
  each_deaf_pair(stage, [&](NodeId one, NodeId other) {
    stage.world.network().cut(one, other);
    stage.world.network().cut(other, one);
  });
}

void mend_ring(Stage& stage) {
  each_deaf_pair(stage, [&](NodeId one, NodeId other) {
    stage.world.network().mend(one, other);
    stage.world.network().mend(other, one);
  });
}

// Visits the links from each target to the other at the same place.
template <class Visit>
void each_lost_link(const Stage& stage, Visit visit) {
  const Fault& fault = stage.fault;
  for (size_t i = 0; i < std::min(fault.targets.size(), fault.others.size()); ++i) {
    visit(fault.targets[i], fault.others[i]);
  }
}

void cut_links(Stage& stage) {
  each_lost_link(stage, [&](NodeId from, NodeId to) { stage.world.network().cut(from, to); });
}

void mend_links(Stage& stage) {
  each_lost_link(stage, [&](NodeId from, NodeId to) { stage.world.network().mend(from, to); });
}

// Visits the links, in both directions, between all but the hub of a star.
template <class Visit>
void each_link_of_rays(const Stage& stage, Visit visit) {
  for (const NodeId one : stage.fault.others) {
    for (const NodeId other : stage.fault.others) {
      if (one != other) visit(one, other);
    }
  }
}

void cut_rays_apart(Stage& stage) {
  each_link_of_rays(stage, [&](NodeId from, NodeId to) { stage.world.network().cut(from, to); });
}

void mend_rays(Stage& stage) {
  each_link_of_rays(stage, [&](NodeId from, NodeId to) { stage.world.network().mend(from, to); });
}

// Cut after an even number of steps, mended after an odd one.
void flap(Stage& stage) {
  stage.next = std::chrono::milliseconds(std::max<int64_t>(stage.fault.magnitude, 1));
  stage.step % 2 == 0 ? cut_both_ways(stage) : mend_both_ways(stage);
}

void end_flapping(Stage& stage) {
  if (stage.step % 2 == 0) mend_both_ways(stage);
}

// --- Clogs ---

void clog_links(Stage& stage) {
  each_link(stage, [&](NodeId one, NodeId other) {
    stage.world.network().clog(one, other);
    stage.world.network().clog(other, one);
  });
}

void unclog_links(Stage& stage) {
  each_link(stage, [&](NodeId one, NodeId other) {
    stage.world.network().unclog(one, other);
    stage.world.network().unclog(other, one);
  });
}

constexpr Site kSwizzleIn("fault.swizzle_in", ChoiceClass::kAmbient);
constexpr Site kSwizzleOut("fault.swizzle_out", ChoiceClass::kAmbient);

std::vector<NodeId> drawn_order(const Stage& stage, const Site& site) {
  std::vector<NodeId> order = stage.fault.targets;
  uint64_t bits = stage.draw(site, 0);
  for (size_t i = 0; i + 1 < order.size(); ++i) {
    bits = scramble(bits + i + 1);
    std::swap(order[i], order[i + below(bits, order.size() - i)]);
  }
  return order;
}

void clog_machine(Stage& stage, NodeId machine) {
  for (uint32_t other = 1; other <= stage.world.node_count(); ++other) {
    if (NodeId{other} == machine) continue;
    stage.world.network().clog(machine, NodeId{other});
    stage.world.network().clog(NodeId{other}, machine);
  }
}

void unclog_machine(Stage& stage, NodeId machine) {
  for (uint32_t other = 1; other <= stage.world.node_count(); ++other) {
    if (NodeId{other} == machine) continue;
    stage.world.network().unclog(machine, NodeId{other});
    stage.world.network().unclog(NodeId{other}, machine);
  }
}

// Step k of n machines clogs one while k < n, and frees one after that.
void swizzle(Stage& stage) {
  const size_t count = stage.fault.targets.size();
  if (stage.step < count) {
    clog_machine(stage, drawn_order(stage, kSwizzleIn)[stage.step]);
  } else {
    unclog_machine(stage, drawn_order(stage, kSwizzleOut)[stage.step - count]);
  }
  if (stage.step + 1 < 2 * count)
    stage.next = stage.fault.duration / (2 * static_cast<int64_t>(count));
}

void end_swizzle(Stage& stage) {
  const std::vector<NodeId> in = drawn_order(stage, kSwizzleIn);
  const std::vector<NodeId> out = drawn_order(stage, kSwizzleOut);
  const size_t clogged = std::min<size_t>(stage.step + 1, in.size());
  const size_t freed = stage.step + 1 - clogged;
  const auto gone = out.begin() + static_cast<std::ptrdiff_t>(freed);
  for (size_t i = 0; i < clogged; ++i) {
    if (std::find(out.begin(), gone, in[i]) == gone) unclog_machine(stage, in[i]);
  }
}

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
        .begin = add_both_ways<loss_of>,
        .end = remove_both_ways<loss_of>,
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
        .begin = add_both_ways<delay_of>,
        .end = remove_both_ways<delay_of>,
        .unit = "microseconds more",
        .magnitude = {5'000, 100'000},
        .slots = 3,
        .duration_ms = {200, 3000},
    },
    {
        .kind = FaultKind::kMessageDelay,
        .name = "message_delay",
        .group = FaultGroup::kNetwork,
        .meaning = "a message takes 10 to 100 mean latencies more than it should",
        .models = "a sender that repeats a lost packet late, a route that changes",
        .shown_by = "raft/networks",
        .setting = "network.tail_permille",
        .fired = [](const World& world) { return world.network().faults().late; },
        .unit = "in a thousand messages",
        .magnitude = {0, 40},
    },
    {
        .kind = FaultKind::kMessageCorrupt,
        .name = "message_corrupt",
        .group = FaultGroup::kNetwork,
        .meaning = "bits of a message are flipped: a checksum tells, unless the scenario has none",
        .models = "a bad cable, broken memory in a switch",
        .shown_by = "raft/networks",
        .setting = "network.corrupt_permille",
        .fired = [](const World& world) { return world.network().faults().corrupted; },
        .unit = "in a thousand messages",
        .magnitude = {0, 40},
    },
    {
        .kind = FaultKind::kOneWayLoss,
        .name = "one_way_loss",
        .group = FaultGroup::kNetwork,
        .meaning = "links from a machine lose many messages, those to it do not",
        .models = "a card that fails to send, a queue that is full in one direction",
        .shown_by = "raft/networks",
        .aim = Aim::kLinks,
        .line = "{targets} -> {others}, {magnitude} in a thousand",
        .begin = add_one_way<loss_of>,
        .end = remove_one_way<loss_of>,
        .unit = "in a thousand messages",
        .magnitude = {100, 900},
        .slots = 3,
        .duration_ms = {200, 3000},
    },
    {
        .kind = FaultKind::kOneWayDelay,
        .name = "one_way_delay",
        .group = FaultGroup::kNetwork,
        .meaning = "links from a machine take longer, those to it do not",
        .models = "a route that differs from the way back",
        .shown_by = "raft/networks",
        .aim = Aim::kLinks,
        .line = "{targets} -> {others}, +{magnitude} us",
        .begin = add_one_way<delay_of>,
        .end = remove_one_way<delay_of>,
        .unit = "microseconds more",
        .magnitude = {5'000, 200'000},
        .slots = 3,
        .duration_ms = {200, 3000},
    },
    {
        .kind = FaultKind::kBridgePartition,
        .name = "bridge_partition",
        .group = FaultGroup::kNetwork,
        .meaning = "two groups cannot talk to each other, and one machine talks to both",
        .models = "a failed link in a mesh of data centres",
        .shown_by = "raft/networks",
        .aim = Aim::kBridge,
        .line = "{targets} | {others}, the rest between them",
        .begin = cut_both_ways,
        .end = mend_both_ways,
        .slots = 4,
        .duration_ms = {200, 3000},
    },
    {
        .kind = FaultKind::kRingPartition,
        .name = "ring_partition",
        .group = FaultGroup::kNetwork,
        .meaning = "every machine hears a majority, and each another one",
        .models = "a mesh that lost several of its links",
        .shown_by = "raft/networks",
        .aim = Aim::kRing,
        .line = "{targets} in a ring, each hears its neighbours",
        .begin = cut_ring,
        .end = mend_ring,
        .slots = 4,
        .duration_ms = {200, 3000},
    },
    {
        .kind = FaultKind::kPartialPartition,
        .name = "partial_partition",
        .group = FaultGroup::kNetwork,
        .meaning = "links between servers fail; some servers are left that each reach a majority",
        .models = "a switch that forwards only some of the paths through it",
        .shown_by = "raft/partial_partitions",
        .aim = Aim::kLost,
        .line = "{links}",
        .begin = cut_links,
        .end = mend_links,
        .slots = 3,
        .duration_ms = {200, 4000},
    },
    {
        .kind = FaultKind::kStarPartition,
        .name = "star_partition",
        .group = FaultGroup::kNetwork,
        .meaning = "one server reaches all others, and they do not reach each other",
        .models = "branch offices that are joined by their headquarters only",
        .shown_by = "raft/star_partitions",
        .aim = Aim::kHub,
        .line = "{targets} between {others}",
        .begin = cut_rays_apart,
        .end = mend_rays,
        .slots = 3,
        .duration_ms = {200, 4000},
    },
    {
        .kind = FaultKind::kIsolateLeader,
        .name = "isolate_leader",
        .group = FaultGroup::kNetwork,
        .meaning = "whoever leads is cut off from everyone",
        .models = "the busiest machine takes its network down",
        .shown_by = "raft/networks",
        .aim = Aim::kLeader,
        .line = "{targets} | {others}",
        .begin = cut_both_ways,
        .end = mend_both_ways,
        .slots = 6,
        .duration_ms = {100, 3000},
    },
    {
        .kind = FaultKind::kFlappingLink,
        .name = "flapping_link",
        .group = FaultGroup::kNetwork,
        .meaning = "a machine is cut off and comes back, again and again",
        .models = "a loose plug, a route that is withdrawn and announced in turn",
        .shown_by = "raft/networks",
        .aim = Aim::kLinks,
        .line = "{targets} | {others}, every {magnitude} ms",
        .begin = flap,
        .step = flap,
        .end = end_flapping,
        .unit = "milliseconds of each cut, and after it",
        .magnitude = {10, 400},
        .slots = 3,
        .duration_ms = {300, 4000},
    },
    {
        .kind = FaultKind::kZonePartition,
        .name = "zone_partition",
        .group = FaultGroup::kNetwork,
        .meaning = "a zone is cut off from the others",
        .models = "a data centre behind one uplink",
        .shown_by = "raft/networks",
        .aim = Aim::kZoneSplit,
        .line = "{targets} | {others}",
        .begin = cut_both_ways,
        .end = mend_both_ways,
        .slots = 3,
        .duration_ms = {200, 3000},
    },
    {
        .kind = FaultKind::kClog,
        .name = "clog",
        .group = FaultGroup::kNetwork,
        .meaning = "messages to and from a machine are held, and all arrive when it ends",
        .models = "a full buffer, a stream that waits for one lost segment",
        .shown_by = "raft/networks",
        .aim = Aim::kLinks,
        .line = "{targets} <-> {others}",
        .begin = clog_links,
        .end = unclog_links,
        .slots = 4,
        .duration_ms = {50, 2000},
    },
    {
        .kind = FaultKind::kSwizzleClog,
        .name = "swizzle_clog",
        .group = FaultGroup::kNetwork,
        .meaning = "machines are clogged one by one, and freed one by one in another order",
        .models = "a rolling change of switches or rules",
        .shown_by = "raft/networks",
        .aim = Aim::kSplit,
        .line = "{targets}, one after the other",
        .begin = swizzle,
        .step = swizzle,
        .end = end_swizzle,
        .slots = 3,
        .duration_ms = {200, 4000},
    },
    {
        .kind = FaultKind::kLinkBandwidth,
        .name = "link_bandwidth",
        .group = FaultGroup::kNetwork,
        .meaning = "messages to and from a machine queue behind each other, by size",
        .models = "a backup or a recovery that fills the line",
        .shown_by = "raft/networks",
        .aim = Aim::kLinks,
        .line = "{targets} <-> {others}, {magnitude} bytes a second",
        .begin = add_both_ways<bandwidth_of>,
        .end = remove_both_ways<bandwidth_of>,
        .unit = "bytes a second",
        .magnitude = {500, 20'000},
        .slots = 3,
        .duration_ms = {200, 3000},
    },
    {
        .kind = FaultKind::kLinkMtu,
        .name = "link_mtu",
        .group = FaultGroup::kNetwork,
        .meaning = "messages larger than a bound are lost without a word",
        .models = "a tunnel, and a firewall that eats the notice that packets are too big",
        .shown_by = "raft/networks",
        .aim = Aim::kLinks,
        .line = "{targets} <-> {others}, up to {magnitude} bytes",
        .begin = add_both_ways<mtu_of>,
        .end = remove_both_ways<mtu_of>,
        .unit = "bytes that pass",
        .magnitude = {40, 200},
        .slots = 3,
        .duration_ms = {200, 3000},
    },
    {
        .kind = FaultKind::kConnectionReset,
        .name = "connection_reset",
        .group = FaultGroup::kNetwork,
        .meaning = "a connection is reset: both ends learn that it is no more",
        .models = "a firewall that forgets a connection and refuses what it does not know",
        .shown_by = "crdt/connections",
        .setting = "network.reset_permille",
        .fired = [](const World& world) { return world.network().faults().reset; },
        .unit = "in a thousand segments of connections",
        .magnitude = {0, 10},
    },
    {
        .kind = FaultKind::kHalfOpen,
        .name = "half_open",
        .group = FaultGroup::kNetwork,
        .meaning = "a connection is reset at one end, and the other goes on to believe in it",
        .models = "a reset that is lost, a machine that restarts behind a firewall",
        .shown_by = "crdt/connections",
        .setting = "network.half_open_permille",
        .fired = [](const World& world) { return world.network().faults().half_open; },
        .unit = "in a thousand segments of connections",
        .magnitude = {0, 5},
    },
};

}  // namespace

std::span<const FaultInfo> network_faults() { return kRows; }

}  // namespace seedbed
