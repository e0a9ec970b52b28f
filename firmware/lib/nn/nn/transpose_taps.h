// Which taps of a transposed convolution reach an output.

#ifndef MCUFORGE_NN_TRANSPOSE_TAPS_H_
#define MCUFORGE_NN_TRANSPOSE_TAPS_H_

#include <cstdint>

namespace nn {

// The taps of one axis that reach one output position: tap first_tap + i * stride meets the input
// at first_in - i, for i in [0, count).
struct TransposeTaps {
  int32_t first_tap, first_in, count;
};

// Walks an axis of the output, so that no position needs a division.
class AxisWalk {
 public:
  AxisWalk(int32_t pad, int32_t stride, int32_t kernel, int32_t in_extent)
      : stride_(stride), kernel_(kernel), in_extent_(in_extent) {
    for (; pad > 0; --pad) {
      Advance();
    }
  }

  TransposeTaps Here() const {
    TransposeTaps taps{phase_, in_, 0};
    // Inputs behind the last one do not exist: skip to it.
    while (taps.first_in >= in_extent_) {
      --taps.first_in;
      taps.first_tap += stride_;
    }
    int32_t in = taps.first_in;
    for (int32_t tap = taps.first_tap; tap < kernel_ && in >= 0; tap += stride_, --in) {
      ++taps.count;
    }
    return taps;
  }

  void Advance() {
    if (++phase_ == stride_) {
      phase_ = 0;
      ++in_;
    }
  }

 private:
  const int32_t stride_, kernel_, in_extent_;
  int32_t phase_ = 0;  // (output position + padding) % stride
  int32_t in_ = 0;     // (output position + padding) / stride
};

}  // namespace nn

#endif  // MCUFORGE_NN_TRANSPOSE_TAPS_H_
