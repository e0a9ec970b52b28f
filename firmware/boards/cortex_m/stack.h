// How deep the stack ever went, by painting it; and a fault, in place of silent damage, when it is
// full.

#ifndef MCUFORGE_BOARDS_CORTEX_M_STACK_H_
#define MCUFORGE_BOARDS_CORTEX_M_STACK_H_

#include <cstdint>

#include "linker_symbols.h"

namespace cortex_m {

constexpr uint32_t kStackPaint = 0xC5C5C5C5;

// Fills the stack below the caller's frame. Inlined, so that it has no frame to paint over.
[[gnu::always_inline]] inline void PaintStack() {
  const uint32_t* here;
  asm volatile("mov %0, sp" : "=r"(here));
  for (volatile uint32_t* word = mcuforge_stack_bottom; word < here;) *word++ = kStackPaint;
}

// Makes the processor fault when the stack grows below its bottom, as the board's stack_guard says.
// With "none" nothing watches: a stack that is too deep goes on into what is in front of RAM.
void GuardStack();

}  // namespace cortex_m

#endif  // MCUFORGE_BOARDS_CORTEX_M_STACK_H_
