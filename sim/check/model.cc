#include "sim/check/model.h"

#include <algorithm>

namespace seedbed {

const std::vector<const Model*>& models() {
  static const std::vector<const Model*> kModels = {
      &register_model(),       &cas_register_model(), &multi_register_model(),
      &key_value_model(),      &counter_model(),      &set_model(),
      &list_model(),           &queue_model(),        &stack_model(),
      &priority_queue_model(), &mutex_model()};
  return kModels;
}

const Model* find_model(std::string_view name) {
  for (const Model* model : models()) {
    if (model->name == name) return model;
  }
  return nullptr;
}

const Model* default_model_for(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kKeyValue: return &key_value_model();
    case ObjectKind::kRegister: return &cas_register_model();
    case ObjectKind::kCounter: return &counter_model();
    case ObjectKind::kSet: return &set_model();
    case ObjectKind::kList: return &list_model();
    case ObjectKind::kQueue: return &queue_model();
    case ObjectKind::kStack: return &stack_model();
    case ObjectKind::kPriorityQueue: return &priority_queue_model();
    case ObjectKind::kMutex: return &mutex_model();
    case ObjectKind::kTransactions: return &multi_register_model();
    case ObjectKind::kUnknown:
    case ObjectKind::kMixed: return nullptr;
  }
  return nullptr;
}

}  // namespace seedbed
