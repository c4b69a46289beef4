// How servers and clients call each other: again and again, until there is an answer or no time
// left.
#pragma once

#include <algorithm>

#include "protocols/two_phase_commit/directory.h"
#include "sim/world/env.h"

namespace seedbed::two_phase_commit {

inline constexpr NodeTime kNoDeadline = NodeTime::max();
// For one attempt.
inline constexpr Duration kAnswerTime = 120ms;

// Blocks until there is an answer, or until the deadline: then kTimeout, and nobody knows what
// happened. Between attempts are pauses that grow, and that chance spreads. What is asked so must
// do no harm if it is done twice.
template <class Rpc, class MakeRequest>
Result<typename Rpc::Response> call_until(Env& env, Directory& directory, const Site& jitter,
                                          NodeId to, NodeTime deadline, MakeRequest make_request) {
  constexpr Duration kShortest = 10ms;
  constexpr Duration kLongest = 400ms;
  for (Duration pause = kShortest;; pause = std::min(pause * 2, kLongest)) {
    const Duration left = deadline - env.now();
    if (left <= Duration::zero()) return Error::kTimeout;
    auto answer = directory.call<Rpc>(to, make_request(), std::min(left, kAnswerTime));
    if (answer) return answer;
    const auto longest = static_cast<uint64_t>(pause.count());
    env.sleep(Duration(static_cast<int64_t>(env.random(jitter, longest)) + 1));
  }
}

}  // namespace seedbed::two_phase_commit
