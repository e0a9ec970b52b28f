// The discrete Fourier transform of real numbers in fixed point. The block is scaled once, before:
// 32 bits then hold the growth of all stages, so no stage rounds for room and none looks at the
// data. Cooley and Tukey, "An Algorithm for the Machine Calculation of Complex Fourier Series",
// 1965; two real halves as one complex transform: Cooley, Lewis and Welch, 1970.

#ifndef MCUFORGE_FRONTEND_FFT_H_
#define MCUFORGE_FRONTEND_FFT_H_

#include <cstdint>

namespace frontend {

// For `1 << log2_size` real numbers.
//   log2_size  3 to 12
//   sines      round(2^15 sin(2 pi i / size)), i = 0 ... size / 4
struct Fft {
  uint8_t log2_size;
  const uint16_t* sines;
};

// How far to shift numbers right that were multiplied by 2^15, so that they can be transformed.
//   peak  the largest magnitude without that factor, at most 2^15
int32_t BlockShift(const Fft& fft, uint32_t peak);

// Transforms in place; GetBin reads the result. Magnitudes are at most 2^(29 - log2_size).
void Transform(const Fft& fft, int32_t* data);

// Twice the transform's value for a frequency.
struct Bin {
  int32_t real;
  int32_t imaginary;

  // At most 2^60, and so is the sum over all bins.
  uint64_t Power() const {
    return static_cast<uint64_t>(static_cast<int64_t>(real) * real) +
           static_cast<uint64_t>(static_cast<int64_t>(imaginary) * imaginary);
  }
};

// k in [0, size / 2]
Bin GetBin(const Fft& fft, const int32_t* data, uint32_t k);

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_FFT_H_
