// Interrupt: Ctrl-C as a question that a long command asks now and then.
//
//   const InterruptGuard guard;
//   while (!interrupted()) work();
#pragma once

#include <signal.h>

namespace seedbed {

// While it lives, Ctrl-C (or SIGTERM) ends the command in an orderly way; a second one, half a
// second later, ends it at once. A file that grows beyond `ulimit -f` is then an error of the
// write, and not the end of the process. One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  struct sigaction before_int_ {};
  struct sigaction before_term_ {};
  struct sigaction before_file_size_ {};
};

// Whether it has been pressed since the guard was made.
bool interrupted();

}  // namespace seedbed
