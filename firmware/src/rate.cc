#include "rate.h"

#include "board.h"

namespace rate {
namespace {

constexpr uint32_t kLimitS = 1;

bool g_raised = false;  // the others are looked at only then
bool g_unproven;        // bytes came, or the rate was set, and no valid frame since
uint32_t g_since;       // ticks when that began

void BeginLimit() {
  g_unproven = true;
  g_since = board::Ticks();
}

}  // namespace

bool IsAllowed(uint32_t baud) {
  return baud >= MCUFORGE_UART_BAUD && baud <= MCUFORGE_UART_MAX_BAUD;
}

void Set(uint32_t baud) {
  board::UartSetBaud(baud);
  g_raised = baud != MCUFORGE_UART_BAUD;
  BeginLimit();
}

void Heard() { g_unproven = false; }

bool Watch(bool bytes_came) {
  if (!g_raised) return false;
  if (!g_unproven) {
    if (bytes_came) BeginLimit();
    return bytes_came;
  }
  if (board::Ticks() - g_since < kLimitS * board::TickHz()) return true;
  Set(MCUFORGE_UART_BAUD);
  return false;
}

}  // namespace rate
