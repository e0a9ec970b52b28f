// Answers single letters on the UART, each with one line; see test_cortex_m_port.py.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "board.h"

extern "C" void abort();

namespace {

class Constructed {
 public:
  explicit Constructed(int value) : value(value) {}
  volatile int value;
};

Constructed g_constructed(42);
volatile uint32_t g_data = 0x12345678;
volatile uint32_t g_bss;

using Write = void (*)(const uint8_t*, size_t);

void Put(Write write, const char* text) {
  for (; *text != 0; ++text) write(reinterpret_cast<const uint8_t*>(text), 1);
}

void PutHex(Write write, uint32_t value) {
  char text[] = " 00000000";
  for (int i = 0; i < 8; ++i) text[8 - i] = "0123456789abcdef"[value >> 4 * i & 15];
  Put(write, text);
}

void PutLine(uint32_t a, uint32_t b, uint32_t c) {
  for (uint32_t value : {a, b, c}) PutHex(board::UartWrite, value);
  Put(board::UartWrite, "\n");
}

uint32_t Read(uintptr_t address) { return *reinterpret_cast<volatile uint32_t*>(address); }

// Reads the ticks again and again; the masked reads make the wrap's interrupt wait.
void WatchTicks() {
  const uint32_t start = board::Ticks();
  uint32_t last = start;
  uint32_t backward = 0;
  uint32_t largest_step = 0;
  for (uint32_t i = 0; last - start <= 1u << 24; ++i) {
    const bool masked = i % 2 == 0;
    if (masked) asm volatile("cpsid i" ::: "memory");
    for (int read = 0; read < 50; ++read) {
      const uint32_t now = board::Ticks();
      const uint32_t step = now - last;
      if (step >> 31) {
        ++backward;
      } else if (step > largest_step) {
        largest_step = step;
      }
      last = now;
    }
    if (masked) asm volatile("cpsie i" ::: "memory");
  }
  PutLine(backward, largest_step, last);
}

}  // namespace

extern "C" {

void board_on_fault(uint32_t pc, uint32_t lr, uint32_t cfsr) {
  Put(board::FaultWrite, "FAULT");
  for (uint32_t value : {pc, lr, cfsr}) PutHex(board::FaultWrite, value);
  Put(board::FaultWrite, "\n");
}

[[gnu::noinline]] void StoreToNowhere() { *reinterpret_cast<volatile uint32_t*>(0xE0200000) = 1; }
[[gnu::noinline]] void RunUndefined() { asm volatile("udf #1"); }
[[gnu::noinline]] void GiveUp() { abort(); }
[[gnu::noipa]] void FailAssertion(uint8_t letter) { assert(letter == 0); }
[[gnu::noinline]] uint32_t UseStack(uint32_t depth) {
  volatile uint8_t frame[64];
  frame[depth % sizeof(frame)] = 1;
  return depth == 0 ? 0 : UseStack(depth - 1) + frame[depth % sizeof(frame)];
}

}  // extern "C"

int main() {
  board::Init();
  Put(board::UartWrite, "boot\n");
  for (;;) {
    uint8_t letter = 0;
    if (board::UartRead(&letter, 1) == 0) {
      board::Idle();
      continue;
    }
    switch (letter) {
      case 'd':
        PutLine(g_data, g_bss, static_cast<uint32_t>(g_constructed.value));
        break;
      case 't':
        WatchTicks();
        break;
      case 's':
        PutHex(board::UartWrite, board::StackHighWaterBytes());
        Put(board::UartWrite, "\n");
        break;
      case 'i': {
        uint8_t id[board::kUniqueIdMaxBytes];
        const size_t size = board::UniqueId(id);
        for (size_t i = 0; i < size; ++i) PutHex(board::UartWrite, id[i]);
        Put(board::UartWrite, "\n");
        break;
      }
      case 'e':
        Put(board::UartWrite, "echo\n");
        break;
      case 'w':
        for (const uint32_t start = board::Ticks(); board::Ticks() - start < board::TickHz() / 4;) {
        }
        Put(board::UartWrite, "busy\n");
        break;
      case '1':
        g_bss = UseStack(13) * 0;
        Put(board::UartWrite, "used\n");
        break;
      case 'o':
        g_bss = UseStack(1u << 30);
        break;
      case 'b':
        StoreToNowhere();
        break;
      case 'm':  // where STM32F2 and F4 have their unique id
        PutLine(Read(0x1FFF7A10), 0, 0);
        break;
      case 'g':  // MPU_RBAR, MPU_RASR, MPU_CTRL (Armv7-M B3.5)
        PutLine(Read(0xE000ED9C), Read(0xE000EDA0), Read(0xE000ED94));
        break;
      case 'u':
        RunUndefined();
        break;
      case 'a':
        GiveUp();
        break;
      case 'x':
        FailAssertion(letter);
        break;
      case 'r':
        board::Reset();
    }
  }
}
