// Directory: where coordinators and participants are reached. Each is one server, or a group of
// which one leads; whoever asks need not know which.
//
//   directory.call<wire::Inquire>(id.coordinator, inquiry, kAnswerTime)
#pragma once

#include <map>
#include <utility>

#include "protocols/two_phase_commit/roles.h"
#include "sim/world/env.h"

namespace seedbed::two_phase_commit {

class Directory {
 public:
  Directory(Env& env, Roles roles) : env_(env), roles_(std::move(roles)) {}

  const Roles& roles() const { return roles_; }

  // Blocks. As Env::call, of whoever is believed to lead there. If it is refused, because that
  // server does not lead, the others are asked in turn; if nothing is heard, another one is
  // believed next time.
  template <class Rpc>
  Result<typename Rpc::Response> call(NodeId server, const typename Rpc::Request& request,
                                      Duration timeout) {
    const std::vector<NodeId> members = roles_.members(server);
    const NodeTime deadline = env_.now() + timeout;
    for (size_t asked = 1;; ++asked) {
      const size_t believed = leaders_[server];
      auto answer = env_.call<Rpc>(members[believed], request, deadline - env_.now());
      if (answer || members.size() == 1) return answer;
      if (leaders_[server] == believed) leaders_[server] = (believed + 1) % members.size();
      const bool refused = answer.error() == Error::kUnavailable;
      if (!refused || asked == members.size() || env_.now() >= deadline) return answer;
    }
  }

 private:
  Env& env_;
  Roles roles_;
  std::map<NodeId, size_t> leaders_;  // which of the members is believed to lead
};

}  // namespace seedbed::two_phase_commit
