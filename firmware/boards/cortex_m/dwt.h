// board::Ticks() from the cycle counter of Armv7-M and Armv8-M mainline cores. Not for an image
// that also has to run in QEMU, whose counter stands still.

#ifndef MCUFORGE_BOARDS_CORTEX_M_DWT_H_
#define MCUFORGE_BOARDS_CORTEX_M_DWT_H_

#include <cstdint>

#include "registers.h"

namespace cortex_m {

// Starts the counter. Call once, from board::Init().
inline void StartDwt() {
  Register(kDemcr) = Register(kDemcr) | kDemcrTrcEna;
  Register(kDwtCycCnt) = 0;
  Register(kDwtCtrl) = Register(kDwtCtrl) | kDwtCtrlCycCntEna;
}

// Processor clocks since then, modulo 2^32.
inline uint32_t DwtTicks() { return Register(kDwtCycCnt); }

}  // namespace cortex_m

#endif  // MCUFORGE_BOARDS_CORTEX_M_DWT_H_
