// Process: one incarnation of software on a node. A crash is its destruction, a restart the
// construction of another; between the two only the node's disk remembers anything.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "sim/world/env.h"

namespace seedbed {

class Process {
 public:
  virtual ~Process() = default;

  // Runs on the process's first fiber, and may block or return; fibers and handlers it has started
  // go on. Constructed on the same fiber, so a constructor may block too. The destructor must not
  // touch the Env: the process is dead by then.
  virtual void start() = 0;

  // An operator wants something of the protocol, about a server: "transfer_leadership" to it. Every
  // process is asked, and does what is its part. Called from outside its fibers: it must take note
  // and return, and may not block. What a protocol understands stands in ProtocolSpec::orders.
  virtual void operate(std::string_view order, NodeId about);
};

inline void Process::operate(std::string_view, NodeId) {}

using ProcessFactory = std::function<std::unique_ptr<Process>(Env& env)>;

}  // namespace seedbed
