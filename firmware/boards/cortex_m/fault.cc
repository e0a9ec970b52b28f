// Every fault ends here: one call of board_on_fault() with where it happened, then a reset.

#include <cstddef>
#include <cstdint>

#include "board.h"
#include "linker_symbols.h"
#include "registers.h"
#include "vectors.h"

namespace {

// What the processor pushes at exception entry (B1.5.6), lowest address first.
struct ExceptionFrame {
  uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

// Stacking may itself have failed, with the stack pointer outside of RAM.
bool InRam(const ExceptionFrame* frame) {
  const uintptr_t start = reinterpret_cast<uintptr_t>(frame);
  return start % 4 == 0 && start >= reinterpret_cast<uintptr_t>(mcuforge_ram_start) &&
         start <= reinterpret_cast<uintptr_t>(mcuforge_ram_end) - sizeof(ExceptionFrame);
}

volatile bool g_faulted = false;

}  // namespace

extern "C" {

// Weak: a program without an application of its own still links, and resets without a word.
[[gnu::weak]] void board_on_fault(uint32_t, uint32_t, uint32_t) {}

[[noreturn]] void mcuforge_report_fault(uint32_t pc, uint32_t lr, uint32_t cfsr) {
  if (!g_faulted) {  // a fault inside the report resets at once
    g_faulted = true;
    board_on_fault(pc, lr, cfsr);
  }
  board::FaultEnd();
}

[[noreturn, gnu::used]] void mcuforge_fault_entry(const ExceptionFrame* frame) {
  const uint32_t cfsr = cortex_m::kMainline ? cortex_m::Register(cortex_m::kCfsr) : 0;
  const bool readable = InRam(frame);
  mcuforge_report_fault(readable ? frame->pc : 0, readable ? frame->lr : 0, cfsr);
}

// Finds the frame and a stack to report on. Only instructions that Armv6-M has too. EXC_RETURN bit
// 2 in lr tells which stack pointer was in use (B1.5.8). The program never goes on, so its stack
// can be used again, whatever state it is in: the half of it that the frame is not in.
[[gnu::naked]] void mcuforge_fault() {
  asm volatile(
      "cpsid i                              \n"
      "mov   r1, lr                         \n"
      "movs  r2, #4                         \n"
      "mrs   r0, msp                        \n"
      "tst   r1, r2                         \n"
      "beq   1f                             \n"
      "mrs   r0, psp                        \n"
      "1:                                   \n"
      "ldr   r1, =mcuforge_stack_middle     \n"
      "cmp   r0, r1                         \n"
      "bhs   2f                             \n"
      "ldr   r1, =mcuforge_stack_top        \n"
      "2:                                   \n"
      "mov   sp, r1                         \n"
      "ldr   r1, =mcuforge_fault_entry      \n"
      "bx    r1                             \n");
}

// What the C++ runtime calls when a program cannot go on. Defined here so that libc's versions,
// with their signals, streams and heap, are not linked. They report the call: the return address
// may be past the end of the caller, for the compiler knows that nothing returns to it. Inlined,
// they would report the caller's caller.
constexpr uintptr_t kThumbBit = 1;
constexpr uintptr_t kHalfwordBytes = 2;

#define MCUFORGE_GIVE_UP()                                                         \
  asm volatile("cpsid i" ::: "memory");                                            \
  const uintptr_t back = reinterpret_cast<uintptr_t>(__builtin_return_address(0)); \
  mcuforge_report_fault((back & ~kThumbBit) - kHalfwordBytes, 0, 0)

[[noreturn, gnu::noinline]] void abort() { MCUFORGE_GIVE_UP(); }
[[noreturn, gnu::noinline]] void __cxa_pure_virtual() { MCUFORGE_GIVE_UP(); }
[[noreturn, gnu::noinline]] void __assert_func(const char*, int, const char*, const char*) {
  MCUFORGE_GIVE_UP();
}

}  // extern "C"

// There is no heap. Virtual destructors name this all the same; none is ever run through it.
void operator delete(void*) noexcept { abort(); }
void operator delete(void*, size_t) noexcept { abort(); }

namespace board {

void Reset() {
  asm volatile("dsb" ::: "memory");
  cortex_m::Register(cortex_m::kAircr) = cortex_m::kAircrKey | cortex_m::kAircrSysResetReq;
  asm volatile("dsb" ::: "memory");
  for (;;) {  // the request takes effect some cycles later (B3.2.6)
  }
}

}  // namespace board
