// Last words: the board calls board_on_fault on a processor fault, on a stack of its own.

#include "board.h"
#include "line.h"
#include "wire/bytes.h"
#include "wire/frame.h"

extern "C" void board_on_fault(uint32_t pc, uint32_t lr, uint32_t cfsr) {
  uint8_t registers[12];
  wire::WriteU32(wire::WriteU32(wire::WriteU32(registers, pc), lr), cfsr);
  const wire::Span payload[] = {{registers, sizeof(registers)}};
  wire::SendFrame(board::FaultWrite, static_cast<uint8_t>(wire::Event::FAULT), line::g_seq,
                  payload);
}
