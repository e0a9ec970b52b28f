#include "stack.h"

#include "board.h"

namespace board {

uint32_t StackHighWaterBytes() {
  const volatile uint32_t* word = mcuforge_stack_bottom;
  while (word < mcuforge_stack_top && *word == cortex_m::kStackPaint) ++word;
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(mcuforge_stack_top) -
                               reinterpret_cast<uintptr_t>(word));
}

}  // namespace board
