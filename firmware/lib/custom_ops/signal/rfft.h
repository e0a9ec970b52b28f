// The discrete Fourier transform of real int16, in 16 bits: every stage divides by its radix. As
// upstream has it, radix 4 first, to the last bit. Cooley and Tukey, "An Algorithm for the Machine
// Calculation of Complex Fourier Series", 1965; two real halves as one complex transform: Cooley,
// Lewis and Welch, 1970.

#ifndef CUSTOM_OPS_SIGNAL_RFFT_H_
#define CUSTOM_OPS_SIGNAL_RFFT_H_

#include <cstddef>
#include <cstdint>

namespace custom_ops {

constexpr int32_t kLeastRfft = 16;
constexpr int32_t kMostRfft = 4096;

struct Complex16 {
  int16_t real, imaginary;
};

// The size that an op's options state for int16; 0 where it is none that there is.
int32_t RfftSizeOption(const char* buffer, size_t length);

//   size     a power of two in [kLeastRfft, kMostRfft]
//   input    `count` numbers, at most `size`; zeros follow
//   output   [size / 2 + 1]
void Rfft(int32_t size, const int16_t* input, int32_t count, Complex16* output);

// Back, each number divided by `size`.
//   input    [size / 2 + 1]
//   scratch  [size / 2]
//   output   [size], aligned to 4 bytes
void InverseRfft(int32_t size, const Complex16* input, Complex16* scratch, int16_t* output);

}  // namespace custom_ops

#endif  // CUSTOM_OPS_SIGNAL_RFFT_H_
