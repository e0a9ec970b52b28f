// Raspberry Pi RP2040: its flash chip's unique id, for it has none of its own.

#include <cstddef>
#include <cstdint>

#include "board.h"
#include "flash_id.h"

size_t board::UniqueId(uint8_t* dst) {
  for (size_t i = 0; i < rp2040::kFlashIdBytes; ++i) dst[i] = rp2040::g_flash_id[i];
  return rp2040::kFlashIdBytes;
}
