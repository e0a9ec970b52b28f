// DebugVsnprintf beside libc's vsnprintf.

#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>

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

// What is its own: not libc's form.
void Is(const char* wanted, const char* format, ...) {
  char ours[120];
  va_list args;
  va_start(args, format);
  const int length = DebugVsnprintf(ours, sizeof(ours), format, args);
  va_end(args);
  if (std::strcmp(ours, wanted) != 0 || length != static_cast<int>(std::strlen(wanted))) {
    std::printf("%s: '%s', wanted '%s'\n", format, ours, wanted);
    ++g_failures;
  }
}

// Into a buffer of `size` bytes, behind which nothing may be written.
void Cut(size_t size, const char* wanted) {
  char text[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  va_list none{};
  const int length = DebugVsnprintf(text, size, "abcdef", none);
  const size_t written = size == 0 ? 0 : std::strlen(wanted) + 1;
  bool holds = length == static_cast<int>(std::strlen(wanted));
  holds = holds && (size == 0 || std::strcmp(text, wanted) == 0);
  for (size_t i = written; i < sizeof(text); ++i) holds = holds && text[i] == 1;
  if (!holds) {
    std::printf("%d bytes: wanted '%s'\n", static_cast<int>(size), wanted);
    ++g_failures;
  }
}

void TestDoubles() {
  // Halves go to the even one; what is carried goes into the whole.
  for (const double x : {0.5, 1.5, 2.5, 0.4, 0.6, 0.99, 9.99, 0.125, 0.375, 0.625, 1e-3, 123.456}) {
    Same("%.0f %.0f %.1f %.2f %.6f", x, -x, x, -x, x);
    Same("%9.3f|%-9.3f|%09.3f|%4.0f", x, -x, -x, x);
  }
  // Around the exponents at which the point is placed otherwise.
  for (int exponent = -40; exponent < 32; ++exponent) {
    const double power = std::ldexp(1.0, exponent);
    Same("%f %f %.4f", power, -1.75 * power, 1.015625 * power);
  }
  Is("2147483648*2^1", "%f", 4294967296.0);
  Is("-2147483648*2^2", "%.2f", -8589934592.0);
  Is("3221225472*2^1", "%f", 6442450944.0);
  Is("2147483648*2^992", "%f", std::ldexp(1.0, 1023));
  Is("inf -inf nan   inf", "%f %f %f %5f", HUGE_VAL, -HUGE_VAL, NAN, HUGE_VAL);
  const uint64_t bits = UINT64_C(0x7ff0000000000001);
  double least_nan;
  std::memcpy(&least_nan, &bits, sizeof(bits));
  Is("nan", "%f", least_nan);
  Is("0.333333 0.5 1.500000 2.25 4.000000 8.000000", "%.9f %.1e %g %.2G %E %a", 1.0 / 3, 0.5, 1.5,
     2.25, 4.0, 8.0);
}

void TestIntegers() {
  for (const int x : {0, 1, 9, 10, 15, 16, 255, 4096, INT32_MAX}) {
    Same("%d %i %u %x %o", x, -x, static_cast<unsigned>(x), static_cast<unsigned>(x),
         static_cast<unsigned>(x));
    Same("%7d|%-7d|%07d|%.4d|%.3u|%.6x|%1d", -x, -x, -x, -x, static_cast<unsigned>(x),
         static_cast<unsigned>(x), x);
  }
  Same("%*d|%-*d|%.*d|%*.*d", 6, 42, 6, 42, 4, 42, 6, 3, 42);
  Same("%ju %td %zx %ld %hd %hhu", intmax_t{7}, ptrdiff_t{-8}, size_t{255}, -9l, 5, 6);
  Same("%llu %llx %lld %jd %d", 0x100000005ull, 0x700000007ull, -1ll, intmax_t{0x200000009}, 3);
  for (unsigned long long power = 1; power != 0; power <<= 1) {
    const auto x = static_cast<long long>(power);
    Same("%llu %lld %llx %llo %llX", power, x, power - 1, power + 8, power * 10 - 1);
    Same("%lld %+lld %024lld|%-24lldx", ~x, x & -3, ~x, x);
  }
  Same("%lu %ld %lX %zu", ~0ul, ~0l, 0xabcdeful, ~size_t{0});
  Same("%X %02X|%4X", 0xdeadbeefu, 10u, 255u);
  Same("%+d % d %+d %+5d|%-+5d|%+05d|% 05d|%+.3d", 5, 5, -5, 5, 5, 5, 5, 5);
  Same("%+d|%+i|%+.1f|% f|%+8.2f|%+08.2f|%+f", 5, 0, 1.5, 2.5, 3.25, 3.25, -1.0);
  Is("1234 0 7", "%p %p %d", reinterpret_cast<void*>(0x1234), nullptr, 7);
  Is("5 5", "%#x %d", 5, 5);
  Is("000000000000000000000007|00000000000000000000000x", "%.24d|%.23dx", 7, 0);
  Is("000000000000000000000007", "%.30d", 7);  // room for so many digits
}

void TestTexts() {
  Same("%s|%8s|%-8s|%2s|%.0s|%.2s|%.9s|%8.2s|%.*s", "abc", "abc", "abc", "abc", "abc", "abc", "abc",
       "abc", 1, "abc");
  Same("%c|%4c|%-4c|%%|%%d", 'a', 'b', 'c');
  Is("(null)|  abc", "%s|%05s", nullptr, "abc");
  Is("q 1", "%q %d", 1);
  Is("a", "a%");
  Is("a", "a%05");
}

}  // namespace

int main() {
  TestDoubles();
  TestIntegers();
  TestTexts();
  Cut(0, "");
  Cut(1, "");
  Cut(2, "a");
  Cut(6, "abcde");
  Cut(7, "abcdef");
  Cut(8, "abcdef");
  Same("%.2f|%5d|%02x|%lu|%-4s|%d", 3.14159, 42, 10u, 123456789ul, "ab", -7);
  Same("%f %f %.0f %.3f %8.2f|%-8.1f|%08.2f", 1.0, -0.5, 2.6, 1e-9, 3.14159, 2.25, -1.5);
  Same("%5s|%.2s|%c|%%|%3c", "a", "abcdef", 'x', 'y');
  Same("%lld %d %zu %d %hhd %hu", -5ll, 3, size_t{7}, 4, 5, static_cast<unsigned short>(7));
  Same("%05d %-5d| %5u %x %o", -42, 7, 9u, 255u, 8u);
  Same("%*d %.*f", 5, 3, 2, 1.239);
  Same("%f %f %.3f %.6f", static_cast<double>(INFINITY), -0.0, 0.9996, 4294967295.5);
  Same("%i %d%s", INT32_MIN, INT32_MAX, "z");
  Same("%.1f %d %.1f %d %.1f %d %.1f %d %.1f %d", 1.5, 1, 2.5, 2, 3.5, 3, 4.5, 4, 5.5, 5);
  return g_failures == 0 ? 0 : 1;
}
