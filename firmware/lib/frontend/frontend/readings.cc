#include "frontend/readings.h"

#include "frontend/log2.h"

namespace frontend {
namespace {

constexpr int32_t kFractionBits = 16;
constexpr int64_t kLimit = INT64_C(1) << 62;

int16_t Saturate(int64_t x) {
  return static_cast<int16_t>(x < INT16_MIN ? INT16_MIN : (x > INT16_MAX ? INT16_MAX : x));
}

// mantissa * 2^exponent
struct Number {
  int32_t mantissa;
  int32_t exponent;
};

Number NumberOf(uint32_t bits, ReadingType type) {
  switch (type) {
    case ReadingType::kInt8:
      return {static_cast<int8_t>(bits), 0};
    case ReadingType::kUint8:
      return {static_cast<uint8_t>(bits), 0};
    case ReadingType::kInt16:
      return {static_cast<int16_t>(bits), 0};
    case ReadingType::kFloat32:
      break;
  }
  const int32_t biased = static_cast<int32_t>(bits >> 23 & 0xff);
  const int32_t fraction = static_cast<int32_t>(bits & 0x7fffff);
  const int32_t size = biased == 0 ? 0 : fraction | 0x800000;  // no gain makes a feature of less
  return {bits >> 31 ? -size : size, biased - 150};
}

// x * 2^exponent rounded down, at most kLimit in magnitude; |x| is below 2^56, and 0 has an
// exponent below 62.
int64_t Shift(int64_t x, int32_t exponent) {
  if (exponent <= 0) return x >> (exponent > -63 ? -exponent : 63);
  const int64_t largest = exponent < 62 ? kLimit >> exponent : 0;
  if (x > largest) return kLimit;
  if (x < -largest) return -kLimit;
  return x * (INT64_C(1) << exponent);
}

// The square root rounded down.
uint32_t Root(uint64_t x) {
  uint64_t root = 0;
  for (uint64_t bit = UINT64_C(1) << 62; bit != 0; bit >>= 2) {
    if (x >= root + bit) {
      x -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return static_cast<uint32_t>(root);
}

// The root of the power, by 2^down less, to nearest.
int16_t Magnitude(uint64_t power, int32_t down) {
  return Saturate((Root(power) + (INT64_C(1) << (down - 1))) >> down);
}

// The logarithm of that squared.
int16_t LogPower(uint64_t power, int32_t down) {
  const int32_t value = power == 0 ? 0 : Log2(power) - 2 * down * (1 << kLog2FractionBits);
  return static_cast<int16_t>(value > 0 ? value : 0);
}

}  // namespace

int16_t ScaleReading(uint32_t bits, ReadingType type, const ChannelScale& scale) {
  if (type == ReadingType::kFloat32 && (bits & 0x7fffffff) > 0x7f800000) return 0;
  const Number number = NumberOf(bits, type);
  const int64_t product = static_cast<int64_t>(number.mantissa) * scale.multiplier;
  const int64_t scaled = Shift(product, number.exponent - scale.shift + kFractionBits);
  const int64_t half = INT64_C(1) << (kFractionBits - 1);
  return Saturate((scaled + scale.bias + half) >> kFractionBits);
}

Readings::Readings(const ReadingsParameters& parameters, void* memory, Sink sink)
    : p_(parameters),
      sink_(sink),
      block_(static_cast<int32_t*>(memory)),
      window_(parameters.makes_spectra
                  ? reinterpret_cast<int16_t*>(block_ + (size_t{1} << parameters.fft.log2_size))
                  : nullptr) {
  Start();
}

void Readings::Start() {
  element_.Clear();
  channel_ = 0;
  count_ = 0;
}

void Readings::Push(const uint8_t* bytes, size_t size) {
  const ReadingType type = static_cast<ReadingType>(p_.type);
  const unsigned element_bytes = type == ReadingType::kFloat32 ? 4
                                 : type == ReadingType::kInt16 ? 2
                                                               : 1;
  const uint32_t total = UINT32_C(1) * p_.length * p_.channels;
  for (size_t i = 0; i < size && count_ < total; ++i) {
    if (!element_.Take(bytes[i], element_bytes)) continue;
    const int16_t feature = ScaleReading(element_.value, type, p_.scales[channel_]);
    channel_ = static_cast<uint16_t>(channel_ + 1 < p_.channels ? channel_ + 1 : 0);
    Put(feature);
  }
}

void Readings::Put(int16_t feature) {
  ++count_;
  if (!p_.makes_spectra) {
    sink_.take(sink_.target, &feature, 1);
    return;
  }
  window_[count_ - 1] = feature;
  if (count_ < UINT32_C(1) * p_.length * p_.channels) return;
  for (uint32_t channel = 0; channel < p_.channels; ++channel) MakeSpectrum(channel);
  sink_.take(sink_.target, window_, (size_t{p_.channels} << p_.fft.log2_size) / 2);
}

// In the place of the channel's readings, of which there are more than half of the size.
void Readings::MakeSpectrum(uint32_t channel) {
  int16_t* const own = window_ + channel;
  uint32_t peak = 0;
  for (uint32_t i = 0; i < p_.length; ++i) {
    const int32_t value = own[i * p_.channels];
    const uint32_t size = static_cast<uint32_t>(value < 0 ? -value : value);
    if (size > peak) peak = size;
  }
  const int32_t shift = BlockShift(p_.fft, peak);
  const uint32_t size = UINT32_C(1) << p_.fft.log2_size;
  for (uint32_t i = 0; i < size; ++i) {
    block_[i] = i < p_.length ? own[i * p_.channels] * (1 << 15) >> shift : 0;
  }
  Transform(p_.fft, block_);
  const int32_t down = 15 - shift + p_.fft.log2_size;  // at least 14
  for (uint32_t k = 0; k < size / 2; ++k) {
    const uint64_t power = GetBin(p_.fft, block_, k).Power();
    own[k * p_.channels] = p_.makes_log2 ? LogPower(power, down) : Magnitude(power, down);
  }
}

}  // namespace frontend
