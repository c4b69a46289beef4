// Traces as the verbs use them: recorded to a file, and read with what tells one program from
// another.
#pragma once

#include <optional>

#include "sim/explore/record.h"
#include "sim/trace/diff.h"
#include "sim/trace/trace.pb.h"
#include "tools/cli/context.h"
#include "tools/cli/json.h"

namespace seedbed {

// What the traces of this program say about it: its revision, and which build it is.
Provenance provenance(const Context& context);

// Whether the trace was recorded by the same code as this program's: then a run that differs from
// it is nondeterminism, else perhaps an edit.
enum class SameCode { kYes, kNo, kUnknown };
SameCode same_code(const trace::Header& header, const Context& context);

// Names the code of this program: its revision, and if that stands for no one text of the source
// (it was built from a changed work tree), which build it is as well.
std::string code_identity(const Context& context);

// {"same": true}, or also the position of the first event that differs, its fields, and what stands
// there in either trace (null: nothing, it has ended), and the causes that led there, the nearest
// first: those of either side alone, and those of both.
Json divergence_json(const std::optional<Divergence>& divergence);

}  // namespace seedbed
