#include "tools/cli/crash.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "sim/core/sanitizers.h"
#include "tools/cli/json.h"
#include "tools/cli/output_file.h"
#include "tools/cli/selection.h"
#include "tools/cli/text.h"

namespace seedbed {
namespace {

// A signal handler can only find what is static.
constinit const std::string* current_out = nullptr;
constinit const std::string* current_error = nullptr;
constinit const std::string* current_interrupt = nullptr;
// A fiber that ran out of stack has none left for the handler.
constinit std::array<char, 64 << 10> handler_stack{};

void say(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

void on_interrupt(int) {
  if (current_interrupt != nullptr) say(STDERR_FILENO, *current_interrupt);
  remove_unfinished_output();
  _exit(kExitInterrupted);
}

void on_fatal_signal(int signal) {
  const bool in_run = current_error != nullptr;
  remove_unfinished_output();
  if (in_run) {
    say(STDOUT_FILENO, *current_out);
    say(STDERR_FILENO, *current_error);
  } else if (signal != SIGABRT) {  // a failed CHECK has spoken already
    say(STDERR_FILENO, "seedbed: internal error: a fatal signal outside of any run\n");
  }
  _exit(in_run ? kExitFinding : kExitInternal);
}

}  // namespace

void install_crash_handler() {
  if (sanitizers::kAddress) return;
  stack_t stack{};
  stack.ss_sp = handler_stack.data();
  stack.ss_size = handler_stack.size();
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = on_fatal_signal;
  action.sa_flags = SA_ONSTACK | SA_RESETHAND;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    sigaction(signal, &action, nullptr);
  }
}

CrashReport::CrashReport(std::string out, std::string error)
    : out_(std::move(out)), error_(std::move(error)) {
  current_out = &out_;
  current_error = &error_;
}

CrashReport::~CrashReport() { current_out = current_error = nullptr; }

InterruptReport::InterruptReport(std::string text) : text_(std::move(text)) {
  current_interrupt = &text_;
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_ONSTACK;  // the stack of a fiber may have no room left
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

InterruptReport::~InterruptReport() {
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  current_interrupt = nullptr;
}

CrashReport report_crash(const Scenario& scenario, uint64_t seed, const std::string& reproduce,
                         const Context& context, bool json) {
  const Json object{{"scenario", scenario.name}, {"seed", seed},
                    {"mutant", scenario.mutant}, {"revision", context.program.revision},
                    {"verdict", "crash"},        {"reproduce", reproduce}};
  const std::string text = fmt::format(
      "{}  {}  seed {}\n\n  The code under test crashed.\n\n  reproduce   {}\n",
      verdict_text("crash", context.terminal), scenario.name, seed_text(seed), reproduce);
  return {json ? dump(object) : text,
          fmt::format("{}: error: the code under test crashed in {}, seed {}\n",
                      context.program.name, scenario.name, seed_text(seed))};
}

}  // namespace seedbed
