#include "nn/isa.h"

#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

#include "nn/scalar.h"

namespace nn {

void FinishChannels(const ScalarChannel* channel, int32_t channels, int32_t out_zero_point,
                    const int32_t* acc, int32_t acc_step, int32_t count, int8_t* to,
                    int32_t to_step) {
  for (; channels != 0; --channels, ++channel, ++to, acc += acc_step) {
    const int32_t multiplier = channel->multiplier;
    const int32_t right = -channel->shift;
    int8_t* out = to;
    int32_t i = 0;
    if (channel->kind == ChannelKind::kFast) {
      const int32_t addend = FastAddend(right, out_zero_point);
      do {
        const int32_t y = MulHighSmall(acc[i], multiplier);
        *out = SaturateS8((y + (y >> 31) + addend) >> right);
        out += to_step;
      } while (++i != count);
      continue;
    }
    do {
      *out = RequantizeTo8(acc[i], Requant{multiplier, -right}, out_zero_point, INT8_MIN, INT8_MAX);
      out += to_step;
    } while (++i != count);
  }
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
