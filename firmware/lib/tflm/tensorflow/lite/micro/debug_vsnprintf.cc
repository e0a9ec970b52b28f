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
  char* next() const { return next_; }

 private:
  char* next_;
  char* const end_;
};

// Between % and the letter.
struct Spec {
  bool left = false;
  bool zeros = false;
  bool has_precision = false;
  uint32_t width = 0;
  uint32_t precision = 0;
  uint32_t longs = 0;  // 2: the argument has 64 bits on every machine
  bool word = false;   // it is as wide as a size_t
};

constexpr uint32_t kMostDigits = 24;

// A number as text, from its end: digits behind `first`.
struct Text {
  char digits[kMostDigits];
  char* first = digits + kMostDigits;
  void PutFront(char c) {
    if (first > digits) {
      *--first = c;
    }
  }
  void PutNumber(uint32_t value, uint32_t base, uint32_t least_digits) {
    do {
      const uint32_t digit = value % base;
      PutFront(static_cast<char>(digit < 10 ? '0' + digit : 'a' + digit - 10));
      value /= base;
      least_digits -= least_digits != 0 ? 1 : 0;
    } while (value != 0 || least_digits != 0);
  }
};

void PutPadded(Sink* sink, const Spec& spec, const char* text, uint32_t length) {
  uint32_t padding = spec.width > length ? spec.width - length : 0;
  if (spec.zeros && length != 0 && *text == '-') {  // the sign stands before the zeros
    sink->Put(*text++);
    --length;
  }
  for (; padding != 0 && !spec.left; --padding) {
    sink->Put(spec.zeros ? '0' : ' ');
  }
  for (; length != 0; --length) {
    sink->Put(*text++);
  }
  for (; padding != 0; --padding) {
    sink->Put(' ');
  }
}

// A double by its bits, so that no soft-float library is linked: whole part and up to 6 decimals,
// rounded. From 2^32 on as whole * 2^exponent.
void PutDouble(Text* text, double value, uint32_t decimals) {
  uint64_t bits = 0;
  static_assert(sizeof(bits) == sizeof(value), "a double has 64 bits");
  __builtin_memcpy(&bits, &value, sizeof(bits));
  constexpr uint32_t kMostDecimals = 6;
  decimals = decimals < kMostDecimals ? decimals : kMostDecimals;
  const int32_t exponent = static_cast<int32_t>(bits >> 52 & 0x7ff) - 1023;
  uint64_t mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
  uint32_t whole = 0;
  if (exponent == 1024) {
    const char* const name = (mantissa << 12) != 0 ? "nan" : "inf";
    for (uint32_t i = 3; i-- > 0;) {
      text->PutFront(name[i]);
    }
  } else if (exponent >= 32) {
    text->PutNumber(static_cast<uint32_t>(exponent - 31), 10, 1);
    text->PutFront('^');
    text->PutFront('2');
    text->PutFront('*');
    text->PutNumber(static_cast<uint32_t>(mantissa >> 21), 10, 1);
  } else {
    uint64_t fraction = 0;  // of 2^-32
    if (exponent >= -32) {
      const uint64_t fixed =
          exponent >= 20 ? mantissa << (exponent - 20) : mantissa >> (20 - exponent);
      whole = static_cast<uint32_t>(fixed >> 32);
      fraction = static_cast<uint32_t>(fixed);
    }
    uint32_t unit = 1;
    for (uint32_t i = 0; i < decimals; ++i) {
      unit *= 10;
    }
    const uint64_t product = fraction * unit;
    uint32_t part = static_cast<uint32_t>(product >> 32);
    const uint32_t rest = static_cast<uint32_t>(product);
    constexpr uint32_t kHalf = UINT32_C(1) << 31;
    const uint32_t odd = (part + whole * unit) & 1;  // a half goes to the even one
    part += rest > kHalf - odd ? 1 : 0;
    if (part == unit) {
      part = 0;
      ++whole;
    }
    if (decimals != 0) {
      text->PutNumber(part, 10, decimals);
      text->PutFront('.');
    }
    text->PutNumber(whole, 10, 1);
  }
  if (bits >> 63) {
    text->PutFront('-');
  }
}

