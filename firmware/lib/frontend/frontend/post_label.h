// From logits to a label and how sure the model is, for models that do not end in SOFTMAX.

#ifndef MCUFORGE_FRONTEND_POST_LABEL_H_
#define MCUFORGE_FRONTEND_POST_LABEL_H_

#include <cstdint>

#include "nn/softmax_s8.h"

namespace frontend {

struct Label {
  uint16_t index;      // the lowest of equal ones
  uint8_t confidence;  // its probability in 256ths; 255 stands for more, too
};

// Parameters for `classes` logits with the scale of the model's output, a positive float32. False
// if the scale is so small that all probabilities are alike, or there are more than 4095 classes.
bool MakeSoftmax(float scale, uint32_t classes, nn::SoftmaxParams* params);

// probabilities: receives those of each class, with scale 1/256 and zero point -128, the very bytes
// that SOFTMAX at the model's end would give; may be the logits' buffer.
Label ToLabel(const nn::SoftmaxParams& params, const int8_t* logits, int8_t* probabilities);

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_POST_LABEL_H_
