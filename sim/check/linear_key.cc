#include "sim/check/linear_key.h"

namespace seedbed {
namespace {

const Response& mismatch() {
  static const Response response = Response::mismatch();
  return response;
}
const Response& done() {
  static const Response response = Response::done();
  return response;
}

}  // namespace

std::optional<std::string> initial_state(const Model& model, const History* history) {
  if (history == nullptr || !history->convention().initial) return model.initial;
  if (model.holding == nullptr) return std::nullopt;
  return model.holding(*history->convention().initial);
}

LinearKey::LinearKey(const Model& model, std::vector<const Entry*> entries, const History* history,
                     LinearDefect defect)
    : model_(model),
      entries_(std::move(entries)),
      history_(history),
      defect_(defect),
      initial_(defect == LinearDefect::kForgetsInitial
                   ? model.initial
                   : initial_state(model, history).value_or(model.initial)),
      transitions_(model, initial_) {}

// A read of nil, if the convention says so.
bool LinearKey::tells_nothing(const Entry& entry) const {
  if (history_ == nullptr || defect_ == LinearDefect::kReadsNilAsNothing) return false;
  return history_->convention().nil_read == Convention::NilRead::kUnknown &&
         entry.operation.function == kRead && !entry.response.output && !entry.found_collection &&
         !history_->parts().format.empty();
}

const Response* LinearKey::answer_to(size_t i) const {
  const Entry& entry = *entries_[i];
  if (entry.ok()) return tells_nothing(entry) ? nullptr : &entry.response;
  if (entry.outcome() == Outcome::kInfo && defect_ == LinearDefect::kTrustsUnknown) return &done();
  const bool saw_another = history_ != nullptr && entry.outcome() == Outcome::kFail &&
                           entry.operation.function == kCas &&
                           history_->convention().failed_cas == Convention::FailedCas::kMismatch &&
                           defect_ != LinearDefect::kForgetsMismatch;
  return saw_another ? &mismatch() : nullptr;
}

std::vector<Role> LinearKey::roles_at(EventIndex last) const {
  std::vector<Role> roles;
  roles.reserve(entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = *entries_[i];
    const bool returned = entry.returned != kNoEvent && entry.returned <= last;
    const bool answered = was_answered(i);
    const bool failed = entry.outcome() == Outcome::kFail && !answered;
    const bool dropped = defect_ == LinearDefect::kDropsUnknown && !answered;
    if (entry.invoked > last || dropped || (failed && defect_ != LinearDefect::kTrustsFailed)) {
      roles.push_back(Role::kAbsent);
    } else if (answered && returned) {
      roles.push_back(Role::kRequired);
    } else if (model_.kind(question(i)) == OperationKind::kPure) {
      roles.push_back(Role::kAbsent);  // nobody saw what it saw
    } else {
      roles.push_back(Role::kOptional);
    }
  }
  return roles;
}

LinearProblem LinearKey::problem(const std::vector<Role>& roles,
                                 std::vector<uint32_t>* positions) const {
  LinearProblem problem{.initial = initial_, .defect = defect_};
  problem.pieces.reserve(entries_.size());
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    if (roles[i] == Role::kAbsent) continue;
    const Entry& entry = *entries_[i];
    const bool required = roles[i] == Role::kRequired;
    problem.pieces.push_back(
        {.exchange = required ? exchange(i) : question(i),
         .call = static_cast<int64_t>(number(entry.invoked)),
         .end = required ? static_cast<int64_t>(number(entry.returned)) : kNoEnd,
         .required = required});
    positions->push_back(i);
  }
  return problem;
}

MethodResult LinearKey::decide(const std::vector<Role>& roles) const {
  if (model_.method == nullptr || !objects_.empty()) return {};
  std::vector<uint32_t> positions;
  const LinearProblem pieces = problem(roles, &positions);
  MethodResult result = model_.method->decide(pieces);
  for (uint32_t& piece : result.order) piece = positions[piece];
  return result;
}

LinearSearch LinearKey::search(const std::vector<Role>& roles, const SearchOptions& options) {
  std::vector<LinearOperation> operations;
  operations.reserve(entries_.size());
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    if (roles[i] == Role::kAbsent) continue;
    const Entry& entry = *entries_[i];
    const bool required = roles[i] == Role::kRequired;
    operations.push_back({.what = transitions_.classify(required ? exchange(i) : question(i)),
                          .call = number(entry.invoked),
                          .end = required ? number(entry.returned) : 0,
                          .name = i,
                          .object = objects_.empty() ? 0 : objects_[i],
                          .required = required});
  }
  SearchOptions with_defect = options;
  if (defect_ != LinearDefect::kNone) with_defect.defect = defect_;
  return LinearSearch(&transitions_, std::move(operations), with_defect);
}

}  // namespace seedbed
