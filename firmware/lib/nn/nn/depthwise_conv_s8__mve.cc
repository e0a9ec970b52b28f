#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

// The loops are in assembler; what is left to the compiler runs once for some 64 outputs, and -O2
// would nearly double it.
#pragma GCC optimize("Os")

#include <arm_mve.h>

#include <cstddef>

#include "nn/depthwise_conv_s8.h"
#include "nn/mve.h"
#include "nn/strips.h"

// VMLADAV sums up what lies side by side, which taps of a channel do not. So sixteen channels at a
// time the inputs that a group of up to four neighbouring outputs reads are spread out as patches:
// 16 bytes a channel, column by column, padding as the zero point. An output's window then is 16
// bytes from some place of a patch on, and its weights, laid out with zeros where it has no tap,
// meet it in one instruction. Windows that do not fit in 16 bytes are worked off by tiles. One
// pixel alone is not worth that: four channels at a time are widened to int32 as they are loaded.

namespace nn {
namespace {

constexpr int32_t kLanes = 16;
static_assert(sizeof(Factor) == kDepthwiseConvS8MveFactorBytes);

// Of a block's channels, by lane: where a patch has its bytes, and where weights and inputs lie
// behind those of the first one. Lanes without a channel repeat the first one.
struct Lanes {
  uint8_t slot[kLanes];
  uint8_t weight[kLanes];
  uint8_t input[kLanes];
};
static_assert(sizeof(Lanes) == kDepthwiseConvS8MveLanesBytes);

// Up to four outputs of some channels. ComputeGroup knows the offsets.
struct Group {
  const int8_t* window[4];  // of the first channel
  const int8_t* weights;    // of the first channel
  const Factor* factors;    // with the zero point taken off
  int8_t* output;           // of the first channel
  int32_t channels;         // at least 1
  int32_t out_zero_point, low, high;
  uint32_t lanes;       // which outputs there are: VPR's predicate
  uint32_t offset[4];   // from the first output
  int32_t* sums;        // of each channel four, where there are several tiles
  int32_t shifts_left;  // whether not all shifts are to the right
};
static_assert(offsetof(Group, window) == 0);
static_assert(offsetof(Group, weights) == 16);
static_assert(offsetof(Group, factors) == 20);
static_assert(offsetof(Group, output) == 24);
static_assert(offsetof(Group, channels) == 28);
static_assert(offsetof(Group, out_zero_point) == 32);
static_assert(offsetof(Group, low) == 36);
static_assert(offsetof(Group, high) == 40);
static_assert(offsetof(Group, lanes) == 44);
static_assert(offsetof(Group, offset) == 48);
static_assert(offsetof(Group, sums) == 64);
static_assert(offsetof(Group, shifts_left) == 68);

// How patches are filled. GatherPixels knows the offsets; steps are in bytes.
struct Steps {
  int32_t row, column;   // from tap to tap
  int32_t patch_column;  // from column to column of a patch
  const uint8_t* from;   // a member of Lanes
  const uint8_t* slots;  // Lanes::slot
};
static_assert(offsetof(Steps, row) == 0);
static_assert(offsetof(Steps, column) == 4);
static_assert(offsetof(Steps, patch_column) == 8);
static_assert(offsetof(Steps, from) == 12);
static_assert(offsetof(Steps, slots) == 16);

// Spreads rows x columns pixels out, both at least 1: five instructions for one of 16 channels.
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void GatherPixels(const int8_t* /*from*/,
                                                              int8_t* /*to*/, int32_t /*rows*/,
                                                              int32_t /*columns*/,
                                                              const Steps& /*steps*/) {
  asm volatile(
      "push {r4-r7, lr}\n"
      "ldr r7, [sp, #20]\n"
      "ldrd r4, r5, [r7]\n"       // row, column
      "ldrd r6, r12, [r7, #8]\n"  // patch_column, from
      "ldr r7, [r7, #16]\n"
      "vldrb.8 q1, [r12]\n"
      "vldrb.8 q2, [r7]\n"
      "1:\n"
      "mov r7, r0\n"
      "mov r12, r1\n"
      "dls lr, r2\n"
      "2:\n"
      "vldrb.u8 q0, [r7, q1]\n"
      "add r7, r4\n"
      "vstrb.8 q0, [r12, q2]\n"
      "add r12, #1\n"
      "le lr, 2b\n"
      "add r0, r5\n"
      "add r1, r6\n"
      "subs r3, #1\n"
      "bne 1b\n"
      "pop {r4-r7, pc}\n");
}

// clang-format off
// In a loop over channels: the windows are in r1, r3, r5 and r7, weights r9, factors r11, output r8,
// zero point r10, sums r12, low, high and offsets q4 to q6.
// One channel's four sums of products into q2.
#define MCUFORGE_FOUR_WINDOWS           \
  "vldrb.8 q0, [r9], #16\n"             \
  "vldrb.8 q1, [r1], #16\n"             \
  "vmladav.s8 r0, q0, q1\n"             \
  "vldrb.8 q1, [r3], #16\n"             \
  "vmladav.s8 r2, q0, q1\n"             \
  "vldrb.8 q1, [r5], #16\n"             \
  "vmladav.s8 r4, q0, q1\n"             \
  "vldrb.8 q1, [r7], #16\n"             \
  "vmladav.s8 r6, q0, q1\n"             \
  "vmov q2[2], q2[0], r0, r4\n"         \
  "vmov q2[3], q2[1], r2, r6\n"
// From q2 to outputs by the multiplier in r2 and the shift in r4. Halves are rounded away from
// zero: what is negative, and shifted to the right, loses one before, which is (x * 2) >> 32.
#define MCUFORGE_FOUR_OUTPUTS           \
  "bic r0, r4, r4, asr #31\n"           \
  "vshl.s32 q2, r0\n"                   \
  "lsrs r0, r4, #31\n"                  \
  "vqdmulh.s32 q3, q2, r0\n"            \
  "and r4, r4, r4, asr #31\n"           \
  MCUFORGE_SCALE_AND_STORE
// The same where all shifts are to the right.
#define MCUFORGE_FOUR_OUTPUTS_TO_RIGHT  \
  "vshr.s32 q3, q2, #31\n"              \
  MCUFORGE_SCALE_AND_STORE
#define MCUFORGE_SCALE_AND_STORE        \
  "vqrdmlah.s32 q3, q2, r2\n"           \
  "vrshl.s32 q3, r4\n"                  \
  "vadd.i32 q3, q3, r10\n"              \
  "vmax.s32 q3, q3, q4\n"               \
  "vmin.s32 q3, q3, q5\n"               \
  "vpst\n"                              \
  "vstrbt.32 q3, [r8, q6]\n"            \
  "add r8, #1\n"

// What there is to do with a group: all of it where its windows are one tile, else add a tile's
// products to the sums, and then go from the sums to the outputs.
enum class Step { kAll = 0, kAddTile = 1, kFinish = 2 };

// Per channel: 5 loads, 4 VMLADAV, 14 for the outputs, 18 where not all shifts are to the right.
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void ComputeGroup(const Group& /*group*/,
                                                              Step /*step*/) {
  asm volatile(
      "push {r4-r11, lr}\n"
      "vpush {d8-d13}\n"
      "mov r2, r1\n"
      "ldrd r4, r6, [r0, #36]\n"  // low, high
      "vdup.32 q4, r4\n"
      "vdup.32 q5, r6\n"
      "ldr r10, [r0, #32]\n"  // out_zero_point
      "ldr r4, [r0, #44]\n"  // lanes
      "vmsr p0, r4\n"
      "vldrw.u32 q6, [r0, #48]\n"  // offset
      "ldrd r12, r6, [r0, #64]\n"  // sums, shifts_left
      "ldrd r9, r11, [r0, #16]\n"  // weights, factors
      "ldrd r8, r4, [r0, #24]\n"  // output, channels
      "ldrd r5, r7, [r0, #8]\n"
      "ldrd r1, r3, [r0]\n"
      "dls lr, r4\n"
      "cmp r2, #1\n"
      "beq 3f\n"
      "bgt 4f\n"
      "cmp r6, #0\n"
      "beq 2f\n"
      "1:\n"
      MCUFORGE_FOUR_WINDOWS
      "ldm r11!, {r0, r2, r4}\n"
      "vadd.i32 q2, q2, r0\n"
      MCUFORGE_FOUR_OUTPUTS
      "le lr, 1b\n"
      "b 5f\n"
      "2:\n"
      MCUFORGE_FOUR_WINDOWS
      "ldm r11!, {r0, r2, r4}\n"
      "vadd.i32 q2, q2, r0\n"
      MCUFORGE_FOUR_OUTPUTS_TO_RIGHT
      "le lr, 2b\n"
      "b 5f\n"
      "3:\n"
      MCUFORGE_FOUR_WINDOWS
      "vldrw.u32 q3, [r12]\n"
      "vadd.i32 q2, q2, q3\n"
      "vstrw.32 q2, [r12], #16\n"
      "le lr, 3b\n"
      "b 5f\n"
      "4:\n"
      "vldrw.u32 q2, [r12], #16\n"
      "ldm r11!, {r0, r2, r4}\n"
      MCUFORGE_FOUR_OUTPUTS
      "le lr, 4b\n"
      "5:\n"
      "vpop {d8-d13}\n"
      "pop {r4-r11, pc}\n");
}
// clang-format on

[[gnu::noinline]] void Fill(int8_t* to, int32_t value, int32_t bytes) {
  asm volatile(
      "vdup.8 q0, %[value]\n"
      "dlstp.8 lr, %[n]\n"
      "1:\n"
      "vstrb.8 q0, [%[to]], #16\n"
      "letp lr, 1b\n"
      : [to] "+r"(to)
      : [n] "r"(bytes), [value] "r"(value)
      : "q0", "lr", "memory");
}

// How a group's outputs lie, and in how many patches side by side.
struct Layout {
  int32_t rows, columns, patches;
};

constexpr struct {
  uint8_t rows, columns;
} kLayouts[] = {{2, 2}, {4, 1}, {1, 4}, {3, 1}, {1, 3}, {2, 1}, {1, 2}, {1, 1}};

// The one with the fewest groups of those that fit in the patches.
Layout ChooseLayout(const ConvParams& p, int32_t out_h) {
  const int32_t tile_h = DepthwiseConvS8MveTileHeight(p);
  const int32_t tile_w = DepthwiseConvS8MveTileWidth(p);
  const int32_t most = DepthwiseConvS8MvePatches(p);
  Layout best{};
  int32_t fewest = INT32_MAX;
  for (const auto& layout : kLayouts) {
    const int32_t rows = layout.rows;
    const int32_t groups = DivideUp(out_h, rows) * DivideUp(p.out_w, layout.columns);
    for (int32_t patches = 1; groups < fewest && patches <= most; ++patches) {
      const int32_t columns = layout.columns / patches;
      if (columns * patches == layout.columns && (rows == 1 || p.dilation_h == 1) &&
          (columns == 1 || p.dilation_w == 1) &&
          ((rows - 1) * p.stride_h + tile_h) * ((columns - 1) * p.stride_w + tile_w) <= kLanes) {
        fewest = groups;
        best = Layout{rows, layout.columns, patches};
      }
    }
  }
  return best;
}

// What all groups of an op share.
struct Work {
  int8_t* patches;
  int8_t* weights;
  int32_t plane;  // bytes of a patch, and of a tile's weights
  Steps of_inputs, of_weights;
  Layout layout;
  int32_t patch_columns;  // of outputs
  bool one_tile;
  int32_t tile_h, tile_w;
  int32_t patch_h, patch_w;  // their taps
  int32_t reach_h, reach_w;  // from the first to the last of them
  uint32_t all, last;        // which outputs a group has, and one at the right edge
};

// Lays out the weights of the tile at (ky, kx). filter: of the first channel.
[[gnu::noinline]] void GatherWeights(const Work& work, const ConvParams& p, const int8_t* filter,
                                     int32_t ky, int32_t kx) {
  Fill(work.weights, 0, work.plane);
  const int32_t rows = p.kernel_h - ky;
  const int32_t columns = p.kernel_w - kx;
  GatherPixels(filter + (ky * p.kernel_w + kx) * p.out_c, work.weights,
               rows < work.tile_h ? rows : work.tile_h,
               columns < work.tile_w ? columns : work.tile_w, work.of_weights);
}

// Fills the patches of the group at output (y, x) for the tile at (ky, kx).
[[gnu::noinline]] void GatherPatches(const Work& work, const ConvParams& p, const int8_t* image,
                                     int32_t y, int32_t x, int32_t ky, int32_t kx) {
  const int32_t in_y = y * p.stride_h - p.pad_top + ky * p.dilation_h;
  int32_t in_x = x * p.stride_w - p.pad_left + kx * p.dilation_w;
  TapRange rows{0, work.patch_h};
  if (in_y < 0 || in_y + work.reach_h >= p.in_h) {
    rows = ClipTaps(in_y, work.patch_h, p.dilation_h, p.in_h);
  }
  int8_t* patch = work.patches;
  do {
    TapRange columns{0, work.patch_w};
    if (in_x < 0 || in_x + work.reach_w >= p.in_w) {
      columns = ClipTaps(in_x, work.patch_w, p.dilation_w, p.in_w);
    }
    const int32_t h = rows.end - rows.first;
    const int32_t w = columns.end - columns.first;
    if (h + w < work.patch_h + work.patch_w) {
      Fill(patch, p.in_zero_point, work.plane);
    }
    if (h != 0 && w != 0) {
      const int32_t row = in_y + rows.first * p.dilation_h;
      const int32_t column = in_x + columns.first * p.dilation_w;
      GatherPixels(image + (row * p.in_w + column) * p.in_c,
                   patch + columns.first * work.patch_h + rows.first, h, w, work.of_inputs);
    }
    in_x += work.patch_columns * p.stride_w;
    patch += work.plane;
  } while (patch != work.weights);
}

// The outputs of one image, or strip.
[[gnu::noinline]] void ComputeImage(const Work& work, const ConvParams& p, const int8_t* image,
                                    const int8_t* filter, int8_t* output, Group* group) {
  const Layout& layout = work.layout;
  for (int32_t y = 0; y < p.out_h; y += layout.rows) {
    const int32_t rows = p.out_h - y;
    const uint32_t there = rows < layout.rows ? (1u << 4 * rows * layout.columns) - 1 : work.all;
    group->output = output;
    for (int32_t x = 0; x < p.out_w; x += layout.columns) {
      group->lanes = there & (x + layout.columns < p.out_w ? work.all : work.last);
      if (work.one_tile) {
        GatherPatches(work, p, image, y, x, 0, 0);
        ComputeGroup(*group, Step::kAll);
      } else {
        for (int32_t c = 0; c < group->channels; ++c) {
          vst1q_s32(group->sums + 4 * c, vdupq_n_s32(group->factors[c].bias));
        }
        for (int32_t ky = 0; ky < p.kernel_h; ky += work.tile_h) {
          for (int32_t kx = 0; kx < p.kernel_w; kx += work.tile_w) {
            GatherWeights(work, p, filter, ky, kx);
            GatherPatches(work, p, image, y, x, ky, kx);
            ComputeGroup(*group, Step::kAddTile);
          }
        }
        ComputeGroup(*group, Step::kFinish);
      }
      group->output += layout.columns * p.out_c;
    }
    output += layout.rows * p.out_w * p.out_c;
  }
}

// The one pixel of an image, each channel with its own input.
[[gnu::noinline]] void DepthwiseAlone(const ConvParams& p, const ChannelScales& scales,
                                      const int8_t* input, const int8_t* filter,
                                      const int32_t* bias, int8_t* output) {
  const TapRange rows = ClipTaps(-p.pad_top, p.kernel_h, p.dilation_h, p.in_h);
  const TapRange columns = ClipTaps(-p.pad_left, p.kernel_w, p.dilation_w, p.in_w);
  const OutputRange range{p.out_zero_point, p.out_min, p.out_max};
  const int32_t x_row = p.dilation_h * p.in_w * p.in_c;
  const int32_t w_row = p.kernel_w * p.out_c;
  int32_t lines = rows.end - rows.first;
  int32_t taps = columns.end - columns.first;
  int32_t x_step = p.dilation_w * p.in_c;
  int32_t w_step = p.out_c;
  if (taps == 1) {  // a column is one line
    taps = lines;
    lines = 1;
    x_step = x_row;
    w_step = w_row;
  }
  const int32_t offset = -p.in_zero_point;
  input += ((rows.first * p.dilation_h - p.pad_top) * p.in_w + columns.first * p.dilation_w -
            p.pad_left) *
           p.in_c;
  filter += (rows.first * p.kernel_w + columns.first) * p.out_c;
  for (int32_t c = 0; c < p.out_c; c += 4) {
    const int32_t left = p.out_c - c;
    const mve_pred16_t there = vctp32q(static_cast<uint32_t>(left));
    int32x4_t sum = bias ? vldrwq_z_s32(bias + c, there) : vdupq_n_s32(0);
    const int8_t* x = input + c;
    const int8_t* w = filter + c;
    for (int32_t line = 0; taps > 0 && line < lines; ++line) {
      const int8_t* line_x = x;
      const int8_t* line_w = w;
      asm volatile(
          "vmsr p0, %[there]\n"
          "dls lr, %[taps]\n"
          "1:\n"
          "vpstt\n"
          "vldrbt.s32 q0, [%[x]]\n"
          "vldrbt.s32 q1, [%[w]]\n"
          "add %[x], %[x_step]\n"
          "add %[w], %[w_step]\n"
          "vadd.i32 q0, q0, %[offset]\n"
          "vmul.i32 q0, q0, q1\n"
          "vadd.i32 %q[sum], %q[sum], q0\n"
          "le lr, 1b\n"
          : [x] "+l"(line_x), [w] "+l"(line_w), [sum] "+w"(sum)
          : [there] "r"(there), [taps] "r"(taps), [x_step] "r"(x_step), [w_step] "r"(w_step),
            [offset] "r"(offset)
          : "q0", "q1", "lr", "memory");
      x += x_row;
      w += w_row;
    }
    QuadRequant requant;
    MakeRequants(scales, c, left < 4 ? left : 4, &requant);
    vstrbq_p_s32(output + c,
                 ToOutput(sum, vld1q_s32(requant.multiplier), vld1q_s32(requant.shift), range),
                 there);
  }
}

// kByStrips: DepthwiseConvBlockStripsS8.
template <bool kByStrips>
[[gnu::always_inline]] inline void Depthwise(const ConvParams& p, const ChannelScales& scales,
                                             const int8_t* input, const int8_t* filter,
                                             const int32_t* bias, int8_t* output, void* scratch,
                                             int32_t rows) {
  const int32_t most = p.out_c < kLanes ? p.out_c : kLanes;
  Work work;
  work.plane = kLanes * most;
  work.patches = static_cast<int8_t*>(scratch);
  work.one_tile = DepthwiseConvS8MveIsOneTile(p);
  work.tile_h = DepthwiseConvS8MveTileHeight(p);
  work.tile_w = DepthwiseConvS8MveTileWidth(p);
  const int32_t height = rows < 0 ? -rows : rows;
  const Layout layout = ChooseLayout(p, kByStrips && height < p.out_h ? height : p.out_h);
  work.layout = layout;
  work.weights = work.patches + layout.patches * work.plane;
  auto* const factors = reinterpret_cast<Factor*>(work.weights + work.plane);
  auto* const lanes = reinterpret_cast<Lanes*>(factors + most);
  work.patch_columns = layout.columns / layout.patches;
  const int32_t patch_h = (layout.rows - 1) * p.stride_h + work.tile_h;
  work.patch_h = patch_h;
  work.patch_w = (work.patch_columns - 1) * p.stride_w + work.tile_w;
  work.reach_h = (patch_h - 1) * p.dilation_h;
  work.reach_w = (work.patch_w - 1) * p.dilation_w;
  work.all = (1u << 4 * layout.rows * layout.columns) - 1;
  work.last = 0;
  work.of_inputs = Steps{p.dilation_h * p.in_w * p.in_c, p.dilation_w * p.in_c, patch_h,
                         lanes->input, lanes->slot};
  work.of_weights = Steps{p.kernel_w * p.out_c, p.out_c, patch_h, lanes->weight, lanes->slot};

  Group group;
  group.weights = work.weights;
  group.factors = factors;
  group.out_zero_point = p.out_zero_point;
  group.low = p.out_min;
  group.high = p.out_max;
  group.sums = reinterpret_cast<int32_t*>(lanes + 1);
  for (int32_t i = 0; i < 4; ++i) {
    group.window[i] = work.patches;
    group.offset[i] = 0;
  }
  const int32_t outputs_of_last = (p.out_w - 1) % layout.columns + 1;
  int32_t i = 0;
  for (int32_t row = 0; row < layout.rows; ++row) {
    for (int32_t column = 0; column < layout.columns; ++column, ++i) {
      const int32_t patch = column / work.patch_columns;
      group.window[i] += patch * work.plane + row * p.stride_h +
                         (column - patch * work.patch_columns) * p.stride_w * patch_h;
      work.last |= column < outputs_of_last ? 0xfu << 4 * i : 0;
      group.offset[i] = static_cast<uint32_t>((row * p.out_w + column) * p.out_c);
    }
  }
  for (int32_t first = 0; first < p.out_c; first += group.channels) {
    const int32_t left = p.out_c - first;
    group.channels = left < kLanes ? left : kLanes;
    const int32_t first_input = first / p.filter_c;
    const uint8x16_t channel =
        vpselq_u8(vidupq_n_u8(0, 1), vdupq_n_u8(0), vctp8q(static_cast<uint32_t>(group.channels)));
    vst1q_u8(lanes->slot, vshlq_n_u8(channel, 4));
    vst1q_u8(lanes->weight, channel);
    vst1q_u8(lanes->input, channel);
    for (int32_t c = 0; p.filter_c != 1 && c < kLanes; ++c) {
      lanes->input[c] = static_cast<uint8_t>((first + lanes->weight[c]) / p.filter_c - first_input);
    }
    group.shifts_left = MakeFactors(scales, bias, first, group.channels, factors);
    for (int32_t ky = 0; ky < p.kernel_h; ky += work.tile_h) {
      for (int32_t kx = 0; kx < p.kernel_w; kx += work.tile_w) {
        GatherWeights(work, p, filter + first, ky, kx);
        for (int32_t c = 0; c < group.channels; ++c) {
          factors[c].bias -= p.in_zero_point * vaddvq_s8(vldrbq_s8(work.weights + kLanes * c));
        }
      }
    }
    InStrips<kByStrips>(
        p, input, output, rows, [&](const ConvParams& strip, const int8_t* in, int8_t* out) {
          for (int32_t batch = 0; batch < strip.batches; ++batch) {
            ComputeImage(work, strip, in + first_input, filter + first, out + first, &group);
            in += strip.in_h * p.in_w * p.in_c;
            out += strip.out_h * strip.out_w * p.out_c;
          }
        });
  }
}

}  // namespace

void DepthwiseConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  if (p.batches * p.out_h * p.out_w == 1 && p.filter_c == 1) {
    DepthwiseAlone(p, scales, input, filter, bias, output);
    return;
  }
  Depthwise<false>(p, scales, input, filter, bias, output, scratch, 0);
}

void DepthwiseConvBlockStripsS8(const ConvParams& p, const ChannelScales& scales,
                                const int8_t* input, const int8_t* filter, const int32_t* bias,
                                int8_t* output, void* scratch, int32_t rows) {
  Depthwise<true>(p, scales, input, filter, bias, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
