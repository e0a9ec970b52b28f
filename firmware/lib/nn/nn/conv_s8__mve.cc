#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

// The loops are in assembler; what is left to the compiler runs once a pixel or less, and -O2 would
// nearly double it.
#pragma GCC optimize("Os")

#include <cstddef>

#include "nn/conv_s8.h"
#include "nn/fully_connected_s8.h"
#include "nn/mve.h"
#include "nn/strips.h"
#include "nn/window_run.h"

// Four output pixels by two channels at a time: eight sums, for which LR is the eighth even
// register. Their windows lie in a panel, 16 bytes of each pixel after the other, so that one
// pointer finds them all. A window whose length is no multiple of that has its fewer bytes first.
// The zero point is taken off through the sum of a channel's weights. A pixel alone is a fully
// connected layer.

namespace nn {
namespace {

constexpr int32_t kPixels = 4;
constexpr int32_t kVector = 16;  // bytes

// Pairs of channels by four pixels. ComputePairs knows the offsets.
struct Pairs {
  int8_t* panel;
  int32_t vectors;  // of a window, after the first one
  int32_t out_zero_point;
  int32_t first;   // bytes of the first vector, 1 to 16
  int32_t second;  // from the weights of a pair's first channel to those of its second one
  const Factor* end;
  const int8_t* weights;  // of the first channel
  const Factor* factors;
  int8_t* output;  // of the first pixel and channel
  int32_t low, high;
  uint16_t offset[kPixels][2];  // from there on, of a pair's outputs
};
static_assert(offsetof(Pairs, panel) == 0);
static_assert(offsetof(Pairs, vectors) == 4);
static_assert(offsetof(Pairs, out_zero_point) == 8);
static_assert(offsetof(Pairs, first) == 12);
static_assert(offsetof(Pairs, second) == 16);
static_assert(offsetof(Pairs, end) == 20);
static_assert(offsetof(Pairs, weights) == 24);
static_assert(offsetof(Pairs, factors) == 28);
static_assert(offsetof(Pairs, output) == 32);
static_assert(offsetof(Pairs, low) == 36);
static_assert(offsetof(Pairs, high) == 40);
static_assert(offsetof(Pairs, offset) == 44);

// clang-format off
// The products of the weights in q0 and q1, and of the next vectors of the panel.
#define MCUFORGE_EIGHT(vmladav)        \
  "vldrb.8 q2, [r1], #64\n"            \
  vmladav ".s8 r0, q0, q2\n"           \
  vmladav ".s8 r8, q1, q2\n"           \
  "vldrb.8 q3, [r1, #-48]\n"           \
  vmladav ".s8 r2, q0, q3\n"           \
  vmladav ".s8 r10, q1, q3\n"          \
  "vldrb.8 q2, [r1, #-32]\n"           \
  vmladav ".s8 r4, q0, q2\n"           \
  vmladav ".s8 r12, q1, q2\n"          \
  "vldrb.8 q3, [r1, #-16]\n"           \
  vmladav ".s8 r6, q0, q3\n"           \
  vmladav ".s8 lr, q1, q3\n"
// From sums `x` to `y` by multiplier and shift, any. Halves are rounded away from zero: what is
// negative, and shifted to the right, loses one before, which is (x * 2) >> 32.
#define MCUFORGE_REQUANT(x, y, multiplier, shift)   \
  "bic r0, " shift ", " shift ", asr #31\n"        \
  "vshl.s32 " x ", r0\n"                            \
  "lsrs r0, " shift ", #31\n"                      \
  "vqdmulh.s32 " y ", " x ", r0\n"                 \
  "vqrdmlah.s32 " y ", " x ", " multiplier "\n"     \
  "and " shift ", " shift ", " shift ", asr #31\n"  \
  "vrshl.s32 " y ", " shift "\n"                    \
  "vadd.i32 " y ", " y ", r1\n"
// The same with a shift to the right, and without the zero point.
#define MCUFORGE_REQUANT_TO_RIGHT(x, y, multiplier, shift) \
  "vshr.s32 " y ", " x ", #31\n"                           \
  "vqrdmlah.s32 " y ", " x ", " multiplier "\n"            \
  "vrshl.s32 " y ", " shift "\n"

// Per 128 MACs: 6 loads, 8 VMLADAVA and the loop's two; per pair 36 more. The sum with the zero
// point wraps in 32 bits where a shift is to the left; else it cannot.
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void ComputePairs(const Pairs& /*pairs*/) {
  asm volatile(
      "push {r4-r11, lr}\n"
      "vpush {d8-d13}\n"
      "sub sp, #24\n"  // panel, vectors, out_zero_point, first, second, end
      "ldm r0!, {r1-r6}\n"
      "stm sp, {r1-r6}\n"
      "ldm r0!, {r3, r9, r11}\n"  // weights, factors, output
      "ldm r0!, {r4, r6}\n"       // low, high
      "vdup.16 q4, r4\n"
      "vdup.16 q5, r6\n"
      "vldrh.u16 q6, [r0]\n"
      "1:\n"
      "ldrd r1, r7, [sp]\n"       // panel, vectors
      "ldrd r4, r5, [sp, #12]\n"  // first, second
      "add r5, r3\n"
      "vctp.8 r4\n"
      "vpstt\n"
      "vldrbt.8 q0, [r3]\n"
      "vldrbt.8 q1, [r5]\n"
      "add r3, r4\n"
      "add r5, r4\n"
      MCUFORGE_EIGHT("vmladav")
      "cbz r7, 3f\n"
      "2:\n"
      "vldrb.8 q0, [r3], #16\n"
      "vldrb.8 q1, [r5], #16\n"
      MCUFORGE_EIGHT("vmladava")
      "subs r7, #1\n"
      "bne 2b\n"
      "3:\n"
      "mov r3, r5\n"
      "vmov q0[2], q0[0], r0, r4\n"
      "vmov q0[3], q0[1], r2, r6\n"
      "vmov q1[2], q1[0], r8, r12\n"
      "vmov q1[3], q1[1], r10, lr\n"
      "ldr r1, [sp, #8]\n"  // out_zero_point
      "ldm r9!, {r0, r2, r4, r6, r8, r10}\n"
      "vadd.i32 q0, q0, r0\n"
      "vadd.i32 q1, q1, r6\n"
      "ands r7, r4, r10\n"
      "bpl 5f\n"  // not both shifts are to the right
      MCUFORGE_REQUANT_TO_RIGHT("q0", "q2", "r2", "r4")
      MCUFORGE_REQUANT_TO_RIGHT("q1", "q3", "r8", "r10")
      "vqmovnb.s32 q0, q2\n"
      "vqmovnt.s32 q0, q3\n"
      "vqadd.s16 q0, q0, r1\n"
      "4:\n"
      "ldr r0, [sp, #20]\n"  // end
      "vmax.s16 q0, q0, q4\n"
      "vmin.s16 q0, q0, q5\n"
      "vstrb.16 q0, [r11, q6]\n"
      "adds r11, #2\n"
      "cmp r9, r0\n"
      "bne 1b\n"
      "add sp, #24\n"
      "vpop {d8-d13}\n"
      "pop {r4-r11, pc}\n"
      "5:\n"
      MCUFORGE_REQUANT("q0", "q2", "r2", "r4")
      MCUFORGE_REQUANT("q1", "q3", "r8", "r10")
      "vqmovnb.s32 q0, q2\n"
      "vqmovnt.s32 q0, q3\n"
      "b 4b\n");
}
// clang-format on

int32_t SumOfWeights(const int8_t* weights, int32_t count) {
  int32_t sum = 0;
  asm volatile(
      "dlstp.8 lr, %[n]\n"
      "1:\n"
      "vldrb.8 q0, [%[w]], #16\n"
      "vaddva.s8 %[sum], q0\n"
      "letp lr, 1b\n"
      : [w] "+r"(weights), [sum] "+Te"(sum)
      : [n] "r"(count)
      : "q0", "lr", "memory");
  return sum;
}

// Vectors are written `step` bytes apart.
[[gnu::noinline]] void Fill(int8_t* to, int32_t value, int32_t count, int32_t step) {
  asm volatile(
      "vdup.8 q0, %[value]\n"
      "dlstp.8 lr, %[n]\n"
      "1:\n"
      "vstrb.8 q0, [%[to]]\n"
      "add %[to], %[step]\n"
      "letp lr, 1b\n"
      : [to] "+r"(to)
      : [n] "r"(count), [value] "r"(value), [step] "r"(step)
      : "q0", "lr", "memory");
}

// Runs of bytes that are copied, `runs` >= 1 of `run` >= 1 bytes. CopyRuns knows the offsets; steps
// are in bytes, step that from vector to vector of what is written.
struct Runs {
  int32_t from_step, to_step;
  int32_t run, runs;
  int32_t step;
};
static_assert(offsetof(Runs, from_step) == 0);
static_assert(offsetof(Runs, to_step) == 4);
static_assert(offsetof(Runs, run) == 8);
static_assert(offsetof(Runs, runs) == 12);
static_assert(offsetof(Runs, step) == 16);

[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void CopyRuns(const int8_t* /*from*/, int8_t* /*to*/,
                                                          const Runs& /*runs*/) {
  asm volatile(
      "push {r4-r8, lr}\n"
      "ldm r2, {r2, r3, r4, r5, r6}\n"
      "cmp r4, #16\n"
      "bgt 2f\n"
      "vctp.8 r4\n"
      "dls lr, r5\n"
      "1:\n"
      "vpstt\n"
      "vldrbt.8 q0, [r0]\n"
      "vstrbt.8 q0, [r1]\n"
      "add r0, r2\n"
      "add r1, r3\n"
      "le lr, 1b\n"
      "pop {r4-r8, pc}\n"
      "2:\n"
      "mov r7, r0\n"
      "mov r8, r1\n"
      "dlstp.8 lr, r4\n"
      "3:\n"
      "vldrb.8 q0, [r7], #16\n"
      "vstrb.8 q0, [r8]\n"
      "add r8, r6\n"
      "letp lr, 3b\n"
      "add r0, r2\n"
      "add r1, r3\n"
      "subs r5, #1\n"
      "bne 2b\n"
      "pop {r4-r8, pc}\n");
}

// Windows that are copied into the panel: each `runs` runs of `vectors` vectors, of which there is
// at least one. Of one run the first vector may have fewer bytes. CopyToPanel knows the offsets.
struct Windows {
  int32_t step;      // from window to window
  int32_t run_step;  // from run to run
  int32_t first;     // bytes of a run's first vector; what follows it in the panel becomes 0
  int32_t vectors;   // after it
  int32_t runs;
};
static_assert(offsetof(Windows, step) == 0);
static_assert(offsetof(Windows, run_step) == 4);
static_assert(offsetof(Windows, first) == 8);
static_assert(offsetof(Windows, vectors) == 12);
static_assert(offsetof(Windows, runs) == 16);

[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void CopyToPanel(const int8_t* /*from*/, int8_t* /*to*/,
                                                             const Windows& /*windows*/,
                                                             int32_t /*count*/) {
  asm volatile(
      "push {r4-r11, lr}\n"
      "ldm r2, {r2, r4, r5, r6, r7}\n"  // step, run_step, first, vectors, runs
      "vctp.8 r5\n"
      "1:\n"
      "mov r8, r0\n"
      "mov r9, r1\n"
      "mov r10, r7\n"
      "2:\n"
      "vpst\n"
      "vldrbt.8 q0, [r8]\n"
      "vstrb.8 q0, [r9], #64\n"
      "add r11, r8, r5\n"
      "wls lr, r6, 4f\n"
      "3:\n"
      "vldrb.8 q0, [r11], #16\n"
      "vstrb.8 q0, [r9], #64\n"
      "le lr, 3b\n"
      "4:\n"
      "add r8, r4\n"
      "subs r10, #1\n"
      "bne 2b\n"
      "add r0, r2\n"
      "adds r1, #16\n"
      "subs r3, #1\n"
      "bne 1b\n"
      "pop {r4-r11, pc}\n");
}

// Windows that are gathered into the panel: of each `runs` runs of `run` bytes, at most 16, become
// one piece, in `column` where that is more than a vector. GatherToPanel knows the offsets.
struct Gathering {
  int32_t step;      // from window to window
  int32_t run_step;  // from run to run
  int32_t run, runs;
  int8_t* column;   // or null
  int32_t first;    // bytes of a window's first vector
  int32_t vectors;  // after it
};
static_assert(offsetof(Gathering, step) == 0);
static_assert(offsetof(Gathering, run_step) == 4);
static_assert(offsetof(Gathering, run) == 8);
static_assert(offsetof(Gathering, runs) == 12);
static_assert(offsetof(Gathering, column) == 16);
static_assert(offsetof(Gathering, first) == 20);
static_assert(offsetof(Gathering, vectors) == 24);

[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void GatherToPanel(const int8_t* /*from*/,
                                                               int8_t* /*to*/,
                                                               const Gathering& /*gathering*/,
                                                               int32_t /*count*/) {
  asm volatile(
      "push {r4-r11, lr}\n"
      "ldm r2, {r4-r10}\n"  // step, run_step, run, runs, column, first, vectors
      "1:\n"
      "mov r11, r0\n"
      "movs r2, r8\n"
      "it eq\n"
      "moveq r2, r1\n"
      "vctp.8 r6\n"
      "dls lr, r7\n"
      "2:\n"
      "vpstt\n"
      "vldrbt.8 q0, [r11]\n"
      "vstrbt.8 q0, [r2]\n"
      "add r11, r5\n"
      "add r2, r6\n"
      "le lr, 2b\n"
      "cmp r8, #0\n"
      "beq 4f\n"
      "vctp.8 r9\n"
      "vpst\n"
      "vldrbt.8 q0, [r8]\n"
      "mov r2, r1\n"
      "vstrb.8 q0, [r2], #64\n"
      "add r11, r8, r9\n"
      "wls lr, r10, 4f\n"
      "3:\n"
      "vldrb.8 q0, [r11], #16\n"
      "vstrb.8 q0, [r2], #64\n"
      "le lr, 3b\n"
      "4:\n"
      "add r0, r4\n"
      "adds r1, #16\n"
      "subs r3, #1\n"
      "bne 1b\n"
      "pop {r4-r11, pc}\n");
}

// Copies a window whose taps do not all meet the input, or do not lie side by side; taps outside
// get the zero point. `from`: the group's channels of the first tap that is inside. scale: how far
// apart vectors are written, in vectors.
[[gnu::noinline]] void GatherWindow(const ConvParams& p, const WindowRun& windows,
                                    const int8_t* from, int8_t* to, int32_t scale) {
  const int32_t tap_bytes = p.filter_c * scale;
  const int32_t row_bytes = p.kernel_w * tap_bytes;
  const int32_t row_step = p.dilation_h * p.in_w * p.in_c;
  if (windows.taps < p.kernel_w || windows.rows < p.kernel_h) {
    Fill(to, p.in_zero_point, p.kernel_h * p.kernel_w * p.filter_c, kVector * scale);
    if (windows.taps == 0 || windows.rows == 0) {
      return;
    }
  }
  to += windows.ky.first * row_bytes + windows.kx.first * tap_bytes;
  Runs runs{row_step, row_bytes, windows.taps * p.filter_c, windows.rows, kVector * scale};
  int32_t rows = 1;
  if (p.dilation_w != 1 || p.filter_c != p.in_c) {  // taps do not lie side by side
    runs = Runs{p.dilation_w * p.in_c, tap_bytes, p.filter_c, windows.taps, kVector * scale};
    rows = windows.rows;
  }
  for (; rows != 0; --rows, from += row_step, to += row_bytes) {
    CopyRuns(from, to, runs);
  }
}

// The outputs of the panel's pixels, at least one. What it changes in `pairs` it restores: a copy
// would take stack.
[[gnu::noinline]] void ComputePanel(Pairs& pairs, int32_t pixels, int32_t channels) {
  const uint16x8_t offset = vld1q_u16(&pairs.offset[0][0]);
  for (; pixels < kPixels; ++pixels) {  // the first one again
    int8_t* from = pairs.panel;
    for (int32_t i = 0; i <= pairs.vectors; ++i, from += kPixels * kVector) {
      vstrbq_s8(from + kVector * pixels, vldrbq_s8(from));
    }
    pairs.offset[pixels][0] = 0;
    pairs.offset[pixels][1] = 1;
  }
  if (pairs.factors != pairs.end) {
    ComputePairs(pairs);
  }
  if (channels & 1) {  // the last one as both of a pair
    const int32_t row = pairs.second;
    const Factor* const factors = pairs.factors;
    pairs.weights += (channels - 1) * row;
    pairs.output += channels - 1;
    pairs.factors = pairs.end;
    pairs.end += 2;
    pairs.second = 0;
    for (auto& of_pixel : pairs.offset) {
      of_pixel[1] = of_pixel[0];
    }
    ComputePairs(pairs);
    pairs.weights -= (channels - 1) * row;
    pairs.output -= channels - 1;
    pairs.factors = factors;
    pairs.end -= 2;
    pairs.second = row;
  }
  vst1q_u16(&pairs.offset[0][0], offset);
}

// kByStrips: all channels stay ready from strip to strip.
template <bool kByStrips>
[[gnu::always_inline]] inline void Conv(const ConvParams& p, const ChannelScales& scales,
                                        const int8_t* input, const int8_t* filter,
                                        const int32_t* bias, int8_t* output, void* scratch,
                                        int32_t rows_of_strip) {
  const bool alone = ConvS8MveIsAlone(p);
  const bool straight = !alone && ConvS8MveNeedsNoColumn(p);
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  const int32_t most_channels = kByStrips || alone ? p.out_c : ConvS8MveBlock(p);
  const int32_t quads = kByStrips ? DivideUp(p.out_c, 4) : ConvS8MveQuads(p);
  const int32_t row = p.kernel_h * p.kernel_w * p.filter_c;
  const int32_t vectors = (row - 1) >> 4;
  auto* const factors = static_cast<Factor*>(scratch);
  auto* const panel = reinterpret_cast<int8_t*>(factors + 4 * quads);
  int8_t* const column =
      alone ? static_cast<int8_t*>(scratch) : panel + kPixels * kVector * (vectors + 1);
  const int32_t row_taps = p.kernel_w * p.filter_c;
  const int32_t row_step = p.dilation_h * p.in_w * p.in_c;
  // Where taps lie side by side: the runs of a window that is inside.
  const bool side_by_side = p.kernel_w == 1 || (p.dilation_w == 1 && p.filter_c == p.in_c);
  const Runs runs{row_step, row_taps, row_taps, p.kernel_h, kVector};
  const int32_t first = ((row - 1) & 15) + 1;
  Windows windows{p.stride_w * p.in_c, row_step, first, vectors, 1};
  if (straight) {
    windows.runs = p.kernel_h;
    windows.vectors = (row_taps - 1) >> 4;
  }
  // A window that is one vector needs no column either; what follows it stays 0.
  const bool small = row <= kVector;
  const bool short_runs = !straight && !alone && row_taps <= kVector;
  const Gathering gathering{windows.step, row_step, row_taps, p.kernel_h, small ? nullptr : column,
                            first,        vectors};
  if (small && !alone) {
    Fill(panel, 0, kPixels * kVector, kVector);
  }
  Pairs pairs;
  pairs.panel = panel;
  pairs.vectors = vectors;
  pairs.out_zero_point = p.out_zero_point;
  pairs.first = first;
  pairs.second = row;
  pairs.low = p.out_min;
  pairs.high = p.out_max;
  const int32_t most = p.out_c < kConvS8MveManyChannels ? kPixels : 1;
  for (int32_t i = 0; i < most; ++i) {
    pairs.offset[i][0] = static_cast<uint16_t>(i * p.out_c);
    pairs.offset[i][1] = static_cast<uint16_t>(i * p.out_c + 1);
  }

  // From the top down pixels wait for those of the next strip: what is written later than it might
  // be is never read by then.
  const bool goes_on = kByStrips && rows_of_strip > 0;
  bool ready = alone;
  int32_t gathered = 0;
  InStrips<kByStrips>(
      p, input, output, rows_of_strip, [&](const ConvParams& strip, const int8_t* in, int8_t* out) {
        int32_t channels;
        for (int32_t c = 0; c < p.out_c; c += channels) {
          const int32_t group = c / group_channels;
          const int32_t left_channels = (group + 1) * group_channels - c;
          channels = left_channels < most_channels ? left_channels : most_channels;
          pairs.weights = filter + c * row;
          pairs.factors = factors;
          pairs.end = factors + (channels & ~1);
          if (!ready) {
            MakeFactors(scales, bias, c, channels, factors);
            for (int32_t i = 0; i < channels; ++i) {
              factors[i].bias -= p.in_zero_point * SumOfWeights(pairs.weights + i * row, row);
            }
            if (channels & 1) {
              factors[channels] = factors[channels - 1];  // its pair
            }
          }
          if (gathered == 0) {
            pairs.output = out + c;
          }
          const int8_t* image = in + group * p.filter_c;
          for (int32_t batch = 0; batch < strip.batches;
               ++batch, image += strip.in_h * p.in_w * p.in_c) {
            ForEachWindowRun(strip, [&](const WindowRun& run) {
              const bool whole = side_by_side && run.taps == p.kernel_w && run.rows == p.kernel_h;
              const int8_t* from = image + run.origin * p.in_c;
              for (int32_t pixels, left = run.pixels; left > 0; left -= pixels) {
                int8_t* const slot = panel + kVector * gathered;
                const int8_t* window = from;
                pixels = 1;
                if (whole && (straight || short_runs)) {
                  const int32_t room = most - gathered;
                  pixels = left < room ? left : room;
                  if (short_runs) {
                    GatherToPanel(from, slot, gathering, pixels);
                  }
                } else {
                  window = column;
                  if (whole) {
                    CopyRuns(from, column, runs);
                  } else {
                    GatherWindow(strip, run, from, straight ? slot : column,
                                 straight ? kPixels : 1);
                  }
                }
                if (alone) {
                  const FullyConnectedParams layer{1,
                                                   static_cast<uint32_t>(row),
                                                   p.out_c,
                                                   p.in_zero_point,
                                                   p.out_zero_point,
                                                   p.out_min,
                                                   p.out_max};
                  FullyConnectedS8(layer, Requant{}, &scales, column, filter, bias, output);
                  return;
                }
                if (whole ? !short_runs : !straight) {
                  CopyToPanel(window, slot, windows, pixels);
                }
                from += pixels * windows.step;
                gathered += pixels;
                if (gathered == most) {
                  if (gathered == kPixels && (channels & 1) == 0) {
                    ComputePairs(pairs);
                  } else {
                    ComputePanel(pairs, gathered, channels);
                  }
                  pairs.output += gathered * p.out_c;
                  gathered = 0;
                }
              }
            });
          }
          if (gathered != 0 && !goes_on) {
            ComputePanel(pairs, gathered, channels);
            gathered = 0;
          }
        }
        ready = kByStrips || alone;
      });
  if (gathered != 0) {
    ComputePanel(pairs, gathered, p.out_c);
  }
}

}  // namespace

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  Conv<false>(p, scales, input, filter, bias, output, scratch, 0);
}

void ConvStripsS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                  const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                  int32_t rows) {
  Conv<true>(p, scales, input, filter, bias, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
