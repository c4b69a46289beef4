#include "protocols/registry.h"

#include "protocols/crdt_counter/spec.h"
#include "protocols/outbox/spec.h"
#include "protocols/primary_backup/spec.h"
#include "protocols/raft/spec.h"
#include "protocols/two_phase_commit/spec.h"

namespace seedbed {

std::vector<ProtocolSpec> all_protocols() {
  return {crdt_counter::spec(), outbox::spec(), primary_backup::spec(), raft::spec(),
          two_phase_commit::spec()};
}

}  // namespace seedbed
