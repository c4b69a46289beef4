// Faults of clients: of their machines, and of how they ask. What a client itself does wrong is in
// sim/run/client_process.cc.
#include "sim/fault/effects.h"

namespace seedbed {
namespace {

const FaultInfo kRows[] = {
    {
        .kind = FaultKind::kClientCrash,
        .name = "client_crash",
        .group = FaultGroup::kClient,
        .meaning = "a client loses power: what it was asking stays unknown; it asks on after that",
        .models = "a closed laptop, an application server that is killed amid a request",
        .shown_by = "raft/clients",
        .kills = true,
        .aim = Aim::kClient,
        .line = "{targets}",
        .begin = effects::crash,
        .end = effects::restart,
        .slots = 4,
        .duration_ms = {1, 2000},
    },
    {
        .kind = FaultKind::kSlowConsumer,
        .name = "slow_consumer",
        .group = FaultGroup::kClient,
        .meaning = "a client takes long to read each answer: they pile up and are late",
        .models = "a thin or overloaded client, a reader behind a slow connection",
        .shown_by = "raft/clients",
        .aim = Aim::kClient,
        .line = "{targets}, {magnitude} us an answer",
        .begin = effects::slow,
        .end = effects::end_slow,
        .unit = "microseconds an answer",
        .magnitude = {10'000, 1'500'000},
        .slots = 3,
        .duration_ms = {200, 3000},
    },
    {
        .kind = FaultKind::kDuplicateRequest,
        .name = "duplicate_request",
        .group = FaultGroup::kClient,
        .meaning = "a client asks twice under one operation id, the second time up to 0.5 s later",
        .models = "a double click, a proxy that tries again by itself",
        .shown_by = "raft/clients",
        .setting = "workload.duplicate_permille",
        .unit = "attempts in a thousand",
        .magnitude = {1, 200},
    },
    {
        .kind = FaultKind::kLostAnswer,
        .name = "lost_answer",
        .group = FaultGroup::kClient,
        .meaning = "a client overlooks an answer and asks again under the same operation id",
        .models = "an answer that comes just after the time-out, a client library that retries",
        .shown_by = "raft/clients",
        .setting = "workload.lost_answer_permille",
        .unit = "answers in a thousand",
        .magnitude = {1, 200},
    },
};

}  // namespace

std::span<const FaultInfo> client_faults() { return kRows; }

}  // namespace seedbed
