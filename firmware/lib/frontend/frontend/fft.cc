#include "frontend/fft.h"

namespace frontend {
namespace {

// cos and sin in Q15, of `index` in [0, size / 2] parts of size of a whole turn.
struct Turn {
  int32_t cosine;
  int32_t sine;
};

Turn TurnOf(const Fft& fft, uint32_t index) {
  const uint32_t quarter = UINT32_C(1) << (fft.log2_size - 2);
  if (index <= quarter) return {fft.sines[quarter - index], fft.sines[index]};
  return {-static_cast<int32_t>(fft.sines[index - quarter]), fft.sines[2 * quarter - index]};
}

// (a * cosine + b * sine) / 2^15 rounded down; (a, b) is at most 2^30 long.
int32_t Rotate(int32_t a, int32_t cosine, int32_t b, int32_t sine) {
#if defined(__ARM_ARCH_6M__)
  // It has no multiplication to 64 bits. Their upper parts give multiples of 2^15.
  const int32_t low = (a & 0x7fff) * cosine + (b & 0x7fff) * sine;
  return (a >> 15) * cosine + (b >> 15) * sine + (low >> 15);
#else
  return static_cast<int32_t>((static_cast<int64_t>(a) * cosine + static_cast<int64_t>(b) * sine) >>
                              15);
#endif
}

// (real, imaginary) turned backwards.
Bin TurnBack(int32_t real, int32_t imaginary, Turn turn) {
  return {Rotate(real, turn.cosine, imaginary, turn.sine),
          Rotate(imaginary, turn.cosine, real, -turn.sine)};
}

void Swap(int32_t* a, int32_t* b) {
  const int32_t kept = *a;
  *a = *b;
  *b = kept;
}

// Complex numbers to the places whose index has the bits in reverse.
void Reorder(int32_t* data, uint32_t count) {
  uint32_t reversed = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (i < reversed) {
      Swap(data + 2 * i, data + 2 * reversed);
      Swap(data + 2 * i + 1, data + 2 * reversed + 1);
    }
    uint32_t bit = count >> 1;
    while (reversed & bit) {
      reversed ^= bit;
      bit >>= 1;
    }
    reversed |= bit;
  }
}

// The first two stages, whose factors are 1 and -i.
void TransformFours(int32_t* data, uint32_t count) {
  for (int32_t* x = data; x < data + 2 * count; x += 8) {
    const int32_t sum_r = x[0] + x[2], sum_i = x[1] + x[3];
    const int32_t difference_r = x[0] - x[2], difference_i = x[1] - x[3];
    const int32_t other_sum_r = x[4] + x[6], other_sum_i = x[5] + x[7];
    const int32_t other_difference_r = x[4] - x[6], other_difference_i = x[5] - x[7];
    x[0] = sum_r + other_sum_r;
    x[1] = sum_i + other_sum_i;
    x[2] = difference_r + other_difference_i;
    x[3] = difference_i - other_difference_r;
    x[4] = sum_r - other_sum_r;
    x[5] = sum_i - other_sum_i;
    x[6] = difference_r - other_difference_i;
    x[7] = difference_i + other_difference_r;
  }
}

}  // namespace

int32_t BlockShift(const Fft& fft, uint32_t peak) {
  int32_t bits = 0;  // the least with peak <= 2^bits
  while (peak > UINT32_C(1) << bits) ++bits;
  const int32_t shift = bits + fft.log2_size - 14;
  return shift > 0 ? shift : 0;
}

void Transform(const Fft& fft, int32_t* data) {
  const uint32_t count = UINT32_C(1) << (fft.log2_size - 1);  // of complex numbers
  Reorder(data, count);
  TransformFours(data, count);
  for (uint32_t half = 4; half < count; half *= 2) {
    const uint32_t step = count / half;  // of the turns, in parts of the real size
    for (uint32_t j = 0; j < half; ++j) {
      const Turn turn = TurnOf(fft, j * step);
      for (int32_t* x = data + 2 * j; x < data + 2 * count; x += 4 * half) {
        int32_t* const y = x + 2 * half;
        const Bin turned = TurnBack(y[0], y[1], turn);
        y[0] = x[0] - turned.real;
        y[1] = x[1] - turned.imaginary;
        x[0] += turned.real;
        x[1] += turned.imaginary;
      }
    }
  }
}

Bin GetBin(const Fft& fft, const int32_t* data, uint32_t k) {
  const uint32_t count = UINT32_C(1) << (fft.log2_size - 1);
  const int32_t* const z = data + 2 * (k % count);
  const int32_t* const mirror = data + 2 * ((count - k) % count);
  const Bin odd = TurnBack(z[1] + mirror[1], mirror[0] - z[0], TurnOf(fft, k));
  return {z[0] + mirror[0] + odd.real, z[1] - mirror[1] + odd.imaginary};
}

}  // namespace frontend
