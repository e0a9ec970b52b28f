// A custom op's options, which are a FlexBuffer, with the names that ops use to read them
// (flatbuffers.dev/flatbuffers_internals, "FlexBuffers"). What is not there, or lies outside of the
// buffer, reads as 0, as an empty text or as a list of nothing.

#ifndef FLATBUFFERS_FLEXBUFFERS_H_
#define FLATBUFFERS_FLEXBUFFERS_H_

#include <stddef.h>
#include <stdint.h>

#include <cstring>

namespace flexbuffers {

enum Type : uint8_t {
  FBT_NULL = 0,
  FBT_INT = 1,
  FBT_UINT = 2,
  FBT_FLOAT = 3,
  FBT_KEY = 4,
  FBT_STRING = 5,
  FBT_INDIRECT_INT = 6,
  FBT_INDIRECT_UINT = 7,
  FBT_INDIRECT_FLOAT = 8,
  FBT_MAP = 9,
  FBT_VECTOR = 10,
  FBT_VECTOR_INT = 11,
  FBT_VECTOR_KEY = 14,
  FBT_VECTOR_INT2 = 16,
  FBT_VECTOR_FLOAT4 = 24,
  FBT_BLOB = 25,
  FBT_BOOL = 26,
  FBT_VECTOR_BOOL = 36,
};

// A buffer's bytes. A place of `size` is nowhere.
struct Bytes {
  const uint8_t* data;
  size_t size;

  bool Holds(size_t at, uint64_t count) const { return at <= size && count <= size - at; }
  // Little-endian, of `width` bytes.
  uint64_t Number(size_t at, uint8_t width) const {
    uint64_t number = 0;
    for (uint8_t i = Holds(at, width) ? width : 0; i-- > 0;) {
      number = number << 8 | data[at + i];
    }
    return number;
  }
  // Where the number at `at` leads: so many bytes before.
  size_t Target(size_t at, uint8_t width) const {
    const uint64_t back = Number(at, width);
    return back != 0 && back <= at ? at - static_cast<size_t>(back) : size;
  }
};

class Text {
 public:
  Text() = default;
  Text(const char* start, size_t length) : start_(start), length_(length) {}
  const char* c_str() const { return start_; }
  size_t length() const { return length_; }
  size_t size() const { return length_; }

 private:
  const char* start_ = "";
  size_t length_ = 0;
};
using String = Text;

class Vector;
class Map;

// A value. `at` and `width` are of where it stands, which may lead to where it is.
class Reference {
 public:
  Reference() = default;
  Reference(Bytes bytes, size_t at, uint8_t width, uint8_t packed_type)
      : bytes_(bytes),
        at_(at),
        width_(width),
        own_width_(static_cast<uint8_t>(1u << (packed_type & 3))),
        type_(static_cast<Type>(packed_type >> 2)) {}

  Type GetType() const { return type_; }
  bool IsNull() const { return type_ == FBT_NULL; }
  bool IsBool() const { return type_ == FBT_BOOL; }
  bool IsInt() const { return type_ == FBT_INT || type_ == FBT_INDIRECT_INT; }
  bool IsUInt() const { return type_ == FBT_UINT || type_ == FBT_INDIRECT_UINT; }
  bool IsIntOrUint() const { return IsInt() || IsUInt(); }
  bool IsFloat() const { return type_ == FBT_FLOAT || type_ == FBT_INDIRECT_FLOAT; }
  bool IsNumeric() const { return IsIntOrUint() || IsFloat(); }
  bool IsString() const { return type_ == FBT_STRING; }
  bool IsKey() const { return type_ == FBT_KEY; }
  bool IsMap() const { return type_ == FBT_MAP; }
  bool IsVector() const { return type_ == FBT_VECTOR || IsMap(); }
  bool IsTypedVector() const {
    return (type_ >= FBT_VECTOR_INT && type_ <= FBT_VECTOR_KEY) || type_ == FBT_VECTOR_BOOL;
  }
  bool IsFixedTypedVector() const { return type_ >= FBT_VECTOR_INT2 && type_ <= FBT_VECTOR_FLOAT4; }

