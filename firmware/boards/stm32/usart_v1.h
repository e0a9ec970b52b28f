// The USART of the first generation: F1, F2, F4. Received and sent data share a register.
// Registers: the reference manuals RM0041 (F100) section 23.6, RM0033 (F205/F207) section 24.6,
// RM0090 (F405/F407) section 30.6, which agree on all that is used here.

#ifndef MCUFORGE_BOARDS_STM32_USART_V1_H_
#define MCUFORGE_BOARDS_STM32_USART_V1_H_

#include <cstdint>

#include "board_facts.h"
#include "registers.h"

namespace stm32::usart {

constexpr uint32_t kStatus = board_facts::kUartBase + 0x00;    // SR
constexpr uint32_t kReceived = board_facts::kUartBase + 0x04;  // DR
constexpr uint32_t kToSend = kReceived;
constexpr uint32_t kDivider = board_facts::kUartBase + 0x08;  // BRR
constexpr uint32_t kDividerScale = 1;
constexpr uint32_t kControl = board_facts::kUartBase + 0x0C;  // CR1
constexpr uint32_t kControlEnable = 1u << 13;

// Reading the status and then the data clears it (RM0090 30.6.1). A byte that waits stays where it
// is, and the overrun with it.
inline void ClearOverrun() {
  if ((cortex_m::Register(kStatus) & 1u << 5) == 0) cortex_m::ReadAndForget(kReceived);
}

}  // namespace stm32::usart

#endif  // MCUFORGE_BOARDS_STM32_USART_V1_H_
