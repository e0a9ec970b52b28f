// The check runner on a bare Cortex-M under QEMU: files through Arm semihosting ("Semihosting for
// AArch32 and AArch64", version 2.0), memory from one large RAM, guard bytes round every buffer.
// Reads batch.bin and writes results.bin in QEMU's working directory.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "batch.h"

extern "C" {
extern uint32_t checks_stack_top[];
extern uint8_t checks_heap_start[];
extern uint8_t checks_heap_end[];
extern uint32_t checks_data_start[];
extern uint32_t checks_data_end[];
extern const uint32_t checks_data_load[];
extern uint32_t checks_bss_start[];
extern uint32_t checks_bss_end[];
}

namespace {

// Operation numbers of semihosting.
constexpr uint32_t kSysOpen = 0x01;
constexpr uint32_t kSysWrite0 = 0x04;
constexpr uint32_t kSysWrite = 0x05;
constexpr uint32_t kSysRead = 0x06;
constexpr uint32_t kSysExitExtended = 0x20;
constexpr uint32_t kExitApplication = 0x20026;  // ADP_Stopped_ApplicationExit
constexpr uint32_t kModeReadBinary = 1;
constexpr uint32_t kModeWriteBinary = 5;

uint32_t Call(uint32_t operation, const void* arguments) {
  register uint32_t r0 asm("r0") = operation;
  register const void* r1 asm("r1") = arguments;
  asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

[[noreturn]] void Exit(uint32_t status) {
  const uint32_t arguments[] = {kExitApplication, status};
  Call(kSysExitExtended, arguments);
  for (;;) {
  }
}

[[noreturn]] void Die(const char* why) {
  Call(kSysWrite0, why);
  Exit(3);
}

uint32_t Open(const char* name, uint32_t mode) {
  const uint32_t arguments[] = {reinterpret_cast<uint32_t>(name), mode, std::strlen(name)};
  const uint32_t handle = Call(kSysOpen, arguments);
  if (handle == UINT32_MAX) {
    Die("cannot open the batch or the result file\n");
  }
  return handle;
}

uint32_t g_batch;
uint32_t g_results;

constexpr uint32_t kGuardBytes = 64;
constexpr uint8_t kGuard = 0xC3;
constexpr uint32_t kMaxBlocks = 8;

struct Block {
  uint8_t* start;
  uint32_t bytes;
  uint8_t* before;  // where the free memory began
};
Block g_blocks[kMaxBlocks];
uint32_t g_block_count;
uint8_t* g_next = checks_heap_start;

bool IsGuard(const uint8_t* start) {
  for (uint32_t i = 0; i < kGuardBytes; ++i) {
    if (start[i] != kGuard) {
      return false;
    }
  }
  return true;
}

}  // namespace

namespace checks {

void Read(void* to, uint32_t bytes) {
  const uint32_t arguments[] = {g_batch, reinterpret_cast<uint32_t>(to), bytes};
  if (bytes && Call(kSysRead, arguments) != 0) {
    Die("the batch file ends early\n");
  }
}

void Write(const void* from, uint32_t bytes) {
  const uint32_t arguments[] = {g_results, reinterpret_cast<uint32_t>(from), bytes};
  if (bytes && Call(kSysWrite, arguments) != 0) {
    Die("cannot write the results\n");
  }
}

uint8_t* Allocate(uint32_t bytes, uint32_t misalign) {
  uint8_t* const guard = g_next + misalign;
  uint8_t* const start = guard + kGuardBytes;
  const uint32_t room = static_cast<uint32_t>(checks_heap_end - g_next);
  if (g_block_count == kMaxBlocks || bytes > room || room - bytes < 4 * kGuardBytes) {
    Die("the case is too large for the machine's RAM\n");
  }
  std::memset(guard, kGuard, kGuardBytes);
  std::memset(start + bytes, kGuard, kGuardBytes);
  g_blocks[g_block_count++] = Block{start, bytes, g_next};
  const uintptr_t end = reinterpret_cast<uintptr_t>(start) + bytes + kGuardBytes;
  g_next = reinterpret_cast<uint8_t*>((end + 15) & ~uintptr_t{15});
  return start;
}

bool GuardsIntact() {
  for (uint32_t i = 0; i < g_block_count; ++i) {
    if (!IsGuard(g_blocks[i].start - kGuardBytes) ||
        !IsGuard(g_blocks[i].start + g_blocks[i].bytes)) {
      return false;
    }
  }
  return true;
}

void FreeLast() { g_next = g_blocks[--g_block_count].before; }

void FreeAll() {
  g_block_count = 0;
  g_next = checks_heap_start;
}

// No such means here; op_watch.cc still sees what an op writes.
void AllowOnly(uint8_t*, uint32_t, uint32_t, const Range*, uint32_t) {}
void AllowAll(uint8_t*, uint32_t) {}

}  // namespace checks

extern "C" {

[[noreturn]] void checks_reset() {
  const uint32_t* from = checks_data_load;
  for (uint32_t* to = checks_data_start; to < checks_data_end;) *to++ = *from++;
  for (uint32_t* to = checks_bss_start; to < checks_bss_end;) *to++ = 0;
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  // FPU and MVE are off after reset: CPACR, Armv7-M B3.2.20.
  *reinterpret_cast<volatile uint32_t*>(0xE000ED88) |= 0xFu << 20;
  asm volatile("dsb\n\tisb" ::: "memory");
#endif
#if __ARM_ARCH_ISA_THUMB == 1
  // Armv6-M code on an Armv7-M machine: unaligned accesses fault here as they do there
  // (CCR.UNALIGN_TRP, Armv7-M B3.2.8).
  *reinterpret_cast<volatile uint32_t*>(0xE000ED14) |= 1u << 3;
#endif
  g_batch = Open("batch.bin", kModeReadBinary);
  g_results = Open("results.bin", kModeWriteBinary);
  checks::RunBatch();
  Exit(0);
}

[[noreturn]] void checks_fault() { Die("the processor took a fault\n"); }

[[noreturn]] void abort() { Die("abort\n"); }

// The vector table: only reset and HardFault, to which every other fault escalates.
union Vector {
  void (*handler)();
  const uint32_t* stack_top;
};
extern const Vector checks_vectors[4];
[[gnu::section(".vectors"), gnu::used]] const Vector checks_vectors[4] = {
    {.stack_top = checks_stack_top},
    {.handler = checks_reset},
    {.handler = checks_fault},
    {.handler = checks_fault}};

}  // extern "C"

void operator delete(void*) noexcept { abort(); }
void operator delete(void*, size_t) noexcept { abort(); }
