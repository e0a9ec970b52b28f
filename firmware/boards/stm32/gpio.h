// General-purpose I/Os of all families but F1. Registers: RM0090 8.4; the same in RM0033, RM0432
// (L4+), RM0456 (U5) and RM0444 (G0).

#ifndef MCUFORGE_BOARDS_STM32_GPIO_H_
#define MCUFORGE_BOARDS_STM32_GPIO_H_

#include <cstdint>

#include "board_facts.h"
#include "chip.h"
#include "registers.h"

namespace stm32::gpio {

constexpr uint32_t kStride = 0x400;  // from port to port
constexpr uint32_t kModer = 0x00;    // two bits a pin
constexpr uint32_t kModerAlternate = 2;
constexpr uint32_t kOspeedr = 0x08;  // two bits a pin
constexpr uint32_t kOspeedrFast = 2;
constexpr uint32_t kPupdr = 0x0C;  // two bits a pin
constexpr uint32_t kPupdrUp = 1;
constexpr uint32_t kAfr = 0x20;  // two registers, four bits a pin

inline void SetField(uint32_t address, uint32_t pin, uint32_t bits, uint32_t value) {
  const uint32_t shift = bits * pin;
  const uint32_t mask = (1u << bits) - 1;
  cortex_m::Register(address) = (cortex_m::Register(address) & ~(mask << shift)) | value << shift;
}

// Gives a pin to the board's USART. port_a: address of port A; clocks: the register of the RCC with
// a bit for each port's clock, port A's the lowest.
inline void ConnectPin(uint32_t port_a, uint32_t clocks, uint32_t pin) {
  const uint32_t port = pin / 16;
  const uint32_t gpio = port_a + kStride * port;
  pin %= 16;
  EnableClock(clocks, port);
  SetField(gpio + kAfr + 4 * (pin / 8), pin % 8, 4, board_facts::kUartPinFunction);
  SetField(gpio + kOspeedr, pin, 2, kOspeedrFast);
  SetField(gpio + kPupdr, pin, 2, kPupdrUp);  // an open line is an idle line
  SetField(gpio + kModer, pin, 2, kModerAlternate);
}

// The same with both pins of the board's USART.
inline void ConnectUsartPins(uint32_t port_a, uint32_t clocks) {
  ConnectPin(port_a, clocks, board_facts::kUartTxPin);
  ConnectPin(port_a, clocks, board_facts::kUartRxPin);
}

}  // namespace stm32::gpio

#endif  // MCUFORGE_BOARDS_STM32_GPIO_H_
