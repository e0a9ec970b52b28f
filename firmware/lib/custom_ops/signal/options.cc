#include "signal/options.h"

#include <cstring>

namespace custom_ops {
namespace {

enum : uint8_t {
  kInt = 1,
  kUInt = 2,
  kFloat = 3,
  kIndirectInt = 6,
  kIndirectUInt = 7,
  kIndirectFloat = 8,
  kMap = 9,
  kBool = 26
};

class Reader {
 public:
  Reader(const char* buffer, size_t length)
      : data_(reinterpret_cast<const uint8_t*>(buffer)), size_(static_cast<uint32_t>(length)) {}

  bool bad() const { return bad_; }

  // A little-endian number of `width` bytes, of which 8 are cut to 4; 0 outside of the buffer.
  uint32_t Number(uint32_t at, uint32_t width) {
    if (at > size_ || width > size_ - at) {
      bad_ = true;
      return 0;
    }
    uint32_t number = 0;
    for (uint32_t i = width < 4 ? width : 4; i-- > 0;) {
      number = (number << 8) | data_[at + i];
    }
    return number;
  }

  int32_t Signed(uint32_t at, uint32_t width) {
    const uint32_t number = Number(at, width);
    const uint32_t unused = width < 4 ? 32 - 8 * width : 0;
    return static_cast<int32_t>(number << unused) >> unused;
  }

  // Where the number at `at` points to: so many bytes before.
  uint32_t Target(uint32_t at, uint32_t width) {
    const uint32_t back = Number(at, width);
    if (back > at) {
      bad_ = true;
      return 0;
    }
    return at - back;
  }

  bool IsText(uint32_t at, const char* text) {
    for (; !bad_; ++at, ++text) {
      if (Number(at, 1) != static_cast<uint8_t>(*text)) {
        return false;
      }
      if (*text == 0) {
        return true;
      }
    }
    return false;
  }

 private:
  const uint8_t* const data_;
  const uint32_t size_;
  bool bad_ = false;
};

uint32_t WidthOf(uint32_t packed_type) { return UINT32_C(1) << (packed_type & 3); }

// Where a map has a value: its type, and its bytes.
struct Value {
  uint32_t type, at, bytes;  // bytes 0: it is not there
};

Value Find(Reader& reader, uint32_t end, const char* key) {
  constexpr Value kNone{0, 0, 0};
  constexpr uint32_t kLongest = 1 << 16;
  if (end > kLongest) {
    return kNone;
  }
  const uint32_t root_type = reader.Number(end - 2, 1);
  const uint32_t root_width = reader.Number(end - 1, 1);
  if (root_type >> 2 != kMap || root_width > 8) {
    return kNone;
  }
  // Before a map's values: where its keys are, how wide these are, how many values there are.
  const uint32_t values = reader.Target(end - 2 - root_width, root_width);
  const uint32_t width = WidthOf(root_type);
  const uint32_t count = reader.Number(values - width, width);
  const uint32_t key_width = reader.Number(values - 2 * width, width);
  const uint32_t keys = reader.Target(values - 3 * width, width);
  if (count > kLongest || key_width > 8) {
    return kNone;
  }
  for (uint32_t i = 0; i < count && !reader.bad(); ++i) {
    if (!reader.IsText(reader.Target(keys + i * key_width, key_width), key)) {
      continue;
    }
    const uint32_t packed = reader.Number(values + count * width + i, 1);
    const uint32_t type = packed >> 2;
    const uint32_t at = values + i * width;
    if (type >= kIndirectInt && type <= kIndirectFloat) {
      return Value{type, reader.Target(at, width), WidthOf(packed)};
    }
    return Value{type, at, width};
  }
  return kNone;
}

// The length of a buffer; 0, which holds no map, where it is too long.
uint32_t LengthOf(size_t length) { return length < UINT32_MAX ? static_cast<uint32_t>(length) : 0; }

}  // namespace

int32_t Option(const char* buffer, size_t length, const char* key, int32_t fallback) {
  Reader reader(buffer, LengthOf(length));
  const Value found = Find(reader, LengthOf(length), key);
  const bool is_signed = found.type == kInt || found.type == kIndirectInt;
  const bool known =
      is_signed || found.type == kUInt || found.type == kIndirectUInt || found.type == kBool;
  const int32_t value = is_signed ? reader.Signed(found.at, found.bytes)
                                  : static_cast<int32_t>(reader.Number(found.at, found.bytes));
  return found.bytes != 0 && known && !reader.bad() ? value : fallback;
}

float FloatOption(const char* buffer, size_t length, const char* key, float fallback) {
  Reader reader(buffer, LengthOf(length));
  const Value found = Find(reader, LengthOf(length), key);
  if (found.type != kFloat && found.type != kIndirectFloat) {
    return static_cast<float>(Option(buffer, length, key, static_cast<int32_t>(fallback)));
  }
  const uint32_t low = reader.Number(found.at, found.bytes);
  const uint32_t high = found.bytes == 8 ? reader.Number(found.at + 4, 4) : 0;
  if ((found.bytes != 4 && found.bytes != 8) || reader.bad()) {
    return fallback;
  }
  if (found.bytes == 4) {
    float value;
    std::memcpy(&value, &low, sizeof(value));
    return value;
  }
  const uint64_t bits = static_cast<uint64_t>(high) << 32 | low;
  double value;
  std::memcpy(&value, &bits, sizeof(value));
  return static_cast<float>(value);
}

}  // namespace custom_ops
