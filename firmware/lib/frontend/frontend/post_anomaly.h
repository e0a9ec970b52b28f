// How badly an autoencoder reconstructs its input: the mean squared error, in fixed point.

#ifndef MCUFORGE_FRONTEND_POST_ANOMALY_H_
#define MCUFORGE_FRONTEND_POST_ANOMALY_H_

#include <cstdint>

namespace frontend {

// Of the model's input and output: a positive float32, and -128..127.
struct Quantization {
  float scale;
  int32_t zero_point;
};

// Real numbers become integers: multiplier * (q - zero_point), the same number of times the real
// one for both.
struct AnomalyParams {
  int32_t input_multiplier;  // 0..2^15, the larger one at least 2^14
  int32_t output_multiplier;
  int32_t offset;  // what the zero points come to
};

constexpr uint32_t kMostAnomalyValues = 65536;

// False for a scale that is not positive and finite.
bool MakeAnomaly(Quantization input, Quantization output, AnomalyParams* params);

// The mean of the squared differences of `count` values, in units of
//   (2^8 * larger scale / larger multiplier)^2, rounded down:
// one step of the larger scale in each value is between 2^12 and 2^14. A threshold is such a score.
//   count  1..kMostAnomalyValues
uint32_t AnomalyScore(const AnomalyParams& params, const int8_t* input, const int8_t* output,
                      uint32_t count);

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_POST_ANOMALY_H_
