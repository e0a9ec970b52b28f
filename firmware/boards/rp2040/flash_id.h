// What the second stage of the boot leaves for the program.

#ifndef MCUFORGE_BOARDS_RP2040_FLASH_ID_H_
#define MCUFORGE_BOARDS_RP2040_FLASH_ID_H_

#include <cstddef>
#include <cstdint>

namespace rp2040 {

constexpr size_t kFlashIdBytes = 8;

// The unique id of the flash chip. In memory that the start-up code does not clear.
extern volatile uint8_t g_flash_id[kFlashIdBytes];

}  // namespace rp2040

#endif  // MCUFORGE_BOARDS_RP2040_FLASH_ID_H_
