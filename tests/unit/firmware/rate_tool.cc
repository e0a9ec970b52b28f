// The line's rate on a clock that the test moves.

#include <cstdint>
#include <cstdio>

#include "board.h"
#include "rate.h"

namespace {

uint32_t g_now = UINT32_MAX - 5;  // it runs over
uint32_t g_baud = 0;              // as set last
int g_failures = 0;

void Expect(bool holds, int line) {
  if (!holds) {
    std::printf("line %d does not hold\n", line);
    ++g_failures;
  }
}
#define EXPECT(holds) Expect(holds, __LINE__)

constexpr uint32_t kSecond = 100;

}  // namespace

uint32_t board::Ticks() { return g_now; }
uint32_t board::TickHz() { return kSecond; }
void board::UartSetBaud(uint32_t baud) { g_baud = baud; }

int main() {
  EXPECT(!rate::IsAllowed(0) && !rate::IsAllowed(MCUFORGE_UART_BAUD - 1));
  EXPECT(rate::IsAllowed(MCUFORGE_UART_BAUD) && rate::IsAllowed(MCUFORGE_UART_MAX_BAUD));
  EXPECT(!rate::IsAllowed(MCUFORGE_UART_MAX_BAUD + 1) && !rate::IsAllowed(UINT32_MAX));

  // At the board's own rate the caller may sleep, whatever comes.
  EXPECT(!rate::Watch(false) && !rate::Watch(true) && g_baud == 0);
  rate::Set(MCUFORGE_UART_BAUD);
  g_now += 2 * kSecond;
  g_baud = 0;
  EXPECT(!rate::Watch(true) && g_baud == 0);

  // A higher one has to be proven within a second.
  rate::Set(500000);
  EXPECT(g_baud == 500000 && rate::Watch(false));
  g_now += kSecond - 1;
  EXPECT(rate::Watch(true) && g_baud == 500000);
  ++g_now;
  EXPECT(!rate::Watch(false) && g_baud == MCUFORGE_UART_BAUD);

  // Proven: it stays, and the caller may sleep until bytes come.
  rate::Set(500000);
  rate::Heard();
  g_now += 5 * kSecond;
  EXPECT(!rate::Watch(false) && g_baud == 500000);

  // Bytes without a frame begin another second, which the bytes after the first do not prolong.
  for (uint32_t i = 0; i < kSecond; ++i) {
    EXPECT(rate::Watch(true) && g_baud == 500000);
    ++g_now;
  }
  EXPECT(!rate::Watch(true) && g_baud == MCUFORGE_UART_BAUD);

  return g_failures == 0 ? 0 : 1;
}
