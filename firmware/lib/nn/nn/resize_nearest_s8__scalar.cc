#include <cstring>

#include "nn/resize_s8.h"
#include "nn/scale.h"

namespace nn {
namespace {

// Maps an axis of the output to the input's as TFLM does in float32, each step rounded as there:
// scale = in / out, position = (index + 0 or 1/2) * scale, then down or to nearest.
class AxisMap {
 public:
  AxisMap(uint32_t in, uint32_t out, bool align_corners, bool half_pixel_centers)
      : last_(in - 1), nearest_(align_corners), half_(half_pixel_centers ? 1 : 0) {
    const uint32_t less = align_corners && out > 1 ? 1 : 0;
    scale_ = DivideAsFloat(ScaleFromInteger(in - less), ScaleFromInteger(out - less));
    scale_ = Shifted(scale_, -1);  // for positions in halves
  }

  uint32_t operator()(uint32_t index) const {
    const Scale position = MultiplyAsFloat(ScaleFromInteger(2 * index + half_), scale_);
    const uint32_t mapped = IntegerFromScale(position, nearest_);
    return mapped < last_ ? mapped : last_;
  }

 private:
  Scale scale_;
  const uint32_t last_;
  const bool nearest_;
  const uint32_t half_;
};

}  // namespace

void ResizeNearestS8(const ResizeParams& p, const int8_t* input, int8_t* output,
                     uint16_t* scratch) {
  const auto& rows = p.axis[0];
  const auto& columns = p.axis[1];
  const AxisMap column(columns.in, columns.out, p.align_corners, p.half_pixel_centers);
  for (uint32_t x = 0; x < columns.out; ++x) {
    scratch[x] = static_cast<uint16_t>(column(x));
  }
  const AxisMap row(rows.in, rows.out, p.align_corners, p.half_pixel_centers);
  const uint32_t row_bytes = columns.in * p.channels;
  for (uint32_t batch = 0; batch < p.batches; ++batch, input += rows.in * row_bytes) {
    for (uint32_t y = 0; y < rows.out; ++y) {
      const int8_t* const from = input + row(y) * row_bytes;
      for (uint32_t x = 0; x < columns.out; ++x, output += p.channels) {
        std::memcpy(output, from + scratch[x] * p.channels, p.channels);
      }
    }
  }
}

}  // namespace nn
