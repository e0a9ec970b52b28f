// Start-up, time and output of the benchmark's images; each includes this once and defines Run().
//
// Ticks are SysTick's, which under QEMU's -icount follow executed instructions exactly. Text and
// files go over semihosting (Arm, "Semihosting for AArch32 and AArch64").

#ifndef MCUFORGE_BENCH_START_H_
#define MCUFORGE_BENCH_START_H_

#include <cstddef>
#include <cstdint>

#include "tensorflow/lite/micro/micro_profiler_interface.h"

extern "C" {
extern uint32_t __bss_start[], __bss_end[], __stack_bottom[], __stack_top[];
void Reset();
void SysTickHandler();
}

namespace {

// Armv7-M ARM B3.3 (Armv6-M B3.3 alike): SysTick.
volatile uint32_t& g_systick_csr = *reinterpret_cast<volatile uint32_t*>(0xe000e010);
volatile uint32_t& g_systick_rvr = *reinterpret_cast<volatile uint32_t*>(0xe000e014);
volatile uint32_t& g_systick_cvr = *reinterpret_cast<volatile uint32_t*>(0xe000e018);
constexpr uint32_t kReload = 0xffffff;
constexpr uint32_t kStackPaint = 0xa5a5a5a5;

volatile uint32_t g_wraps;

// Called, never inlined: by its entry verification/bench/cycles.py knows what lies between two.
[[gnu::noinline]] inline uint32_t Ticks() {
  uint32_t wraps;
  uint32_t now;
  do {
    wraps = g_wraps;
    now = kReload - g_systick_cvr;
  } while (wraps != g_wraps);
  return wraps * (kReload + 1) + now;
}

inline void StartTicks() {
  g_systick_rvr = kReload;
  g_systick_cvr = 0;
  g_systick_csr = 7;  // processor clock, interrupt, enable
}

inline int Semihost(int operation, const void* argument) {
  register int r0 asm("r0") = operation;
  register const void* r1 asm("r1") = argument;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

inline void Print(const char* text) { Semihost(0x04, text); }

inline void PrintHex(uint32_t value, int digits) {
  char text[9];
  for (int i = 0; i < digits; ++i) {
    const uint32_t digit = (value >> (4 * (digits - 1 - i))) & 15;
    text[i] = static_cast<char>(digit < 10 ? '0' + digit : 'a' + digit - 10);
  }
  text[digits] = '\0';
  Print(text);
}

inline void PrintField(const char* name, uint32_t value) {
  Print(name);
  PrintHex(value, 8);
  Print("\n");
}

[[noreturn]] inline void Exit() {
  Semihost(0x18, reinterpret_cast<const void*>(0x20026));  // ADP_Stopped_ApplicationExit
  for (;;) {
  }
}

[[noreturn]] inline void Fault() {
  Print("fault\n");
  Exit();
}

// 2 instructions an iteration: how many ticks an instruction takes.
constexpr uint32_t kCalibrationLoops = 500000;
inline uint32_t Calibrate() {
  const uint32_t start = Ticks();
  uint32_t loops = kCalibrationLoops;
  asm volatile(
      ".syntax unified\n"
      "1: subs %0, %0, #1\n"
      "bne 1b\n"
      : "+l"(loops)
      :
      : "cc");
  return Ticks() - start;
}

// One line an op: its name and its ticks, those of printing not counted.
class PrintingProfiler : public tflite::MicroProfilerInterface {
 public:
  uint32_t BeginEvent(const char* tag) override {
    tag_ = tag;
    return Ticks();
  }
  void EndEvent(uint32_t start) override {
    const uint32_t ticks = Ticks() - start;
    Print("op ");
    Print(tag_);
    PrintField(" ", ticks);
  }

 private:
  const char* tag_ = nullptr;
};
void Run();

}  // namespace

extern "C" {

void SysTickHandler() { g_wraps = g_wraps + 1; }

void Reset() {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  // CPACR: full access to CP10 and CP11, the FPU and MVE (Armv7-M ARM B3.2.20).
  *reinterpret_cast<volatile uint32_t*>(0xe000ed88) |= UINT32_C(0xf) << 20;
  asm volatile("dsb\n isb");
#endif
  // Volatile, or the compiler makes them calls of the C library's large memset. There are no data
  // to copy: the linker script refuses them.
  using Word = volatile uint32_t;
  for (Word* to = __bss_start; to < __bss_end;) {
    *to++ = 0;
  }
  uint32_t* const here = static_cast<uint32_t*>(__builtin_frame_address(0)) - 16;
  for (Word* to = __stack_bottom; to < here;) {
    *to++ = kStackPaint;
  }
  Run();
  Exit();
}

using Handler = void (*)();
[[gnu::section(".vectors"), gnu::used]] const Handler g_vectors[16] = {
    reinterpret_cast<Handler>(__stack_top),
    Reset,
    Fault,
    Fault,
    Fault,
    Fault,
    Fault,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    Fault,
    Fault,
    nullptr,
    Fault,
    SysTickHandler,
};

}  // extern "C"

#endif  // MCUFORGE_BENCH_START_H_
