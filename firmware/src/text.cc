#include "text.h"

#include <cstdint>

namespace text {
namespace {

// Bounded string that keeps one byte for the '\0'.
class Out {
 public:
  Out(char* begin, size_t size) : at_(begin), last_(begin + size - 1) {}

  void Put(char c) {
    if (at_ != last_) *at_++ = c;
  }
  void Put(const char* s) {
    if (s == nullptr) s = "(null)";
    while (*s != '\0') Put(*s++);
  }
  void Put(uint64_t value, unsigned base) {
    char digits[20];  // of 2^64 - 1 in decimal
    size_t count = 0;
    do {
      digits[count++] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    while (count > 0) Put(digits[--count]);
  }
  size_t End(const char* begin) {
    *at_ = '\0';
    return static_cast<size_t>(at_ - begin);
  }

 private:
  char* at_;
  char* last_;
};

enum class Size : uint8_t { kInt, kLong, kLongLong, kSize };

int64_t Signed(Size size, va_list* args) {
  switch (size) {
    case Size::kLong:
      return va_arg(*args, long);
    case Size::kLongLong:
      return va_arg(*args, long long);
    case Size::kSize:
      return va_arg(*args, ptrdiff_t);
    default:
      return va_arg(*args, int);
  }
}

uint64_t Unsigned(Size size, va_list* args) {
  switch (size) {
    case Size::kLong:
      return va_arg(*args, unsigned long);
    case Size::kLongLong:
      return va_arg(*args, unsigned long long);
    case Size::kSize:
      return va_arg(*args, size_t);
    default:
      return va_arg(*args, unsigned);
  }
}

bool IsFlagOrWidth(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.'; }

}  // namespace

size_t Format(char* out, size_t size, const char* format, va_list outer) {
  Out text(out, size);
  va_list args;  // a va_list parameter may be an array, whose address is not that of a va_list
  va_copy(args, outer);
  for (; *format != '\0'; ++format) {
    if (*format != '%') {
      text.Put(*format);
      continue;
    }
    ++format;
    while (IsFlagOrWidth(*format)) ++format;
    Size argument = Size::kInt;
    for (; *format == 'l' || *format == 'z' || *format == 'h'; ++format) {
      if (*format == 'z') argument = Size::kSize;
      if (*format == 'l') argument = argument == Size::kLong ? Size::kLongLong : Size::kLong;
    }
    switch (*format) {
      case 's':
        text.Put(va_arg(args, const char*));
        break;
      case 'c':
        text.Put(static_cast<char>(va_arg(args, int)));
        break;
      case 'd':
      case 'i': {
        const int64_t value = Signed(argument, &args);
        uint64_t magnitude = static_cast<uint64_t>(value);
        if (value < 0) {
          text.Put('-');
          magnitude = 0 - magnitude;
        }
        text.Put(magnitude, 10);
        break;
      }
      case 'u':
        text.Put(Unsigned(argument, &args), 10);
        break;
      case 'x':
      case 'X':
        text.Put(Unsigned(argument, &args), 16);
        break;
      case 'p':
        text.Put(reinterpret_cast<uintptr_t>(va_arg(args, void*)), 16);
        break;
      case 'e':
      case 'f':
      case 'g':
        static_cast<void>(va_arg(args, double));
        text.Put('?');
        break;
      case '%':
        text.Put('%');
        break;
      case '\0':
        --format;  // the loop ends at it
        break;
      default:
        text.Put('%');
        text.Put(*format);
    }
  }
  va_end(args);
  return text.End(out);
}

}  // namespace text
