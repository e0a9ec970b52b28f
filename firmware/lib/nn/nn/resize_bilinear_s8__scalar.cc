#include "nn/requantize.h"
#include "nn/resize_s8.h"

namespace nn {
namespace {

constexpr int32_t kFractionBits = 10;  // of a position, as TFLM's int8 kernel has them
constexpr int32_t kOne = 1 << kFractionBits;

// Two neighbours of the input and how much each counts, in units of 1 / kOne.
struct Blend {
  int32_t index[2];
  int32_t weight[2];
};

// Maps an axis of the output to the input's.
class AxisMap {
 public:
  AxisMap(int32_t in, int32_t out, const ResizeParams& p) : last_(in - 1) {
    const int32_t less = p.align_corners && out > 1 ? 1 : 0;
    const int32_t steps = out - less;
    scale_ = (kOne * (in - less) + steps / 2) / steps;
    offset_ = p.half_pixel_centers ? scale_ / 2 - kOne / 2 : 0;
  }

  Blend operator()(int32_t index) const {
    // Beyond the first or the last element there is nothing to blend with.
    const int32_t position = Clamp(index * scale_ + offset_, 0, last_ << kFractionBits);
    const int32_t lower = position >> kFractionBits;
    const int32_t upper = (position + kOne - 1) >> kFractionBits;
    const int32_t fraction = position - (lower << kFractionBits);
    return Blend{{lower, upper}, {kOne - fraction, fraction}};
  }

 private:
  int32_t scale_;
  int32_t offset_;
  const int32_t last_;
};

}  // namespace

void ResizeBilinearS8(const ResizeParams& p, const int8_t* input, int8_t* output) {
  const auto& rows = p.axis[0];
  const auto& columns = p.axis[1];
  const AxisMap row_map(rows.in, rows.out, p);
  const AxisMap column_map(columns.in, columns.out, p);
  const int32_t channels = static_cast<int32_t>(p.channels);
  const int32_t row_bytes = columns.in * channels;
  for (uint32_t batch = 0; batch < p.batches; ++batch, input += rows.in * row_bytes) {
    for (int32_t y = 0; y < rows.out; ++y) {
      const Blend row = row_map(y);
      const int8_t* const upper = input + row.index[0] * row_bytes;
      const int8_t* const lower = input + row.index[1] * row_bytes;
      for (int32_t x = 0; x < columns.out; ++x) {
        const Blend column = column_map(x);
        const int32_t left = column.index[0] * channels;
        const int32_t right = column.index[1] * channels;
        const int32_t weight00 = row.weight[0] * column.weight[0];
        const int32_t weight01 = row.weight[0] * column.weight[1];
        const int32_t weight10 = row.weight[1] * column.weight[0];
        const int32_t weight11 = row.weight[1] * column.weight[1];
        for (int32_t c = 0; c < channels; ++c) {
          const int32_t sum = upper[left + c] * weight00 + upper[right + c] * weight01 +
                              lower[left + c] * weight10 + lower[right + c] * weight11;
          *output++ = static_cast<int8_t>(RoundingShiftRight(sum, 2 * kFractionBits));
        }
      }
    }
  }
}

}  // namespace nn
