// The chip's unique id: 96 bits, in all families.

#ifndef MCUFORGE_BOARDS_STM32_UNIQUE_ID_H_
#define MCUFORGE_BOARDS_STM32_UNIQUE_ID_H_

#include <cstddef>
#include <cstdint>

#include "registers.h"

namespace stm32 {

// As ReadUniqueId(). kAddress: of the id; cr: RCC_CR, in which `hsi_ready` is the internal
// oscillator's bit.
template <uint32_t kAddress>
size_t ReadUniqueIdAt(uint32_t cr, uint32_t hsi_ready, uint8_t* dst) {
  if ((cortex_m::Register(cr) & hsi_ready) == 0) return 0;
  return cortex_m::ReadWords<kAddress, 3>(dst);
}

}  // namespace stm32

#endif  // MCUFORGE_BOARDS_STM32_UNIQUE_ID_H_
