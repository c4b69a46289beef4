// One fault of a plan at work: waits, is applied, takes its steps, is lifted. Private to the
// injector.
#pragma once

#include "sim/fault/injector.h"

namespace seedbed {

class Injector::Active final : public Action {
 public:
  Active(Injector& injector, const Fault& planned) : fault(planned), injector_(injector) {}
  void fire() override { applied ? injector_.advance(*this) : injector_.begin(*this); }

  Fault fault;  // its targets are resolved when it begins
  bool applied = false;
  bool fired = false;
  bool doomed = false;  // its target is as good as dead: it begins, whatever else happens
  bool over = false;
  uint32_t step = 0;
  Time ends = kNever;

 private:
  Injector& injector_;
};

}  // namespace seedbed
