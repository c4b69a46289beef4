#include "protocols/two_phase_commit/journal.h"

namespace seedbed::two_phase_commit {

void keep_checkpointing(Env& env, Journal& journal, Signal& changed, uint64_t every,
                        const std::function<std::string()>& state) {
  for (Place checkpointed = 0;;) {
    while (journal.end() < checkpointed + every) changed.wait();
    const Place end = journal.end();
    const std::string bytes = state();
    journal.await(end);
    if (journal.checkpoint(end, bytes)) checkpointed = end;
    env.sleep(10ms);
  }
}

}  // namespace seedbed::two_phase_commit
