// Lengths of integers on a core of 32 bits, where each word of an argument counts: what follows a
// long long is found only if both of its words were taken. Writes what was printed, a text a
// format.

#include <cstdarg>
#include <cstddef>
#include <cstdint>

#include "batch.h"
#include "tensorflow/lite/micro/debug_log.h"

namespace {

void Print(const char* format, ...) {
  char text[120];
  va_list args;
  va_start(args, format);
  const int length = DebugVsnprintf(text, sizeof(text), format, args);
  va_end(args);
  text[length] = '\n';
  checks::Write(text, static_cast<uint32_t>(length) + 1);
}

}  // namespace

namespace checks {

uint32_t RunBatch() {
  Print("%d %lld %d", 1, -2ll, 3);
  Print("%llu %d %llx %d", 4ull, 5, 0xabull, 6);
  Print("%jd %d %ju %d", intmax_t{-7}, 8, uintmax_t{9}, 10);
  Print("%ld %d %lu %d", -11l, 12, 13ul, 14);
  Print("%zu %d %td %d", size_t{15}, 16, ptrdiff_t{-17}, 18);
  Print("%hd %d %hhu %d", -19, 20, 21, 22);
  Print("%.1f %d %lld %.1f %d", 23.5, 24, 25ll, 26.5, 27);
  Print("%llu %d %lld %lX", 1ull << 40, 28, -(1ll << 40), 0xabcul);
  return 8;
}

}  // namespace checks
