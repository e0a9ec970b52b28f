// What the scalar kernels (Armv6-M, Armv7-M without DSP, the host) share.

#ifndef MCUFORGE_NN_SCALAR_H_
#define MCUFORGE_NN_SCALAR_H_

#include "nn/isa.h"

#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

#include <cstdint>

#include "nn/fast_channel.h"
#include "nn/v6m.h"
#include "nn/v7m.h"

namespace nn {

#if !MCUFORGE_V6M
// MulHigh for |a| < 2^30 and b in [0, 2^31).
inline int32_t MulHighSmall(int32_t a, int32_t b) {
  const uint64_t twice = static_cast<uint64_t>(static_cast<int64_t>(a * 2) * b);
  return static_cast<int32_t>((twice + (UINT64_C(1) << 31)) >> 32);
}
#endif

#if !MCUFORGE_V7M
inline int8_t SaturateS8(int32_t x) { return static_cast<int8_t>(Clamp(x, INT8_MIN, INT8_MAX)); }
#endif

// The output, limited to int8 but not to the kernel's range: see ClampAll.
inline int8_t FastOutput(int32_t acc, const FastChannel& channel) {
  const int32_t y = MulHighSmall(acc, channel.multiplier);
  return SaturateS8(MovedByAddend(y, channel) >> channel.right);
}

// What a channel allows: the short way (IsFast), nothing but ApplyRequant, or no computing at all.
enum class ChannelKind : uint8_t { kFast, kSlow, kConstant };

// One channel's way from accumulator to output.
struct ScalarChannel {
  int32_t bias;
  int32_t multiplier;
  int8_t shift;
  ChannelKind kind;
  int8_t value;  // of a constant one; only CONV_2D looks for these
};

inline ScalarChannel MakeScalarChannel(Requant requant, int32_t bias, uint32_t products) {
  return ScalarChannel{bias, requant.multiplier, static_cast<int8_t>(requant.shift),
                       IsFast(requant, bias, products) ? ChannelKind::kFast : ChannelKind::kSlow,
                       0};
}

// Outputs of `channels` channels, `count` (at least 1) each; limited as by FastOutput.
//   acc  of a channel side by side, acc_step from one channel's first to the next one's
//   to   channels side by side, to_step from one output of a channel to its next one
void FinishChannels(const ScalarChannel* channel, int32_t channels, int32_t out_zero_point,
                    const int32_t* acc, int32_t acc_step, int32_t count, int8_t* to,
                    int32_t to_step);

}  // namespace nn

#endif  // !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
#endif  // MCUFORGE_NN_SCALAR_H_
