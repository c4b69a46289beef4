#include "tools/cli/interrupt.h"

#include <cstdint>
#include <ctime>

#include "tools/cli/output_file.h"

namespace seedbed {
namespace {

// A signal handler can only reach what is static.
volatile sig_atomic_t interrupts = 0;
volatile int64_t first_ms = 0;

int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

// timeout(1) sends its signal to the process and then to its group: that is one wish, not two.
void on_signal(int signal) {
  constexpr int64_t kOneWishMs = 500;
  if (interrupts == 0) {
    first_ms = now_ms();
    interrupts = 1;
  } else if (now_ms() - first_ms > kOneWishMs) {
    remove_unfinished_output();
    ::signal(signal, SIG_DFL);
    raise(signal);
  }
}

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupts = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
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
