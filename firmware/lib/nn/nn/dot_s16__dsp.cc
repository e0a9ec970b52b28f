#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

#include "nn/dot_s16.h"
#include "nn/dsp.h"

// Four products at a time, by SMLAD: the even and the odd weights of a word are sign-extended to
// halfwords, and the inputs paired likewise.

namespace nn {
namespace {

inline uint32_t LoadPair(const int16_t* from) {
  uint32_t pair;
  std::memcpy(&pair, from, sizeof(pair));
  return pair;
}

// The lower halfwords of `a` and `b`, and the upper ones. GCC makes PKHBT and PKHTB of them.
inline uint32_t LowerHalves(uint32_t a, uint32_t b) { return (a & 0xffff) | (b << 16); }
inline uint32_t UpperHalves(uint32_t a, uint32_t b) { return (a >> 16) | (b & 0xffff0000); }

inline int32_t MultiplyPairs(uint32_t a, uint32_t b, int32_t sum) {
  return __smlad(static_cast<int16x2_t>(a), static_cast<int16x2_t>(b), sum);
}

}  // namespace

int64_t DotS16(const int16_t* x, const int8_t* weights, uint32_t n) {
  int64_t sum = 0;
  while (n != 0) {
    const uint32_t run = n < kDotS16Run ? n : kDotS16Run;
    int32_t part = 0;
    for (uint32_t fours = run >> 2; fours != 0; --fours, x += 4, weights += 4) {
      const uint32_t w = LoadWord(weights);
      const uint32_t first = LoadPair(x);
      const uint32_t second = LoadPair(x + 2);
      part = MultiplyPairs(LowerHalves(first, second), EvenBytes(w), part);
      part = MultiplyPairs(UpperHalves(first, second), OddBytes(w), part);
    }
    for (uint32_t left = run & 3; left != 0; --left) {
      part += *x++ * *weights++;
    }
    sum += part;
    n -= run;
  }
  return sum;
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