  // Of a real number its whole part, if T holds that.
  int64_t AsInt64() const {
    if (IsFloat()) {
      const double real = AsDouble();
      constexpr double kEnd = 9223372036854775808.0;
      return real >= -kEnd && real < kEnd ? static_cast<int64_t>(real) : 0;
    }
    const uint8_t bits = static_cast<uint8_t>(8 * NumberWidth());
    const int64_t number = static_cast<int64_t>(AsBits());
    const int64_t sign = INT64_C(1) << (bits - 1 < 63 ? bits - 1 : 62);
    return IsInt() && bits < 64 ? (number ^ sign) - sign : number;
  }
  int32_t AsInt32() const { return static_cast<int32_t>(AsInt64()); }
  int16_t AsInt16() const { return static_cast<int16_t>(AsInt64()); }
  int8_t AsInt8() const { return static_cast<int8_t>(AsInt64()); }
  uint64_t AsUInt64() const { return static_cast<uint64_t>(AsInt64()); }
  uint32_t AsUInt32() const { return static_cast<uint32_t>(AsInt64()); }
  uint16_t AsUInt16() const { return static_cast<uint16_t>(AsInt64()); }
  uint8_t AsUInt8() const { return static_cast<uint8_t>(AsInt64()); }
  bool AsBool() const { return IsFloat() ? AsDouble() != 0.0 : AsBits() != 0; }
  double AsDouble() const {
    const uint64_t bits = AsBits();
    if (!IsFloat()) {
      return IsInt() ? static_cast<double>(AsInt64()) : static_cast<double>(bits);
    }
    return NumberWidth() == 8 ? As<double>(bits) : static_cast<double>(AsFloat());
  }
  float AsFloat() const {
    const uint64_t bits = AsBits();
    return IsFloat() && NumberWidth() == 4   ? As<float>(static_cast<uint32_t>(bits))
           : IsFloat() && NumberWidth() != 8 ? 0.0f
                                             : static_cast<float>(AsDouble());
  }

  String AsString() const {
    const size_t start = bytes_.Target(at_, width_);
    const uint64_t length = start >= own_width_ ? bytes_.Number(start - own_width_, own_width_) : 0;
    const bool whole = IsString() && length < bytes_.size && bytes_.Holds(start, length + 1) &&
                       bytes_.data[start + length] == 0;
    return whole ? String(reinterpret_cast<const char*>(bytes_.data + start),
                          static_cast<size_t>(length))
                 : String();
  }
  const char* AsKey() const {
    const size_t start = bytes_.Target(at_, width_);
    const bool ends = IsKey() && bytes_.Holds(start, 1) &&
                      std::memchr(bytes_.data + start, 0, bytes_.size - start) != nullptr;
    return ends ? reinterpret_cast<const char*>(bytes_.data + start) : "";
  }
  // A map is one of its values, in the keys' order.
  inline Vector AsVector() const;
  inline Vector AsTypedVector() const;
  inline Vector AsFixedTypedVector() const;
  inline Map AsMap() const;

 private:
  template <typename T, typename Bits>
  static T As(Bits bits) {
    T number;
    std::memcpy(&number, &bits, sizeof(number));
    return number;
  }
  bool IsIndirect() const { return type_ >= FBT_INDIRECT_INT && type_ <= FBT_INDIRECT_FLOAT; }
  uint8_t NumberWidth() const { return IsIndirect() ? own_width_ : width_; }
  // Of a number or a bool.
  uint64_t AsBits() const {
    if (!IsNumeric() && !IsBool()) {
      return 0;
    }
    return bytes_.Number(IsIndirect() ? bytes_.Target(at_, width_) : at_, NumberWidth());
  }

