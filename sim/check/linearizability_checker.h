// LinearizabilityChecker: is a run linearizable? Told at the moment it no longer is.
//
//   LinearizabilityChecker checker("linearizable", key_value_model());
//   stream.watch(checker);
//   ...                                          // the run
//   checker.violated();                          // already here
//   checker.finish();
//   checker.result().message;
//
// Each key is judged as far as the answers are known, again and again; what no longer matters is
// forgotten (sim/check/linear_live.h), so that the length of a run costs no memory. Keys on which
// too much happens at the same time are kept whole, and judged in finish().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/check/checker.h"
#include "sim/check/index_table.h"
#include "sim/check/linear_live.h"
#include "sim/check/linearizability.h"

namespace seedbed {

// Evaluates ok operations. The event of its result is the first return by which what had returned
// could not be explained.
class LinearizabilityChecker : public Checker {
 public:
  // `model` must outlive the checker; those of sim/check/model.h do.
  LinearizabilityChecker(std::string name, const Model& model,
                         const LinearizabilityOptions& options = {})
      : Checker(std::move(name)), model_(model), options_(options) {}

  EventKinds interests() const override {
    return EventKinds(EventKind::kInvoke, EventKind::kReturn, EventKind::kCrash);
  }
  void on_event(const TraceEvent& event) override;
  void finish() override;

  // The memory for what is kept, in bytes.
  size_t bytes() const;

 private:
  struct Asked {
    uint64_t id = 0;
    NodeId client{};
    LinearLive* key = nullptr;
    LinearLive::Running* running = nullptr;
  };

  LinearLive& key_of(const Operation& operation);
  void invoke(const TraceEvent& event);
  void complete(const TraceEvent& event);
  void lose(NodeId client);
  void look_at(const LinearLive& key);
  void judge_the_rest();

  const Model& model_;
  LinearizabilityOptions options_;
  std::vector<std::string> names_;  // of keys, by first invocation
  std::vector<std::unique_ptr<LinearLive>> keys_;
  IndexTable numbers_;
  std::vector<Asked> asked_;               // and not returned, by invocation
  const LinearLive* convicted_ = nullptr;  // the first key of which a violation is known
};

}  // namespace seedbed
