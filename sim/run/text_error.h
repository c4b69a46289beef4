// FirstError: what is wrong with a text protobuf, as `place:line:column: what`.
#pragma once

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>

#include <string>
#include <string_view>

namespace seedbed {

// Keeps the first error, with its place. `place` must outlive it.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  explicit FirstError(std::string_view place) : place_(place) {}
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (!text.empty()) return;
    text = line < 0 ? fmt::format("{}: {}", place_, message)
                    : fmt::format("{}:{}:{}: {}", place_, line + 1, column + 1, message);
  }
  void AddWarning(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
  std::string text;

 private:
  std::string_view place_;
};

}  // namespace seedbed
