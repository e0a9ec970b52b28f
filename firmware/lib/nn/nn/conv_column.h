// The inputs of one output pixel as one run of bytes.

#ifndef MCUFORGE_NN_CONV_COLUMN_H_
#define MCUFORGE_NN_CONV_COLUMN_H_

#include "nn/conv_params.h"

namespace nn {

// Copies the window whose first tap is at (in_y0, in_x0) into `column`, kernel_h * kernel_w *
// filter_c bytes; taps outside of the input get its zero point. `group_input`: the image, from the
// group's first channel on.
void GatherColumn(const ConvParams& params, const int8_t* group_input, int32_t in_y0, int32_t in_x0,
                  int8_t* column);

}  // namespace nn

#endif  // MCUFORGE_NN_CONV_COLUMN_H_
