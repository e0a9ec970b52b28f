// Windowed ops a strip of output rows at a time, so that the output may lie over input rows that no
// later strip reads (Gural and Murmann, "Memory-Optimal Direct Convolutions", ICML 2019, for
// single rows). For generated code, whose plan of the arena says how many rows are safe.

#ifndef MCUFORGE_NN_STRIPS_S8_H_
#define MCUFORGE_NN_STRIPS_S8_H_

#include "nn/conv_params.h"
#include "nn/isa.h"
#include "nn/scale.h"

namespace nn {

// Each as the function without "Strips", but
//   params  one batch, no groups, and the last row's window meets the input
//   scratch of a convolution ConvStripsS8ScratchBytes: its channels are made ready once
//   rows    of output that a strip has, at least 1; the last strip may have fewer. Negative: from
//           the bottom strip up
//   output  may overlap input where no strip writes what it or a later one reads
void ConvStripsS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
                  const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                  int32_t rows);
#if !MCUFORGE_ISA_MVE
void ConvFastStripsS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                      int32_t rows);
#else
inline void ConvFastStripsS8(const ConvParams& params, const ChannelScales& scales,
                             const int8_t* input, const int8_t* filter, const int32_t* bias,
                             int8_t* output, void* scratch, int32_t rows) {
  ConvStripsS8(params, scales, input, filter, bias, output, scratch, rows);
}
#endif

void DepthwiseConvStripsS8(const ConvParams& params, const ChannelScales& scales,
                           const int8_t* input, const int8_t* filter, const int32_t* bias,
                           int8_t* output, void* scratch, int32_t rows);

// The same channels first: those of a block are made ready once, for all of its strips. For a
// multiplier of 1 and channels in fours (DepthwiseConvS8InBlocks), and an output that starts a
// multiple of the channels from the input, so that no channel is written on another one.
void DepthwiseConvBlockStripsS8(const ConvParams& params, const ChannelScales& scales,
                                const int8_t* input, const int8_t* filter, const int32_t* bias,
                                int8_t* output, void* scratch, int32_t rows);

void MaxPoolStripsS8(const ConvParams& params, const int8_t* input, int8_t* output, int32_t rows);
void AveragePoolStripsS8(const ConvParams& params, const int8_t* input, int8_t* output,
                         int32_t rows);

}  // namespace nn

#endif  // MCUFORGE_NN_STRIPS_S8_H_
