// What happens when this process is killed by its own code. The code under test runs in it, so a
// segmentation fault there is a finding about that code, to be reported like one, and not a stack
// trace.
//
//   install_crash_handler();
//   {
//     CrashReport report(json, sentence);   // made before the run: nothing can be made after it
//     runner.run(scenario, seed);           // dies: prints both, exit code 1
//   }
//
// Outside of a CrashReport a fatal signal is an internal error: one line, exit code 3.
#pragma once

#include <string>

namespace seedbed {

// For SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT. Sanitizers keep their own handlers.
void install_crash_handler();

// While it lives, a crash prints `out` to stdout and `error` to stderr. One at a time.
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

}  // namespace seedbed
