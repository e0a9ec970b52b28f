// Calls what a board's fault handler calls, while request 517 is being served; shows what goes over
// the line.

#include <cstdio>

#include "board.h"
#include "line.h"

extern "C" void board_on_fault(uint32_t pc, uint32_t lr, uint32_t cfsr);

namespace board {

void UartWrite(const uint8_t*, size_t) {}  // may wait for whoever faulted

void FaultWrite(const uint8_t* src, size_t n) {
  for (size_t i = 0; i < n; ++i) std::printf("%02x", src[i]);
}

}  // namespace board

int main() {
  line::g_seq = 517;
  board_on_fault(0x01020304, 0x05060708, 0x090A0B0C);
}
