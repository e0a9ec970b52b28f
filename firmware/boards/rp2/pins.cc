// Raspberry Pi RP2040 and RP2350: UART0, a PL011, on its pins. Sections are the RP2040 datasheet's.

#include <cstdint>

#include "board_facts.h"
#include "chip.h"
#include "peripherals.h"
#include "registers.h"

namespace {

using cortex_m::Register;

constexpr uint32_t kClkPeriCtrl = rp2::kClocks + 0x48;  // 2.15.7
constexpr uint32_t kClkPeriEnable = 1u << 11;           // its source 0 is clk_sys

// Pins, 2.19.6.1 and 2.19.6.3
constexpr uint32_t kIoBank0Ctrl = rp2::kIoBank0 + 0x04;  // 8 bytes a pin
constexpr uint32_t kIoFunctionUart = 2;
constexpr uint32_t kPads = rp2::kPadsBank0 + 0x04;  // 4 bytes a pin
constexpr uint32_t kPadPullDown = 1u << 2;
constexpr uint32_t kPadPullUp = 1u << 3;
constexpr uint32_t kPadInput = 1u << 6;

static_assert(board_facts::kUartTxPin % 4 == 0 && board_facts::kUartRxPin % 4 == 1 &&
                  board_facts::kUartTxPin / 4 % 4 % 3 == 0 &&
                  board_facts::kUartRxPin / 4 % 4 % 3 == 0,
              "uart.tx_pin, uart.rx_pin: not of UART0 (1.4.3)");

}  // namespace

void pl011::ConnectUart() {
  rp2::Release(rp2::kResetsIoBank0 | rp2::kResetsPadsBank0 | rp2::kResetsUart0);
  Register(kClkPeriCtrl) = kClkPeriEnable;
  Register(kIoBank0Ctrl + 8 * board_facts::kUartTxPin) = kIoFunctionUart;
  Register(kIoBank0Ctrl + 8 * board_facts::kUartRxPin) = kIoFunctionUart;
  const uint32_t pad = kPads + 4 * board_facts::kUartRxPin;
  Register(pad + rp2::kClearBits) = kPadPullDown;
  Register(pad + rp2::kSetBits) = kPadPullUp | kPadInput;  // an open line is an idle line
  if constexpr (rp2::kPadIsolated != 0) {
    // Once the pins are set up: until then they keep the state that they had.
    Register(pad + rp2::kClearBits) = rp2::kPadIsolated;
    Register(kPads + 4 * board_facts::kUartTxPin + rp2::kClearBits) = rp2::kPadIsolated;
  }
}
