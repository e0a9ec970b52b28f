// The vector table: the first 16 entries here, one an external interrupt in the family's port.

#ifndef MCUFORGE_BOARDS_CORTEX_M_VECTORS_H_
#define MCUFORGE_BOARDS_CORTEX_M_VECTORS_H_

#include <cstdint>

namespace cortex_m {

// One entry: a handler, or in entry 0 the initial stack pointer.
union Vector {
  constexpr Vector() : handler(nullptr) {}
  constexpr Vector(void (*handler_in)()) : handler(handler_in) {}
  constexpr Vector(const uint32_t* stack_top_in) : stack_top(stack_top_in) {}

  void (*handler)();
  const uint32_t* stack_top;
};

// A family's vectors of external interrupts: entry n is interrupt n.
template <uint32_t kCount>
struct IrqTable {
  Vector irq[kCount];
};

constexpr int kSystemVectorCount = 16;
extern const Vector kSystemVectors[kSystemVectorCount];

}  // namespace cortex_m

extern "C" {
[[noreturn]] void mcuforge_reset();
void mcuforge_fault();    // fault.cc
void mcuforge_systick();  // systick.cc
}

namespace cortex_m {

// A table with one interrupt in use. A stray one is reported as a fault rather than lost.
template <uint32_t kCount>
constexpr IrqTable<kCount> MakeIrqTable(uint32_t used, void (*handler)()) {
  IrqTable<kCount> table{};
  for (Vector& vector : table.irq) vector = mcuforge_fault;
  table.irq[used] = handler;
  return table;
}

}  // namespace cortex_m

// Puts a family's table of external interrupts right behind the system's.
#define MCUFORGE_IRQ_VECTORS [[gnu::section(".vectors.irq"), gnu::used]]

#endif  // MCUFORGE_BOARDS_CORTEX_M_VECTORS_H_
