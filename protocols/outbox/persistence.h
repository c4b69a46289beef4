// How one part calls another: with a deadline, and until then again and again, with pauses that
// grow and that chance spreads, so that those whom one outage has brought into step do not come
// back all at once (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).
//
//   const auto answer = call_until<wire::Select>(env, kJitter, {database, deadline},
//                                                [&](uint64_t attempt) { return request; });
//
// Whatever is called so must be idempotent.
#pragma once

#include <algorithm>

#include "sim/world/env.h"

namespace seedbed::outbox {

struct Errand {
  NodeId to{};
  NodeTime deadline{};
};

// Blocks until there is an answer, or until the deadline: then kTimeout, and nobody knows what
// happened. `make_request(attempt)`, from 1.
template <class Rpc, class MakeRequest>
Result<typename Rpc::Response> call_until(Env& env, const Site& jitter, const Errand& errand,
                                          MakeRequest make_request) {
  constexpr Duration kAnswerTime = 120ms;
  constexpr Duration kFirstPause = 5ms;
  constexpr uint64_t kMostDoublings = 5;
  for (uint64_t attempt = 1;; ++attempt) {
    const Duration left = errand.deadline - env.now();
    if (left <= Duration::zero()) return Error::kTimeout;
    const typename Rpc::Request request = make_request(attempt);
    auto answer = env.call<Rpc>(errand.to, request, std::min(left, kAnswerTime));
    if (answer) return answer;
    const auto longest =
        static_cast<uint64_t>((kFirstPause * (1 << std::min(attempt, kMostDoublings))).count());
    env.sleep(Duration(static_cast<int64_t>(env.random(jitter, longest)) + 1));
  }
}

}  // namespace seedbed::outbox
