// FrontEnd: a stateless replica. It keeps nothing that matters between two requests, so any of them
// may be killed at any moment, and any other take its place.
//
// It also runs a relay, which moves events from the database's outbox to the queue. All front ends
// do, and none knows of the others: an event may be published more than once.
#pragma once

#include "protocols/outbox/outbox.pb.h"
#include "protocols/outbox/rules.h"
#include "protocols/outbox/states.h"
#include "sim/world/process.h"

namespace seedbed::outbox {

struct FrontEndOptions {
  NodeId database{};
  NodeId cache{};
  NodeId queue{};
  bool reads_from_cache = false;
  Duration budget = 400ms;  // for one request
  Duration poll = 40ms;
  Rules rules;
};

class FrontEnd final : public Process {
 public:
  FrontEnd(Env& env, const FrontEndOptions& options) : env_(env), options_(options) {}

  void start() override;

 private:
  Result<wire::Operate::Response> change(const wire::Operate::Request& request);
  Result<wire::Commit::Response> commit(const primary_backup::Command& command, NodeTime deadline);
  bool publish(const Event& event, NodeTime deadline);
  Result<wire::Get::Response> get(const std::string& key);
  void keep_relaying();
  // Blocks until the queue has the rows and the database knows; false if that was not to be.
  bool relay(const wire::Poll::Response& rows);

  Env& env_;
  FrontEndOptions options_;
  uint64_t made_keys_ = 0;
};

}  // namespace seedbed::outbox
