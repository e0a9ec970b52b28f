"""A byte that an STM32's USART lost is counted once, also while the ring buffer is full."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.unit.firmware.chip_model import compiled

MAIN = """
#include "stm32/board.cc"

#include <cstdlib>

extern "C" void mcuforge_fault() {}
void cortex_m::PauseReceiving() {}
namespace cortex_m {
void StartSysTick() {}
uint32_t SysTickTicks() { return 0; }
}
void board::Reset() { std::abort(); }

static uint32_t& Status() { return cortex_m::Register(usart::kStatus).value; }

// The first generation clears both flags when the data is read, the second the byte's alone, and
// the overrun when its flag is written to ICR.
static void Read(uint32_t address) {
  if (address != usart::kReceived) return;
  Status() &= ~(usart::kReceived == usart::kToSend ? kByteWaits | kOverrun : kByteWaits);
}
static void Write(uint32_t address, uint32_t written) {
  if (address == usart::kStatus + 4 && usart::kReceived != usart::kToSend) Status() &= ~written;
}

int main() {
  cortex_m::g_on_read = Read;
  cortex_m::g_on_write = Write;
  for (uint32_t i = 0; i < board_facts::kUartRxRingBytes; ++i) {
    Status() = kByteWaits;
    UsartInterrupt();
  }
  Status() = kByteWaits | kOverrun;
  UsartInterrupt();  // no room: the byte stays
  uint8_t byte = 0;
  cortex_m::g_received.Pop(&byte, 1);
  UsartInterrupt();
  std::printf("\\nlost %u waits %u\\n", static_cast<unsigned>(cortex_m::g_overruns),
              static_cast<unsigned>(Status()));
}
"""


@pytest.mark.parametrize("board_id", ["stm32vldiscovery", "nucleo_g071rb"])
def test_a_lost_byte_is_counted_once(board_id: str, tmp_path: Path) -> None:
    program = compiled(board_id, MAIN, tmp_path / "usart", without="board.cc")
    output = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    assert output.splitlines()[-1] == "lost 1 waits 0"
