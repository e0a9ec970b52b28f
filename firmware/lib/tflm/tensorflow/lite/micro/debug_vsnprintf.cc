#include <stdint.h>

#include "tensorflow/lite/micro/debug_log.h"

namespace {

class Sink {
 public:
  Sink(char* buffer, size_t size) : next_(buffer), end_(size ? buffer + size - 1 : buffer) {}
  void Put(char c) {
    if (next_ < end_) {
      *next_++ = c;
    }
  }
  void PutNumber(uint32_t value, uint32_t base) {
    char digits[10];
    int n = 0;
    do {
      const uint32_t digit = value % base;
      digits[n++] = static_cast<char>(digit < 10 ? '0' + digit : 'a' + digit - 10);
      value /= base;
    } while (value != 0);
    while (n > 0) {
      Put(digits[--n]);
    }
  }
  char* next() const { return next_; }

 private:
  char* next_;
  char* const end_;
};

}  // namespace

int DebugVsnprintf(char* buffer, size_t buf_size, const char* format, va_list vlist) {
  Sink sink(buffer, buf_size);
  for (; *format; ++format) {
    if (*format != '%') {
      sink.Put(*format);
      continue;
    }
    ++format;
    while (*format == 'l' || *format == 'z') {
      ++format;
    }
    switch (*format) {
      case 's': {
        const char* text = va_arg(vlist, const char*);
        for (text = text ? text : "(null)"; *text; ++text) {
          sink.Put(*text);
        }
        break;
      }
      case 'd':
      case 'i': {
        const int32_t value = va_arg(vlist, int32_t);
        if (value < 0) {
          sink.Put('-');
        }
        sink.PutNumber(
            value < 0 ? UINT32_C(0) - static_cast<uint32_t>(value) : static_cast<uint32_t>(value),
            10);
        break;
      }
      case 'u':
        sink.PutNumber(va_arg(vlist, uint32_t), 10);
        break;
      case 'x':
        sink.PutNumber(va_arg(vlist, uint32_t), 16);
        break;
      case 'c':
        sink.Put(static_cast<char>(va_arg(vlist, int)));
        break;
      case '\0':
        --format;  // a lone % at the end; the loop stops on the 0
        break;
      default:
        sink.Put(*format);
        break;
    }
  }
  if (buf_size > 0) {
    *sink.next() = '\0';
  }
  return static_cast<int>(sink.next() - buffer);
}
