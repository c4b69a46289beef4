// What a hunt found, as JUnit's XML, which build servers read. There is no official schema; this is
// the form that Jenkins and its kin agree upon.
#pragma once

#include <string>

#include "tools/cli/hunt_report.h"

namespace seedbed {

// A suite for each scenario; in it a case for each check of the protocol, so that histories of a
// case make sense, and cases for what is no check: that runs end ("runs to its end"), that they are
// the same twice ("deterministic"), and that the campaign tried what it should ("coverage").
std::string junit_xml(const Hunt& hunt, const Context& context);

}  // namespace seedbed
