// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_resize.h"

// Each sum and product is rounded as upstream's: positions and weights are float32, too.

namespace nn {
namespace {

constexpr uint32_t kHalf = UINT32_C(0x3f000000);

uint32_t FloatOf(uint32_t integer) { return FloatFrom(integer, 0); }

// Two neighbours of the input and how much each counts, as bits of float32. Before the first
// element the weights are not within 0 and 1; both neighbours are that element then.
struct Blend {
  uint32_t index[2];
  uint32_t weight[2];
};

// Maps an axis of the output to the input's.
class AxisMap {
 public:
  AxisMap(uint32_t in, uint32_t out, const ResizeParams& p)
      : last_(in - 1), half_pixel_centers_(p.half_pixel_centers) {
    const uint32_t less = p.align_corners && out > 1 ? 1 : 0;
    scale_ = DivideFloats(FloatOf(in - less), FloatOf(out - less));
  }

  Blend operator()(uint32_t index) const {
    uint32_t position = FloatOf(index);
    if (half_pixel_centers_) {
      const uint32_t centre = MultiplyFloats(AddFloats(position, kHalf), scale_);
      position = AddFloats(centre, kHalf | kFloatSign);
    } else {
      position = MultiplyFloats(position, scale_);
    }
    const auto lower = static_cast<uint32_t>(TruncatedFloat(position));  // 0 from above -1 on
    const uint32_t fraction = AddFloats(position, FloatOf(lower) ^ kFloatSign);
    const bool between = RankOfFloat(fraction) > 0;
    const uint32_t upper = between && lower < last_ ? lower + 1 : lower;
    return Blend{{lower, upper}, {AddFloats(kFloatOne, fraction ^ kFloatSign), fraction}};
  }

 private:
  uint32_t scale_;
  const uint32_t last_;
  const bool half_pixel_centers_;
};

}  // namespace

void FloatResizeBilinear(const ResizeParams& p, const uint32_t* input, uint32_t* output) {
  const auto& rows = p.axis[0];
  const auto& columns = p.axis[1];
  const AxisMap row_map(rows.in, rows.out, p);
  const AxisMap column_map(columns.in, columns.out, p);
  const uint32_t row_elements = columns.in * p.channels;
  for (uint32_t batch = 0; batch < p.batches; ++batch, input += rows.in * row_elements) {
    for (uint32_t y = 0; y < rows.out; ++y) {
      const Blend row = row_map(y);
      for (uint32_t x = 0; x < columns.out; ++x) {
        const Blend column = column_map(x);
        for (uint32_t c = 0; c < p.channels; ++c) {
          uint32_t sum = kFloatSign;  // -0, to which whatever is added stays itself
          for (uint32_t corner = 0; corner < 4; ++corner) {
            const uint32_t lower = corner & 1;  // the column changes last, as the sum's order is
            const uint32_t right = corner >> 1;
            const uint32_t* const from =
                input + row.index[lower] * row_elements + column.index[right] * p.channels;
            sum = AddFloats(sum, MultiplyFloats(MultiplyFloats(from[c], row.weight[lower]),
                                                column.weight[right]));
          }
          *output++ = AddFloats(sum, 0);  // upstream's rounding offset: no zero is negative
        }
      }
    }
  }
}

}  // namespace nn
