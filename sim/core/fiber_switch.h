// The one switch between stacks, Boost.Context's jump_fcontext, entered so that the processor's
// return predictor survives it. Private to fiber.h.
//
// A processor predicts where a `ret` goes by remembering the calls. jump_fcontext is entered by a
// `call` and left by a jump on another stack, so each switch leaves one call too many behind, and
// every return on the way out of a blocking function is then mispredicted: some 30 ns per switch in
// a chain three deep. Pushing the return address by hand and jumping leaves the predictor balanced.
// What is saved, and how, stays Boost's business. Other processors, and the sanitizers, take the
// call.
#pragma once

#include <boost/context/detail/fcontext.hpp>

#include "sim/core/sanitizers.h"

#if defined(__x86_64__) && !defined(__ILP32__) && !defined(SEEDBED_ASAN) && !defined(__CET__)
#define SEEDBED_BALANCED_SWITCH 1
#endif

namespace seedbed {

// Goes on at `to`, handing `data` over; returns when somebody jumps back, with where that was.
inline boost::context::detail::transfer_t switch_to(boost::context::detail::fcontext_t to,
                                                    void* data) {
#if defined(SEEDBED_BALANCED_SWITCH)
  boost::context::detail::fcontext_t from = nullptr;
  void* received = nullptr;
  // 128: leaf functions keep locals below the stack pointer. By the ABI of C calls, everything that
  // is not named here (rbx, rbp, r12 to r15, the control words) comes back as it was.
  asm volatile(
      "leaq -128(%%rsp), %%rsp\n\t"
      "leaq 1f(%%rip), %%rax\n\t"
      "pushq %%rax\n\t"
      "jmp jump_fcontext@PLT\n"
      "1:\n\t"
      "leaq 128(%%rsp), %%rsp"
      : "+D"(to), "+S"(data), "=a"(from), "=d"(received)
      :
      : "rcx", "r8", "r9", "r10", "r11", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
        "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
        "xmm15", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)"
#if defined(__AVX512F__)
        ,
        "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",
        "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6",
        "k7"
#endif
  );
  return {from, received};
#else
  return boost::context::detail::jump_fcontext(to, data);
#endif
}

}  // namespace seedbed
