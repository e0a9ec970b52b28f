// Core peripherals that every Cortex-M has at the same address.
// Names and sections: Armv7-M Architecture Reference Manual (DDI 0403E), part B;
// the same addresses hold for Armv6-M (DDI 0419) and Armv8-M (DDI 0553).

#ifndef MCUFORGE_BOARDS_CORTEX_M_REGISTERS_H_
#define MCUFORGE_BOARDS_CORTEX_M_REGISTERS_H_

#include <cstddef>
#include <cstdint>

#include "stack_guard.h"

namespace cortex_m {

inline volatile uint32_t& Register(uint32_t address) {
  return *reinterpret_cast<volatile uint32_t*>(address);
}

// Of peripherals whose registers are narrower, side by side in a word.
inline volatile uint16_t& Register16(uint32_t address) {
  return *reinterpret_cast<volatile uint16_t*>(address);
}
inline volatile uint8_t& Register8(uint32_t address) {
  return *reinterpret_cast<volatile uint8_t*>(address);
}

// For what a read does besides giving a value.
inline void ReadAndForget(uint32_t address) {
  [[maybe_unused]] const uint32_t value = Register(address);
}

// Copies `kWords` words from `kAddress`, read as words, to `dst`; returns how many bytes that are.
template <uint32_t kAddress, size_t kWords>
size_t ReadWords(uint8_t* dst) {
  static_assert(OutsideGuard(kAddress, 4 * kWords), "a fact of the chip lies in the stack's guard");
  for (size_t i = 0; i < 4 * kWords; i += 4) {
    const uint32_t word = Register(kAddress + i);
    for (size_t byte = 0; byte < 4; ++byte) dst[i + byte] = static_cast<uint8_t>(word >> 8 * byte);
  }
  return 4 * kWords;
}

// SysTick, B3.3.2
constexpr uint32_t kSystCsr = 0xE000E010;
constexpr uint32_t kSystCsrEnable = 1u << 0;
constexpr uint32_t kSystCsrTickInt = 1u << 1;
constexpr uint32_t kSystCsrClkSourceProcessor = 1u << 2;
constexpr uint32_t kSystRvr = 0xE000E014;
constexpr uint32_t kSystCvr = 0xE000E018;

// Nested Vectored Interrupt Controller, B3.4: set-enable, clear-enable and set-pending registers,
// one bit an interrupt
constexpr uint32_t kNvicIser = 0xE000E100;
constexpr uint32_t kNvicIcer = 0xE000E180;
constexpr uint32_t kNvicIspr = 0xE000E200;

// System Control Block, B3.2
constexpr uint32_t kIcsr = 0xE000ED04;  // B3.2.4
constexpr uint32_t kIcsrPendStSet = 1u << 26;
constexpr uint32_t kVtor = 0xE000ED08;   // B3.2.5
constexpr uint32_t kAircr = 0xE000ED0C;  // B3.2.6
constexpr uint32_t kAircrKey = 0x05FAu << 16;
constexpr uint32_t kAircrSysResetReq = 1u << 2;
constexpr uint32_t kShcsr = 0xE000ED24;            // B3.2.13
constexpr uint32_t kShcsrFaultsEnable = 7u << 16;  // MEMFAULTENA, BUSFAULTENA, USGFAULTENA
constexpr uint32_t kCfsr = 0xE000ED28;             // B3.2.15
constexpr uint32_t kCpacr = 0xE000ED88;            // B3.2.20
constexpr uint32_t kCpacrCp10Cp11Full = 0xFu << 20;

// Memory Protection Unit, B3.5
constexpr uint32_t kMpuCtrl = 0xE000ED94;  // B3.5.5
constexpr uint32_t kMpuCtrlEnable = 1u << 0;
constexpr uint32_t kMpuCtrlDefaultMap = 1u << 2;  // PRIVDEFENA
constexpr uint32_t kMpuRnr = 0xE000ED98;          // B3.5.6
constexpr uint32_t kMpuRbar = 0xE000ED9C;         // B3.5.7
constexpr uint32_t kMpuRasr = 0xE000EDA0;         // B3.5.8
constexpr uint32_t kMpuRasrEnable = 1u << 0;
constexpr uint32_t kMpuRasrNoExecute = 1u << 28;

// Armv6-M and the Armv8-M baseline have neither configurable faults nor VTOR for certain.
#if __ARM_ARCH_ISA_THUMB == 2
constexpr bool kMainline = true;
#else
constexpr bool kMainline = false;
#endif

inline void WriteNvic(uint32_t bank, uint32_t irq) {
  Register(bank + 4 * (irq / 32)) = 1u << (irq % 32);
}
inline void EnableInterrupt(uint32_t irq) { WriteNvic(kNvicIser, irq); }
inline void DisableInterrupt(uint32_t irq) { WriteNvic(kNvicIcer, irq); }
inline void PendInterrupt(uint32_t irq) { WriteNvic(kNvicIspr, irq); }

// Interrupts off for as long as the object lives; nests.
class InterruptLock {
 public:
  InterruptLock() {
    asm volatile("mrs %0, primask" : "=r"(primask_));
    asm volatile("cpsid i" ::: "memory");
  }
  ~InterruptLock() { asm volatile("msr primask, %0" ::"r"(primask_) : "memory"); }
  InterruptLock(const InterruptLock&) = delete;
  InterruptLock& operator=(const InterruptLock&) = delete;

 private:
  uint32_t primask_;
};

}  // namespace cortex_m

#endif  // MCUFORGE_BOARDS_CORTEX_M_REGISTERS_H_
