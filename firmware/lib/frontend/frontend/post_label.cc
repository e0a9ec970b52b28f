#include "frontend/post_label.h"

#include "frontend/post_top_k.h"

#pragma GCC optimize("Os")

namespace frontend {

bool MakeSoftmax(float scale, uint32_t classes, nn::SoftmaxParams* params) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, scale);
  if (bits == 0 || !nn::IsValidScale(bits) || classes == 0 || classes > nn::kMostSoftmaxDepth) {
    return false;
  }
  params->rows = 1;
  params->depth = classes;
  nn::SetSoftmaxScale(nn::ScaleFromBits(bits), nn::MakeScale(1, 0), &params->input);
  if (params->input.shift <= 0) return false;
  params->diff_min = nn::SoftmaxDiffMin(params->input);
  params->out_bits = 8;
  return true;
}

Label ToLabel(const nn::SoftmaxParams& params, const int8_t* logits, int8_t* probabilities) {
  nn::SoftmaxS8(params, logits, probabilities);
  Label label;
  TopK(probabilities, params.depth, 1, &label.index);
  label.confidence = static_cast<uint8_t>(probabilities[label.index] - INT8_MIN);
  return label;
}

}  // namespace frontend