  Bytes bytes_ = {nullptr, 0};
  size_t at_ = 0;
  uint8_t width_ = 1;
  uint8_t own_width_ = 1;  // of what it leads to
  Type type_ = FBT_NULL;
};

// Values one after another; what types they have stands behind them, unless one type is all's.
class Vector {
 public:
  Vector() = default;
  // type: of all; FBT_NULL: of each its own. fixed_size 0: it stands before the first.
  Vector(Bytes bytes, size_t first, uint8_t width, Type type, size_t fixed_size = 0)
      : bytes_(bytes), first_(first), width_(width), type_(type) {
    const uint64_t size = fixed_size != 0  ? fixed_size
                          : first >= width ? bytes.Number(first - width, width)
                                           : 0;
    // Of what is not there as a whole there is nothing.
    size_ = size <= bytes.size && bytes.Holds(first, size * width) ? static_cast<size_t>(size) : 0;
  }

  size_t size() const { return size_; }
  bool IsTheEmptyVector() const { return bytes_.data == nullptr; }
  Reference operator[](size_t i) const {
    if (i >= size_) {
      return Reference();
    }
    const auto packed = type_ != FBT_NULL
                            ? static_cast<uint8_t>(type_ << 2)
                            : static_cast<uint8_t>(bytes_.Number(first_ + size_ * width_ + i, 1));
    return Reference(bytes_, first_ + i * width_, width_, packed);
  }

 protected:
  Bytes bytes_ = {nullptr, 0};
  size_t first_ = 0;
  uint8_t width_ = 1;
  Type type_ = FBT_NULL;
  size_t size_ = 0;
};
using TypedVector = Vector;
using FixedTypedVector = Vector;

class Map : public Vector {
 public:
  Map() = default;
  Map(Bytes bytes, size_t first, uint8_t width) : Vector(bytes, first, width, FBT_NULL) {}

  // Before the values: where the keys are, how wide these are, how many values there are.
  TypedVector Keys() const {
    const size_t before = 3u * width_;
    if (first_ < before) {
      return TypedVector();
    }
    const uint64_t key_width = bytes_.Number(first_ - 2u * width_, width_);
    const bool known = key_width == 1 || key_width == 2 || key_width == 4 || key_width == 8;
    return known ? TypedVector(bytes_, bytes_.Target(first_ - before, width_),
                               static_cast<uint8_t>(key_width), FBT_KEY)
                 : TypedVector();
  }
  Vector Values() const { return *this; }
  Reference operator[](const char* key) const {
    const TypedVector keys = Keys();
    for (size_t i = 0; i < keys.size() && i < size_; ++i) {
      if (std::strcmp(keys[i].AsKey(), key) == 0) {
        return Vector::operator[](i);
      }
    }
    return Reference();
  }
  using Vector::operator[];
};

Vector Reference::AsVector() const {
  return IsVector() ? Vector(bytes_, bytes_.Target(at_, width_), own_width_, FBT_NULL) : Vector();
}
Vector Reference::AsTypedVector() const {
  const int element = type_ == FBT_VECTOR_BOOL ? FBT_BOOL : type_ - FBT_VECTOR_INT + FBT_INT;
  return IsTypedVector()
             ? Vector(bytes_, bytes_.Target(at_, width_), own_width_, static_cast<Type>(element))
             : Vector();
}
// Of two to four ints, unsigned ints or floats.
Vector Reference::AsFixedTypedVector() const {
  const int kind = type_ - FBT_VECTOR_INT2;
  return IsFixedTypedVector()
             ? Vector(bytes_, bytes_.Target(at_, width_), own_width_,
                      static_cast<Type>(kind % 3 + FBT_INT), static_cast<size_t>(kind / 3 + 2))
             : Vector();
}
Map Reference::AsMap() const {
  return IsMap() ? Map(bytes_, bytes_.Target(at_, width_), own_width_) : Map();
}

// The last two bytes say what the root is and how wide; it stands before them.
inline Reference GetRoot(const uint8_t* buffer, size_t size) {
  const Bytes bytes = {buffer, size};
  const uint64_t width = size >= 3 ? bytes.Number(size - 1, 1) : 0;
  const bool known = width == 1 || width == 2 || width == 4 || width == 8;
  return known && size >= 2 + width ? Reference(bytes, size - 2 - static_cast<size_t>(width),
                                                static_cast<uint8_t>(width), buffer[size - 2])
                                    : Reference();
}

}  // namespace flexbuffers

#endif  // FLATBUFFERS_FLEXBUFFERS_H_
