// Cache: answers for the database, for a bounded time. It keeps nothing on a disk, and nothing is
// lost with it.
//
// Who misses gets a permit to fill the gap, and a value that comes with a permit counts as old as
// the permit: what was read from the database after that moment cannot be older. Whoever changes a
// value has it forgotten, with the permit for it, so that a slow reader does not bring it back
// (leases: Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, section 3.2.1).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "protocols/outbox/outbox.pb.h"
#include "protocols/outbox/rules.h"
#include "sim/world/process.h"

namespace seedbed::outbox {

class Cache final : public Process {
 public:
  Cache(Env& env, Duration ttl, Rules rules) : env_(env), ttl_(ttl), rules_(rules) {}

  void start() override;

 private:
  struct Line {
    std::optional<std::string> value;  // nothing: the key has none
    NodeTime since{};
  };
  struct Permit {
    uint64_t number = 0;
    NodeTime since{};
  };

  wire::Remember::Response look_up(const std::string& key);
  void fill(const wire::Fill& fill);

  Env& env_;
  Duration ttl_;
  Rules rules_;
  std::map<std::string, Line> lines_;
  std::map<std::string, Permit> permits_;
  uint64_t last_permit_ = 0;
};

}  // namespace seedbed::outbox
