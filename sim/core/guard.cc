#include "sim/core/guard.h"

#include <utility>

#include "sim/core/guard_refuse.h"

namespace seedbed {

namespace guard_state {

constinit Scheduler* run = nullptr;
constinit uint64_t refused = 0;

}  // namespace guard_state

Guard::Guard(Scheduler& run) : before_(std::exchange(guard_state::run, &run)) {
  if (before_ == nullptr) guard_state::refused = 0;
}
Guard::~Guard() { guard_state::run = before_; }

bool Guard::available() { return guard_symbols_linked(); }
bool Guard::up() { return guard_state::run != nullptr; }

}  // namespace seedbed
