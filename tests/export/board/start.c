// Start-up, output and end of a bare image in QEMU, as a user's firmware might have them: C11, no
// part of mcuforge. Text and exit code go over semihosting (Arm, "Semihosting for AArch32 and
// AArch64").

#include <stdint.h>

#include "board.h"

extern uint32_t board_stack_top[], board_data_start[], board_data_end[], board_data_load[];
extern uint32_t board_bss_start[], board_bss_end[];

int main(void);
_Noreturn void board_reset(void);
_Noreturn void board_fault(void);

static uint32_t call(uint32_t operation, const void* arguments) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = arguments;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static _Noreturn void end(uint32_t status) {
  const uint32_t arguments[] = {0x20026, status};  // ADP_Stopped_ApplicationExit
  call(0x20, arguments);                           // SYS_EXIT_EXTENDED
  for (;;) {
  }
}

void board_print(const char* text) { call(0x04, text); }  // SYS_WRITE0

void board_print_number(int number) {
  char text[12];
  char* next = text + sizeof(text);
  *--next = '\0';
  unsigned left = number < 0 ? 0u - (unsigned)number : (unsigned)number;
  do {
    *--next = (char)('0' + left % 10);
    left /= 10;
  } while (left != 0);
  if (number < 0) *--next = '-';
  board_print(next);
}

_Noreturn void board_reset(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  *(volatile uint32_t*)0xe000ed88 |= UINT32_C(0xf) << 20;  // CPACR: the FPU is off after reset
  __asm__ volatile("dsb\n isb");
#endif
  const uint32_t* from = board_data_load;
  for (volatile uint32_t* to = board_data_start; to < board_data_end;) *to++ = *from++;
  for (volatile uint32_t* to = board_bss_start; to < board_bss_end;) *to++ = 0;
  end((uint32_t)main());
}

_Noreturn void board_fault(void) {
  board_print("fault\n");
  end(99);
}

typedef union {
  uint32_t* stack_top;
  void (*handler)(void);
} vector;

__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    {.stack_top = board_stack_top}, {.handler = board_reset}, {.handler = board_fault},
    {.handler = board_fault},       {.handler = board_fault}, {.handler = board_fault},
    {.handler = board_fault},
};