// va_list may be an array, which decays where it is passed on: so it is passed in this.
struct Arguments {
  va_list list;
};

uint32_t NextInteger(Arguments* arguments, const Spec& spec) {
  const uint32_t bytes =
      spec.longs >= 2 ? 8 : (spec.longs == 1 || spec.word ? sizeof(long) : sizeof(int));
  if (bytes == 8) {
    return static_cast<uint32_t>(va_arg(arguments->list, uint64_t));
  }
  return va_arg(arguments->list, uint32_t);
}

// Reads flags, width, precision and length; returns where the letter stands.
const char* ReadSpec(const char* format, Arguments* arguments, Spec* spec) {
  bool is_first = true;
  for (;; ++format) {
    uint32_t* const number = spec->has_precision ? &spec->precision : &spec->width;
    const char c = *format;
    if (c == '-') {
      spec->left = true;
    } else if (c == '0' && is_first) {
      spec->zeros = true;
    } else if (c >= '0' && c <= '9') {
      *number = *number * 10 + static_cast<uint32_t>(c - '0');
      is_first = false;
    } else if (c == '*') {
      *number = va_arg(arguments->list, uint32_t);
    } else if (c == '.') {
      spec->has_precision = true;
      is_first = false;
    } else if (c == 'l') {
      ++spec->longs;
    } else if (c == 'j') {
      spec->longs = 2;
    } else if (c == 'z' || c == 't') {
      spec->word = true;
    } else if (c != 'h' && c != '+' && c != ' ' && c != '#') {
      return format;
    }
  }
}

}  // namespace

int DebugVsnprintf(char* buffer, size_t buf_size, const char* format, va_list vlist) {
  Sink sink(buffer, buf_size);
  Arguments arguments;
  va_copy(arguments.list, vlist);
  for (; *format; ++format) {
    if (*format != '%') {
      sink.Put(*format);
      continue;
    }
    Spec spec;
    Text text;
    format = ReadSpec(format + 1, &arguments, &spec);
    switch (*format) {
      case 's': {
        const char* start = va_arg(arguments.list, const char*);
        start = start ? start : "(null)";
        uint32_t length = 0;
        while ((!spec.has_precision || length < spec.precision) && start[length] != 0) {
          ++length;
        }
        spec.zeros = false;
        PutPadded(&sink, spec, start, length);
        continue;
      }
      case 'd':
      case 'i': {
        const int32_t value = static_cast<int32_t>(NextInteger(&arguments, spec));
        const uint32_t magnitude = static_cast<uint32_t>(value);
        text.PutNumber(value < 0 ? UINT32_C(0) - magnitude : magnitude, 10, spec.precision);
        if (value < 0) {
          text.PutFront('-');
        }
        break;
      }
      case 'u':
        text.PutNumber(NextInteger(&arguments, spec), 10, spec.precision);
        break;
      case 'p':
        spec.word = true;
        [[fallthrough]];
      case 'x':
      case 'X':
        text.PutNumber(NextInteger(&arguments, spec), 16, spec.precision);
        break;
      case 'o':
        text.PutNumber(NextInteger(&arguments, spec), 8, spec.precision);
        break;
      case 'f':
      case 'F':
      case 'e':
      case 'E':
      case 'g':
      case 'G':
      case 'a':
      case 'A':
        PutDouble(&text, va_arg(arguments.list, double), spec.has_precision ? spec.precision : 6);
        break;
      case 'c':
        text.PutFront(static_cast<char>(va_arg(arguments.list, int)));
        break;
      case '\0':
        --format;  // a lone % at the end; the loop stops on the 0
        continue;
      default:
        text.PutFront(*format);
        break;
    }
    PutPadded(&sink, spec, text.first,
              static_cast<uint32_t>(text.digits + kMostDigits - text.first));
  }
  va_end(arguments.list);
  if (buf_size > 0) {
    *sink.next() = '\0';
  }
  return static_cast<int>(sink.next() - buffer);
}
