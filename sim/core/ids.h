// Strong identities. Ids are never reused within a run, and never renumbered when something is left
// out of it, so that a reproducer stays meaningful while it shrinks.
#pragma once

#include <cstdint>

namespace seedbed {

// A simulated machine: server or client. Numbered from 1 in the order of the scenario; 0 is the
// world.
enum class NodeId : uint32_t {};
inline constexpr NodeId kWorld{0};

// How often the software of a node has been started, from 1. A restart is a new incarnation.
enum class Incarnation : uint32_t {};

// The position of an event in the trace, from 1. 0 means "none".
enum class EventIndex : uint64_t {};
inline constexpr EventIndex kNoEvent{0};

constexpr uint32_t number(NodeId id) { return static_cast<uint32_t>(id); }
constexpr uint32_t number(Incarnation id) { return static_cast<uint32_t>(id); }
constexpr uint64_t number(EventIndex id) { return static_cast<uint64_t>(id); }

}  // namespace seedbed
