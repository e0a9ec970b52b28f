// Formats like a runtime does, with firmware/src/text and with libc, and compares.

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "text.h"

namespace {

int g_failures = 0;

void Expect(const char* expected, size_t size, const char* format, ...) {
  char out[256];
  std::memset(out, 0x55, sizeof(out));
  va_list args;
  va_start(args, format);
  const size_t length = text::Format(out, size, format, args);
  va_end(args);
  if (std::strcmp(out, expected) != 0 || length != std::strlen(expected) || out[size] != 0x55) {
    std::printf("format \"%s\": got \"%s\" (%zu), expected \"%s\"\n", format, out, length,
                expected);
    ++g_failures;
  }
}

}  // namespace

int main() {
  Expect("Didn't find op for builtin opcode 'CONV_2D'", 100,
         "Didn't find op for builtin opcode '%s'", "CONV_2D");
  Expect("-2147483648 2147483647 0", 100, "%d %i %d", -2147483647 - 1, 2147483647, 0);
  Expect("4294967295 ff DEAD", 100, "%u %x %s", 4294967295u, 0xFFu, "DEAD");
  Expect("-9223372036854775808 18446744073709551615", 100, "%lld %llu", -9223372036854775807LL - 1,
         18446744073709551615ULL);
  Expect("7 8 9 then 1", 100, "%zu %zd %ld then %d", size_t{7}, static_cast<ptrdiff_t>(8), 9L, 1);
  Expect("a% 5 ? 6", 100, "%c%% %02d %f %-4d", 'a', 5, 1.5, 6);
  Expect("1 2 3 4 5 6", 100, "%9u %0d %+d %.9d %hd %hhu", 1u, 2, 3, 4, 5, 6u);
  Expect("beef c0ffee", 100, "%p %X", reinterpret_cast<void*>(0xBEEF), 0xC0FFEEu);
  Expect("? ? 7", 100, "%e %g %d", 1.5, 2.5, 7);
  Expect("-1 18446744073709551615 -2 18446744073709551615 1", 100, "%ld %lu %zd %zu %d", -1L, ~0UL,
         ptrdiff_t{-2}, ~size_t{0}, 1);
  Expect("(null)", 100, "%s", static_cast<const char*>(nullptr));
  Expect("%q ends", 100, "%q ends");
  Expect("cut in one %", 100, "cut in one %%%");
  Expect("abc", 4, "%s", "abcdef");
  Expect("12", 3, "%d", 12345);
  Expect("", 1, "%s", "abc");
  return g_failures == 0 ? 0 : 1;
}
