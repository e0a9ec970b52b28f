// The USART of the second generation, and the LPUART, its queue not used: L4, U5, G0.
// Registers: RM0432 (L4+), RM0456 (U5) and RM0444 (G0), "USART registers" and "LPUART registers";
// offsets and bits as in ST's device headers stm32l4r5xx.h, stm32u575xx.h and stm32g071xx.h.

#ifndef MCUFORGE_BOARDS_STM32_USART_V2_H_
#define MCUFORGE_BOARDS_STM32_USART_V2_H_

#include <cstdint>

#include "board_facts.h"
#include "registers.h"

namespace stm32::usart {

constexpr uint32_t kControl = board_facts::kUartBase + 0x00;  // CR1
constexpr uint32_t kControlEnable = 1u << 0;
constexpr uint32_t kDivider = board_facts::kUartBase + 0x0C;        // BRR
constexpr uint32_t kDividerScale = board_facts::kUartDividerScale;  // 256 for an LPUART, else 1
constexpr uint32_t kStatus = board_facts::kUartBase + 0x1C;         // ISR
constexpr uint32_t kClear = board_facts::kUartBase + 0x20;          // ICR
constexpr uint32_t kReceived = board_facts::kUartBase + 0x24;       // RDR
constexpr uint32_t kToSend = board_facts::kUartBase + 0x28;         // TDR
static_assert(kDividerScale == 1 || kDividerScale == 256, "uart.divider_scale: 1 or 256 (LPUART)");

inline void ClearOverrun() { cortex_m::Register(kClear) = 1u << 3; }

}  // namespace stm32::usart

#endif  // MCUFORGE_BOARDS_STM32_USART_V2_H_
