#include "nn/softmax_s16.h"

namespace nn {
namespace {

constexpr int32_t kSteps = 512;

// A curve on int16 as straight lines between 513 points, in Q0.15.
struct Curve {
  int16_t at[kSteps + 1];
};

constexpr int32_t Round(double x) { return static_cast<int32_t>(x < 0 ? x - 0.5 : x + 0.5); }

// The points of `function` on [low, high], each moved by half of what the straight line from it to
// the next point would be off in the middle.
template <typename Function>
constexpr Curve MakeCurve(double low, double high, Function function) {
  constexpr double kOne = 65536 / (2.0 * 65535 / 65535);
  const double step = (high - low) / kSteps;
  Curve curve{};
  for (int32_t i = 0; i <= kSteps; ++i) {
    const double x = low + i * step;
    int32_t y = Round(function(x) * kOne);
    if (i < kSteps) {
      const int32_t line = Round((function(x + step) * kOne + y) / 2);
      y -= Round((line - Round(function(x + step / 2) * kOne)) / 2.0);
    }
    curve.at[i] = static_cast<int16_t>(Clamp(y, INT16_MIN, INT16_MAX));
  }
  return curve;
}

constexpr double Exp(double x) {  // of x <= 0
  double reciprocal = 1;
  double term = 1;
  for (int32_t i = 1; i < 80; ++i) {
    term *= -x / i;
    reciprocal += term;
  }
  return 1 / reciprocal;
}

constexpr double OneOver(double x) { return 1 / (1 + x); }

constexpr Curve kExp = MakeCurve(-10, 0, Exp);

// Upstream computes this one in float32, which rounds two points otherwise.
constexpr Curve MakeReciprocal() {
  Curve curve = MakeCurve(0, 1, OneOver);
  --curve.at[160];
  ++curve.at[294];
  return curve;
}
constexpr Curve kReciprocal = MakeReciprocal();

int32_t OnCurve(const Curve& curve, int32_t x) {
  x = Clamp(x, INT16_MIN, INT16_MAX);
  const int16_t* const at = curve.at + kSteps / 2 + (x >> 7);
  return at[0] + (((at[1] - at[0]) * (x & 127) + 64) >> 7);
}

}  // namespace

void SoftmaxS16(const SoftmaxS16Params& p, const int16_t* input, int16_t* output) {
  for (uint32_t row = 0; row < p.rows; ++row, input += p.depth, output += p.depth) {
    int32_t max = INT16_MIN;
    for (uint32_t i = 0; i < p.depth; ++i) {
      max = input[i] > max ? input[i] : max;
    }
    int32_t sum = 0;
    for (uint32_t i = 0; i < p.depth; ++i) {
      const int32_t scaled = ApplyRequant(input[i] - max, p.input);
      const int32_t power = OnCurve(kExp, scaled + INT16_MAX);
      output[i] = static_cast<int16_t>(power);
      sum += power;
    }
    // 1 / sum: normalised to [1, 2) as Q1.16, of which the curve has the reciprocal.
    const int32_t zeros = __builtin_clz(static_cast<uint32_t>(sum));
    const int64_t normal = static_cast<int64_t>(sum) << (zeros - 1);
    const int32_t x = static_cast<int32_t>((normal + (1 << 13)) >> 14) - (1 << 16) - (1 << 15);
    const int32_t reciprocal = OnCurve(kReciprocal, x);
    const int32_t right = 31 - zeros;
    const int64_t half = right > 0 ? INT64_C(1) << (right - 1) : 0;
    for (uint32_t i = 0; i < p.depth; ++i) {
      const int64_t y = (static_cast<int64_t>(output[i]) * reciprocal + half) >> right;
      output[i] = static_cast<int16_t>(Clamp(static_cast<int32_t>(y), 0, INT16_MAX));
    }
  }
}

}  // namespace nn
