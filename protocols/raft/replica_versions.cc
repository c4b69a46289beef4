// How a replica passes from one version of the state machine to the next (kv_version.h), while its
// cluster is upgraded server by server.
#include <algorithm>

#include "protocols/raft/convert.h"
#include "protocols/raft/replica.h"

namespace seedbed::raft {

// A cluster that began with all that this release knows has nothing to pass to.
bool Replica::may_pass_to_later_version() const {
  return options_.versions.founded < options_.versions.known && !options_.keep_version;
}

void Replica::serve_versions() {
  env_.serve<wire::KnownVersion>(
      [this](NodeId, const wire::KnownVersion::Request&) -> Result<wire::KnownVersion::Response> {
        wire::KnownVersion::Response answer;
        answer.set_version(number(options_.versions.known));
        return answer;
      });
  if (may_pass_to_later_version()) env_.spawn("versions", [this] { advance_version(); });
}

// Blocks. Whether that server's release knows all that this one does; false if it does not answer.
bool Replica::knows_as_much(NodeId server) {
  if (server == env_.self()) return true;
  const auto answer = env_.call<wire::KnownVersion>(server, {}, options_.config.election_timeout);
  return answer && answer->version() >= number(options_.versions.known);
}

// On a fiber of its own, until the version is in force. What is found out here is old when it comes
// to the inbox: put_in_force() looks again.
void Replica::advance_version() {
  while (machine_.version() < options_.versions.known) {
    env_.sleep(options_.config.election_timeout);
    if (!raft_->leads()) continue;
    const VersionKnown known{.term = raft_->term(), .configuration = raft_->configuration()};
    const std::vector<NodeId> members = known.configuration.members();
    const bool by_all = std::all_of(members.begin(), members.end(),
                                    [this](NodeId member) { return knows_as_much(member); });
    if (!by_all) env_.reached("later version waits for servers of the earlier one");
    if (options_.kv_rules.may_activate(by_all)) queue(known);
  }
}

// Whoever joins later, knows the version too (take_in_later()); and a server does not go back.
void Replica::put_in_force(const VersionKnown& known) {
  if (!raft_->leads() || raft_->term() != known.term) return;
  if (raft_->configuration() != known.configuration) return;
  if (machine_.version() >= options_.versions.known) return;
  raft_->propose(env_.now(), stamped(encode(Activate{options_.versions.known})), true);
}

// A server that does not know what may come to be in force is not taken in. It has to be asked
// first.
void Replica::take_in_later(NodeId server) {
  env_.spawn("take in", [this, server] {
    if (knows_as_much(server)) {
      queue(MembershipChange{.add = {server}});
    } else {
      env_.reached("server of an earlier version not taken in");
    }
  });
}

// What the others make of the log from here on, this release does not know. It must not guess.
void Replica::stop_for_version() {
  env_.reached("stopped: a version is in force that this release does not know");
  env_.fail_stop("a version is in force that this release does not know");
}

}  // namespace seedbed::raft
