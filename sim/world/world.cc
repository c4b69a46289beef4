#include "sim/world/world.h"

namespace seedbed {

World::World(Scheduler& scheduler, WorldOptions options)
    : scheduler_(scheduler), network_(scheduler, options.network) {}

World::~World() = default;

NodeId World::add_node(NodeOptions options) {
  const NodeId id{static_cast<uint32_t>(nodes_.size() + 1)};
  nodes_.push_back(std::make_unique<Node>(scheduler_, network_, id, std::move(options)));
  return id;
}

void World::operate(std::string_view order, NodeId about) {
  for (const std::unique_ptr<Node>& node : nodes_) {
    if (node != nullptr) node->operate(order, about);
  }
}

NodeId World::skip_node() {
  nodes_.push_back(nullptr);
  return NodeId{static_cast<uint32_t>(nodes_.size())};
}

Node& World::node(NodeId id) {
  CHECK(number(id) >= 1 && number(id) <= nodes_.size() && nodes_[number(id) - 1] != nullptr);
  return *nodes_[number(id) - 1];
}

std::string World::name_of(NodeId id) const {
  if (id == kWorld) return "world";
  CHECK(number(id) <= nodes_.size() && nodes_[number(id) - 1] != nullptr);
  return nodes_[number(id) - 1]->name();
}

DiskFaultCounts World::disk_faults() const {
  DiskFaultCounts sum;
  for (const auto& node : nodes_) {
    if (node != nullptr) sum += node->disk().faults();
  }
  return sum;
}

uint64_t World::memory_kills() const {
  uint64_t sum = 0;
  for (const auto& node : nodes_) {
    if (node != nullptr) sum += node->memory_kills();
  }
  return sum;
}

}  // namespace seedbed
