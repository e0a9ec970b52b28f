// Made by mcuforge from the model with sha256
// 06899f8da7efd9c841d3f63c0a32b10e4ada32c53fae08917b321e5d68a29a41; do not edit.

#ifndef MCUFORGE_GENERATED_MODEL_DATA_H_
#define MCUFORGE_GENERATED_MODEL_DATA_H_

namespace mcuforge {

constexpr unsigned int kModelDataBytes = 21080;

// The .tflite file. The complete type lets tflite::GetModel() know where it ends.
alignas(16) extern const unsigned char g_model_data[21080];

}  // namespace mcuforge

#endif  // MCUFORGE_GENERATED_MODEL_DATA_H_
