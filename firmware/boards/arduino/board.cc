// The port over the Arduino API, for boards of PlatformIO's own platforms: their core has start-up,
// memory map, clock and UART, which Serial stands for (USB on some boards).
// https://docs.arduino.cc/language-reference/ (Serial, micros, yield)

#include "board.h"

#include <Arduino.h>

#include <cstddef>
#include <cstdint>

#include "board_facts.h"

namespace board {

void Init() { Serial.begin(board_facts::kUartBaud); }

size_t UartRead(uint8_t* dst, size_t max) {
  size_t count = 0;
  while (count < max && Serial.available() > 0) dst[count++] = static_cast<uint8_t>(Serial.read());
  return count;
}

uint32_t UartOverruns() { return 0; }  // the API does not tell

void UartWrite(const uint8_t* src, size_t n) {
  // Over USB, Serial is false as long as no host listens: what is said then is lost, as on a wire.
  while (n > 0 && Serial) {
    const size_t written = Serial.write(src, n);
    src += written;
    n -= written;
    if (n > 0) yield();
  }
}

void UartSetBaud(uint32_t) {}  // uart.max_baud is uart.baud: over USB it means nothing

void Idle() { yield(); }

uint32_t Ticks() { return static_cast<uint32_t>(micros()); }
uint32_t TickHz() { return board_facts::kTickHz; }
uint32_t ClockHz() { return board_facts::kClockHz; }

size_t UniqueId(uint8_t*) { return 0; }       // not in the API
uint32_t StackHighWaterBytes() { return 0; }  // the stack is the core's

void FaultWrite(const uint8_t* src, size_t n) { UartWrite(src, n); }
void FaultEnd() { Reset(); }

void Reset() {
#if defined(__arm__)
  // Application Interrupt and Reset Control Register (Armv7-M B3.2.6): key and SYSRESETREQ
  *reinterpret_cast<volatile uint32_t*>(0xE000ED0C) = 0x05FAu << 16 | 1u << 2;
#endif
  for (;;) {
  }
}

}  // namespace board
