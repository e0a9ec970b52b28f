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
  char plus = 0;       // what stands before a number that is not negative; 0: nothing
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
  // Base 16 at most. `ten`: the digit behind 9. By 16 bits at a time, so that no division of 64
  // bits is linked.
  void PutNumber(uint64_t value, uint32_t base, uint32_t least_digits, char ten = 'a') {
    do {
      uint32_t rest = 0;
      for (uint32_t bits = 64; bits != 0;) {
        bits -= 16;
        rest = rest << 16 | static_cast<uint16_t>(value >> bits);
        const uint64_t quotient = rest / base;
        value = (value & ~(UINT64_C(0xffff) << bits)) | quotient << bits;
        rest %= base;
      }
      PutFront(static_cast<char>(rest < 10 ? '0' + rest : ten + rest - 10));
      least_digits -= least_digits != 0 ? 1 : 0;
    } while (value != 0 || least_digits != 0);
  }
  void PutSign(bool is_negative, char plus) {
    if (is_negative || plus != 0) {
      PutFront(is_negative ? '-' : plus);
    }
  }
};

void PutPadded(Sink* sink, const Spec& spec, const char* text, uint32_t length) {
  uint32_t padding = spec.width > length ? spec.width - length : 0;
  // The sign stands before the zeros.
  if (spec.zeros && length != 0 && (*text == '-' || *text == spec.plus)) {
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
void PutDouble(Text* text, double value, uint32_t decimals, char plus) {
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
  text->PutSign(bits >> 63 != 0, plus);
}

// va_list may be an array, which decays where it is passed on: so it is passed in this.
struct Arguments {
  va_list list;
};

// A narrower one with its sign, or without one.
uint64_t NextInteger(Arguments* arguments, const Spec& spec, bool is_signed) {
  const uint32_t bytes =
      spec.longs >= 2 ? 8 : (spec.longs == 1 || spec.word ? sizeof(long) : sizeof(int));
  if (bytes == 8) {
    return va_arg(arguments->list, uint64_t);
  }
  const uint32_t word = va_arg(arguments->list, uint32_t);
  return is_signed ? static_cast<uint64_t>(int64_t{static_cast<int32_t>(word)}) : word;
}

// Reads flags, width, precision and length; returns where the letter stands.
const char* ReadSpec(const char* format, Arguments* arguments, Spec* spec) {
  bool is_first = true;
  for (;; ++format) {
    uint32_t* const number = spec->has_precision ? &spec->precision : &spec->width;
    const char c = *format;
    if (c == '-') {
      spec->left = true;
    } else if (c == '+' || (c == ' ' && spec->plus == 0)) {
      spec->plus = c;
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
    } else if (c != 'h' && c != ' ' && c != '#') {
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
        const uint64_t value = NextInteger(&arguments, spec, true);
        const bool is_negative = value >> 63 != 0;
        text.PutNumber(is_negative ? 0 - value : value, 10, spec.precision);
        text.PutSign(is_negative, spec.plus);
        break;
      }
      case 'u':
        text.PutNumber(NextInteger(&arguments, spec, false), 10, spec.precision);
        break;
      case 'p':
        spec.word = true;
        [[fallthrough]];
      case 'x':
      case 'X':
        text.PutNumber(NextInteger(&arguments, spec, false), 16, spec.precision,
                       *format == 'X' ? 'A' : 'a');
        break;
      case 'o':
        text.PutNumber(NextInteger(&arguments, spec, false), 8, spec.precision);
        break;
      case 'f':
      case 'F':
      case 'e':
      case 'E':
      case 'g':
      case 'G':
      case 'a':
      case 'A':
        PutDouble(&text, va_arg(arguments.list, double), spec.has_precision ? spec.precision : 6,
                  spec.plus);
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
