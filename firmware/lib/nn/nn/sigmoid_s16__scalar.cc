#include "nn/sigmoid_s16.h"

namespace nn {
namespace {

// 2^16 / (1 + exp(-i / 24)), rounded to nearest but for some points that upstream has one higher;
// beyond the last the curve is 1.
struct Curve {
  uint16_t at[256];
};

constexpr double ExpOfNegativeTerm(double x) {  // exp(-x) for x >= 0
  double reciprocal = 1;
  double term = 1;
  for (int i = 1; i < 60; ++i) {
    term *= x / i;
    reciprocal += term;
  }
  return 1 / reciprocal;
}

constexpr uint8_t kHigher[] = {4,  8,  12, 14, 15, 16, 17, 19, 20,  21,  22,  25,  27,  28, 29,
                               30, 31, 33, 34, 35, 37, 39, 40, 41,  43,  44,  45,  46,  49, 50,
                               54, 62, 63, 64, 66, 82, 86, 93, 100, 103, 112, 116, 135, 255};

constexpr Curve MakeCurve() {
  Curve curve{};
  for (int i = 0; i < 256; ++i) {
    const double y = 65536 / (1 + ExpOfNegativeTerm(i / 24.0)) + 0.5;
    curve.at[i] = static_cast<uint16_t>(y < 65535 ? y : 65535);
  }
  for (const uint8_t i : kHigher) {
    ++curve.at[i];
  }
  return curve;
}

constexpr Curve kCurve = MakeCurve();
constexpr uint32_t kLast = 255;

int32_t Scaled(SigmoidScaleS16 scale, int16_t x) {
  const int32_t half = scale.right > 0 ? INT32_C(1) << (scale.right - 1) : 0;
  return (x * scale.multiplier + half) >> scale.right;
}

// The curve at `x` >= 0, 2^`bits` a point, times 2^bits; `beyond` behind the last point.
uint32_t OnCurve(uint32_t x, uint32_t bits, uint32_t beyond) {
  const uint32_t i = x >> bits;
  if (i >= kLast) {
    return beyond;
  }
  const uint32_t low = kCurve.at[i];
  const uint32_t between = x & ((UINT32_C(1) << bits) - 1);
  return (low << bits) + between * (kCurve.at[i + 1] - low);
}

uint32_t Magnitude(int32_t x) {
  return x < 0 ? 0 - static_cast<uint32_t>(x) : static_cast<uint32_t>(x);
}

}  // namespace

int16_t LogisticS16(SigmoidScaleS16 scale, int16_t input) {
  const int32_t x = Scaled(scale, input);
  const uint32_t y = OnCurve(Magnitude(x), 9, UINT32_C(0x7fff) << 10);
  const uint32_t one = UINT32_C(1) << 25;
  return static_cast<int16_t>((x >= 0 ? y + (1 << 9) : one - y + (1 << 9) - 1) >> 10);
}

int16_t TanhS16(SigmoidScaleS16 scale, int16_t input) {
  const int32_t x = Scaled(scale, input);
  // The logistic curve of twice the input, moved and stretched.
  const auto y = static_cast<int32_t>(OnCurve(Magnitude(x), 8, UINT32_C(0xffff) << 8)) - (1 << 23);
  return static_cast<int16_t>(((x >= 0 ? y : -y - 1) + (1 << 7)) >> 8);
}

void LogisticAllS16(SigmoidScaleS16 scale, uint32_t count, const int16_t* input, int16_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    output[i] = LogisticS16(scale, input[i]);
  }
}

void TanhAllS16(SigmoidScaleS16 scale, uint32_t count, const int16_t* input, int16_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    output[i] = TanhS16(scale, input[i]);
  }
}

}  // namespace nn
