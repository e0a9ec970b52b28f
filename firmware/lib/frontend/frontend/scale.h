// Where features go: every front end gives int16 features in order, and one fixed-point step makes
// the model's int8 input of each.

#ifndef MCUFORGE_FRONTEND_SCALE_H_
#define MCUFORGE_FRONTEND_SCALE_H_

#include <cstddef>
#include <cstdint>

namespace frontend {

// Takes the next `count` features of a sample.
struct Sink {
  void (*take)(void* target, const int16_t* features, size_t count);
  void* target;
};

// The factor multiplier * 2^-shift, which is a feature's unit over the model input's scale.
//   multiplier  in [2^15, 2^16)
//   shift       in [1, 31]
struct Scaling {
  uint16_t multiplier;
  uint8_t shift;
  int8_t zero_point;
};

// feature * factor, halves away from zero, moved to the zero point and clamped.
inline int8_t ScaleFeature(int16_t feature, Scaling scaling) {
  const uint32_t size = static_cast<uint32_t>(feature < 0 ? -feature : feature);
  const uint32_t half = UINT32_C(1) << (scaling.shift - 1);
  const int32_t scaled = static_cast<int32_t>((size * scaling.multiplier + half) >> scaling.shift);
  const int32_t moved = (feature < 0 ? -scaled : scaled) + scaling.zero_point;
  return static_cast<int8_t>(moved < INT8_MIN ? INT8_MIN : (moved > INT8_MAX ? INT8_MAX : moved));
}

// The target of a Sink that fills a model's input from `next` on.
struct InputWriter {
  using Step = Scaling;

  Step step;
  int8_t* next;

  static void Take(void* target, const int16_t* features, size_t count) {
    InputWriter& writer = *static_cast<InputWriter*>(target);
    for (size_t i = 0; i < count; ++i) *writer.next++ = ScaleFeature(features[i], writer.step);
  }
};

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_SCALE_H_
