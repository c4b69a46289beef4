#include "sim/check/linear_key.h"

namespace seedbed {

std::vector<Role> LinearKey::roles_at(EventIndex last) const {
  std::vector<Role> roles;
  roles.reserve(entries_.size());
  for (const Entry* entry : entries_) {
    const bool returned = entry->returned != kNoEvent && entry->returned <= last;
    if (entry->invoked > last || (entry->outcome() == Outcome::kFail)) {
      roles.push_back(Role::kAbsent);
    } else if (entry->ok() && returned) {
      roles.push_back(Role::kRequired);
    } else if (model_.kind(entry->operation, nullptr) == OperationKind::kPure) {
      roles.push_back(Role::kAbsent);  // nobody saw what it saw
    } else {
      roles.push_back(Role::kOptional);
    }
  }
  return roles;
}

LinearSearch LinearKey::search(const std::vector<Role>& roles, const SearchOptions& options) {
  std::vector<LinearOperation> operations;
  operations.reserve(entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (roles[i] == Role::kAbsent) continue;
    const Entry& entry = *entries_[i];
    const bool required = roles[i] == Role::kRequired;
    operations.push_back(
        {.what = transitions_.classify(entry.operation, required ? &entry.response : nullptr),
         .call = number(entry.invoked),
         .end = required ? number(entry.returned) : 0,
         .required = required});
  }
  return LinearSearch(&transitions_, std::move(operations), options);
}

}  // namespace seedbed
