// Methods: ways to a verdict about one object that are faster than the search, where values or
// reads tell enough of the order. Each is a pure function that may give up; what it says is proven
// beside it, and compared with all orders in tests/check.
//
//   const MethodResult result = register_method().decide(problem);
//   if (result.status == MethodStatus::kLinearizable) use(result.order);
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/exchange.h"
#include "sim/check/linear_defect.h"

namespace seedbed {

// An operation that has to be given a place, or may be. It precedes another if its end is less than
// the other's call: what touches is concurrent.
struct LinearPiece {
  Exchange exchange;  // without a response unless required
  int64_t call = 0;
  int64_t end = 0;  // kNoEnd unless required
  bool required = false;
};
inline constexpr int64_t kNoEnd = std::numeric_limits<int64_t>::max();

// The operations on one object, by their calls. Unknown operations that change nothing are left
// out.
struct LinearProblem {
  std::string initial;  // a state of the model
  std::vector<LinearPiece> pieces;
  LinearDefect defect = LinearDefect::kNone;

  bool has(LinearDefect one) const { return defect == one; }
};

enum class MethodStatus : uint8_t { kUndecided, kLinearizable, kIllegal };

struct MethodResult {
  MethodStatus status = MethodStatus::kUndecided;
  // If linearizable: positions in `pieces`; all required ones, and those of the others that are
  // needed.
  std::vector<uint32_t> order;
};

struct LinearMethod {
  std::string_view name;
  MethodResult (*decide)(const LinearProblem& problem);
};

const LinearMethod& register_method();        // "zones"
const LinearMethod& list_method();            // "known-order"
const LinearMethod& set_method();             // "known-order"
const LinearMethod& queue_method();           // "bad-patterns"
const LinearMethod& stack_method();           // "bottoms"
const LinearMethod& priority_queue_method();  // "least-first"
const LinearMethod& counter_method();         // "bounds"
const LinearMethod& mutex_method();           // "alternation"

// True if the order has all required pieces, none twice, respects real time, and every step of it
// is legal in the model. Independent of the methods and the search.
struct Model;
bool is_linearization(const Model& model, const LinearProblem& problem,
                      const std::vector<uint32_t>& order);

}  // namespace seedbed
