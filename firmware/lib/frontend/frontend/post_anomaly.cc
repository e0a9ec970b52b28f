#include "frontend/post_anomaly.h"

namespace frontend {
namespace {

constexpr int32_t kMultiplierBits = 15;

// The exponent e of 2^e <= scale < 2^(e + 1), and scale's 24 bits from there on.
struct Parts {
  int32_t exponent;
  uint32_t mantissa;
};

Parts PartsOf(float scale) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, scale);
  const uint32_t fraction = bits & 0x7fffff;
  if (bits >> 23 > 0) return {static_cast<int32_t>(bits >> 23), fraction | 0x800000};
  const int32_t shift = __builtin_clz(fraction) - 8;  // subnormal
  return {1 - shift, fraction << shift};
}

bool IsPositive(float scale) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, scale);
  return bits > 0 && bits < 0x7f800000;  // finite, and not negative
}

// scale * 2^(kMultiplierBits - 1 - exponent), to nearest, halves up.
int32_t MultiplierOf(Parts scale, int32_t exponent) {
  const int32_t shift = 24 - kMultiplierBits + exponent - scale.exponent;  // at least 9
  if (shift > 24) return 0;
  return static_cast<int32_t>((scale.mantissa + (UINT32_C(1) << (shift - 1))) >> shift);
}

}  // namespace

bool MakeAnomaly(Quantization input, Quantization output, AnomalyParams* params) {
  if (!IsPositive(input.scale) || !IsPositive(output.scale)) return false;
  const Parts in = PartsOf(input.scale);
  const Parts out = PartsOf(output.scale);
  const int32_t exponent = in.exponent > out.exponent ? in.exponent : out.exponent;
  params->input_multiplier = MultiplierOf(in, exponent);
  params->output_multiplier = MultiplierOf(out, exponent);
  params->offset =
      params->output_multiplier * output.zero_point - params->input_multiplier * input.zero_point;
  return true;
}

uint32_t AnomalyScore(const AnomalyParams& p, const int8_t* input, const int8_t* output,
                      uint32_t count) {
  // A difference is below 2 * 255 * 2^15 < 2^24, its square below 2^48, and 2^16 of them fit.
  uint64_t sum = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const int32_t difference =
        p.input_multiplier * input[i] - p.output_multiplier * output[i] + p.offset;
    sum += static_cast<uint64_t>(static_cast<int64_t>(difference) * difference);
  }
  return static_cast<uint32_t>(sum / count >> 16);
}

}  // namespace frontend
