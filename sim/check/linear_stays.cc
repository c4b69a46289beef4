#include "sim/check/linear_stays.h"

#include <algorithm>

#include "sim/core/hash.h"

namespace seedbed {
namespace {

bool puts(const Exchange& exchange) {
  return exchange.is(kEnqueue) || exchange.is(kPush) || exchange.is(kInsert);
}

}  // namespace

bool Stays::collect(const LinearProblem& problem) {
  for (uint32_t i = 0; i < problem.pieces.size(); ++i) {
    if (!collect(problem, i)) return false;
  }
  for (Stay& stay : values_) {
    const bool unknown_source = stay.put == kNoPiece;
    contradictory_ = contradictory_ || unknown_source || stay.take_end < stay.put_call;
    stay.put_end = std::min(stay.put_end, stay.take_end);
  }
  std::erase_if(values_, [&](const Stay& stay) {
    return !stay.taken() && !problem.pieces[stay.put].required;
  });
  return true;
}

bool Stays::collect(const LinearProblem& problem, uint32_t i) {
  const LinearPiece& piece = problem.pieces[i];
  if (puts(piece.exchange)) {
    Stay& stay = stay_of(piece.exchange.operation().argument);
    if (stay.put != kNoPiece) return false;
    stay.put = i;
    stay.put_call = piece.call;
    stay.put_end = piece.end;
  } else if (!piece.required) {
    if (!problem.has(LinearDefect::kDropsTakes)) unknown_takes_.push_back(i);
  } else if (!piece.exchange.response()->output) {
    empties_.push_back(i);
  } else {
    Stay& stay = stay_of(*piece.exchange.response()->output);
    const bool again = stay.taken() && !problem.has(LinearDefect::kForgetsTwice);
    contradictory_ = contradictory_ || again;
    stay.take = i;
    stay.take_call = piece.call;
    stay.take_end = piece.end;
  }
  return true;
}

Stay& Stays::stay_of(std::string_view text) {
  const auto [number, fresh] =
      numbers_.find_or_insert(hash_bytes(text), static_cast<uint32_t>(values_.size()),
                              [&](uint32_t i) { return values_[i].text == text; });
  if (fresh) values_.push_back({.text = text});
  return values_[number];
}

MethodResult Moments::order() {
  std::sort(moments_.begin(), moments_.end());
  MethodResult result{.status = MethodStatus::kLinearizable};
  result.order.reserve(moments_.size());
  for (const auto& moment : moments_) result.order.push_back(std::get<uint32_t>(moment));
  return result;
}

bool enough_takes(const std::vector<int64_t>& calls, std::vector<int64_t> deadlines) {
  if (deadlines.size() > calls.size()) return false;
  std::sort(deadlines.begin(), deadlines.end());
  for (size_t i = 0; i < deadlines.size(); ++i) {
    if (deadlines[i] < calls[i]) return false;
  }
  return true;
}

}  // namespace seedbed
