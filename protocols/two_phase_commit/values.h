// What the steps of a transaction do to a value. Pure.
#pragma once

#include "protocols/two_phase_commit/types.h"

namespace seedbed::two_phase_commit {

// A step that is carried out.
struct Done {
  bool refused = false;  // a number would have become negative, or there is none: nothing is done
  Value after;           // of the key
};
Done execute(const Step& step, const Value& before);

}  // namespace seedbed::two_phase_commit
