// CONV_2D, int8, per-channel weights.

#ifndef MCUFORGE_NN_CONV_S8_H_
#define MCUFORGE_NN_CONV_S8_H_

#include "nn/conv_params.h"
#include "nn/isa.h"
#include "nn/scale.h"

namespace nn {

// Scratch that ConvS8 needs on `isa`, bytes.
constexpr uint32_t ConvS8ScratchBytes(const ConvParams&, Isa) { return 0; }

//   input   [batches, in_h, in_w, in_c]        filter [out_c, kernel_h, kernel_w, filter_c]
//   bias    [out_c] or null                    output [batches, out_h, out_w, out_c], not
//   overlapping input scratch ConvS8ScratchBytes, 4-byte aligned
void ConvS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch);

}  // namespace nn

#endif  // MCUFORGE_NN_CONV_S8_H_
