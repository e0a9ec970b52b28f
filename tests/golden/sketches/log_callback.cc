// Messages by way of a callback, as programs for upstream's port to any Cortex-M have it.

#include <cstdio>

#include "tensorflow/lite/micro/cortex_m_generic/debug_log_callback.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace {
void Print(const char* text) { std::fputs(text, stdout); }
}  // namespace

int main() {
  MicroPrintf("nowhere");
  RegisterDebugLogCallback(Print);
  MicroPrintf("%d of %s", 2, "two");
}
