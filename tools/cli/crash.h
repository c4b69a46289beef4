// What happens when this process is killed by its own code. The code under test runs in it, so a
// segmentation fault there is a finding about that code, to be reported like one, and not a stack
// trace.
//
//   install_crash_handler();
//   {
//     const CrashReport report = report_crash(scenario, seed, reproduce, context, json);
//     runner.run(scenario, seed);           // dies: prints both, exit code 1
//   }
//
// Outside of a CrashReport a fatal signal is an internal error: one line, exit code 3.
#pragma once

#include <string>

#include "sim/run/scenario.h"
#include "tools/cli/context.h"

namespace seedbed {

// For SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT. Sanitizers keep their own handlers.
void install_crash_handler();

// While it lives, a crash prints `out` to stdout and `error` to stderr. One at a time. Both are
// made before the run, because nothing can be made after it.
class CrashReport {
 public:
  CrashReport(std::string out, std::string error);
  ~CrashReport();
  CrashReport(const CrashReport&) = delete;
  CrashReport& operator=(const CrashReport&) = delete;

 private:
  std::string out_;
  std::string error_;
};

// While it lives, Ctrl-C (or SIGTERM) prints `text` to stderr, removes the file that was being
// written, and ends the process: exit code 130. Nothing is lost if the text says how to run the
// same again. One at a time.
class InterruptReport {
 public:
  explicit InterruptReport(std::string text);
  ~InterruptReport();
  InterruptReport(const InterruptReport&) = delete;
  InterruptReport& operator=(const InterruptReport&) = delete;

 private:
  std::string text_;
};

// The result of a run that crashes: its verdict is "crash". `reproduce` is the line that runs it
// again.
CrashReport report_crash(const Scenario& scenario, uint64_t seed, const std::string& reproduce,
                         const Context& context, bool json);

}  // namespace seedbed
