// DebugVsnprintf beside libc's vsnprintf.

#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "tensorflow/lite/micro/debug_log.h"

namespace {

int g_failures = 0;

__attribute__((format(printf, 1, 2))) void Same(const char* format, ...) {
  char ours[120];
  char libc[120];
  va_list args;
  va_start(args, format);
  const int length = DebugVsnprintf(ours, sizeof(ours), format, args);
  va_end(args);
  va_start(args, format);
  std::vsnprintf(libc, sizeof(libc), format, args);
  va_end(args);
  if (std::strcmp(ours, libc) != 0 || length != static_cast<int>(std::strlen(libc))) {
    std::printf("%s: ours '%s', libc '%s'\n", format, ours, libc);
    ++g_failures;
  }
}

}  // namespace

int main() {
  Same("%.2f|%5d|%02x|%lu|%-4s|%d", 3.14159, 42, 10u, 123456789ul, "ab", -7);
  Same("%f %f %.0f %.3f %8.2f|%-8.1f|%08.2f", 1.0, -0.5, 2.6, 1e-9, 3.14159, 2.25, -1.5);
  Same("%5s|%.2s|%c|%%|%3c", "a", "abcdef", 'x', 'y');
  Same("%lld %d %zu %d %hhd %hu", -5ll, 3, size_t{7}, 4, 5, static_cast<unsigned short>(7));
  Same("%05d %-5d| %5u %x %o", -42, 7, 9u, 255u, 8u);
  Same("%*d %.*f", 5, 3, 2, 1.239);
  Same("%f %f %.3f %.6f", static_cast<double>(INFINITY), -0.0, 0.9996, 4294967295.5);
  Same("%i %d%s", INT32_MIN, INT32_MAX, "z");
  Same("%.1f %d %.1f %d %.1f %d %.1f %d %.1f %d", 1.5, 1, 2.5, 2, 3.5, 3, 4.5, 4, 5.5, 5);
  char text[4];
  va_list none{};
  if (DebugVsnprintf(text, sizeof(text), "abcdef", none) != 3 || std::strcmp(text, "abc") != 0) {
    ++g_failures;
  }
  return g_failures == 0 ? 0 : 1;
}
