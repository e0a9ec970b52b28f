// Addresses that the linker script (firmware/platform/builder/cortex_m.ld.jinja) defines.
// Only their addresses mean something.

#ifndef MCUFORGE_BOARDS_CORTEX_M_LINKER_SYMBOLS_H_
#define MCUFORGE_BOARDS_CORTEX_M_LINKER_SYMBOLS_H_

#include <cstdint>

extern "C" {
extern uint32_t mcuforge_stack_bottom[];
extern uint32_t mcuforge_stack_top[];
extern uint32_t mcuforge_data_start[];
extern uint32_t mcuforge_data_end[];
extern const uint32_t mcuforge_data_load[];
extern uint32_t mcuforge_bss_start[];
extern uint32_t mcuforge_bss_end[];
extern uint32_t mcuforge_ram_start[];
extern uint32_t mcuforge_ram_end[];
using Constructor = void (*)();
extern const Constructor mcuforge_constructors_start[];
extern const Constructor mcuforge_constructors_end[];
}

#endif  // MCUFORGE_BOARDS_CORTEX_M_LINKER_SYMBOLS_H_
