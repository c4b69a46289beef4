#include "tools/cli/interrupt.h"

namespace seedbed {
namespace {

// A signal handler can only reach what is static.
volatile sig_atomic_t interrupts = 0;

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupts = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { interrupts = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, &before_int_);
  sigaction(SIGTERM, &action, &before_term_);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &ignore, &before_file_size_);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &before_int_, nullptr);
  sigaction(SIGTERM, &before_term_, nullptr);
  sigaction(SIGXFSZ, &before_file_size_, nullptr);
}

bool interrupted() { return interrupts != 0; }

}  // namespace seedbed
