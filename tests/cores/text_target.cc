// As log_target.cc, with the firmware's own formatting.

#include <cstdarg>
#include <cstddef>
#include <cstdint>

#include "batch.h"
#include "text.h"

namespace {

void Print(const char* format, ...) {
  char line[120];
  va_list args;
  va_start(args, format);
  const size_t length = text::Format(line, sizeof(line), format, args);
  va_end(args);
  line[length] = '\n';
  checks::Write(line, static_cast<uint32_t>(length) + 1);
}

}  // namespace

namespace checks {

uint32_t RunBatch() {
  Print("%d %lld %d", 1, -2ll, 3);
  Print("%llu %d %llx %d", 4ull, 5, 0xabull, 6);
  Print("%ld %d %lu %d", -11l, 12, ~0ul, 14);
  Print("%zu %d %zd %d", ~size_t{0}, 16, ptrdiff_t{-17}, 18);
  Print("%hd %d %hhu %d", -19, 20, 21, 22);
  Print("%f %d %p %d", 23.5, 24, reinterpret_cast<void*>(0xbeef), 25);
  Print("%llu %d %lld %lx", 1ull << 40, 28, -(1ll << 40), 0xabcul);
  return 7;
}

}  // namespace checks
