// Exchange: a question with what is known of its answer, as a model sees it.
//
//   Exchange(Operation::put("x", "5"))              // nobody knows the answer
//   Exchange(entry.operation, &entry.response)      // it was answered
//   exchange.elements()                             // of a collection that was found
//
// Only transactions and reads of whole collections need the history behind it.
#pragma once

#include <span>
#include <string_view>

#include "sim/history/history.h"

namespace seedbed {

class Exchange {
 public:
  // All that is pointed at must outlive this. `response` is that of an ok operation, or nullptr.
  Exchange(const Operation& operation, const Response* response = nullptr)
      : operation_(&operation), response_(response) {}
  // `entry` is of `history`, which may be nullptr if it has neither steps nor elements.
  Exchange(const History* history, const Entry& entry, const Response* response)
      : operation_(&entry.operation), response_(response), history_(history), entry_(&entry) {}

  const Operation& operation() const { return *operation_; }
  bool is(std::string_view function) const { return operation_->function == function; }

  // Nothing but what was asked is known if this is nullptr.
  const Response* response() const { return response_; }
  bool known() const { return response_ != nullptr; }

  // True if a whole collection was found; elements() has it, in its order.
  bool found_collection() const {
    return response_ != nullptr && entry_ != nullptr && entry_->found_collection;
  }
  std::span<const ValueId> elements() const {
    return history_ != nullptr && found_collection() ? history_->elements(*entry_)
                                                     : std::span<const ValueId>();
  }
  // Of a transaction.
  std::span<const Step> steps() const {
    return history_ != nullptr && entry_ != nullptr ? history_->steps(*entry_)
                                                    : std::span<const Step>();
  }
  std::string_view text(ValueId value) const { return history_->text(value); }

 private:
  const Operation* operation_;
  const Response* response_ = nullptr;
  const History* history_ = nullptr;
  const Entry* entry_ = nullptr;
};

}  // namespace seedbed
