// Models with subgraphs for tests, which come by them from test_helpers.h.

#ifndef TENSORFLOW_LITE_MICRO_TESTING_CONTROL_MODELS_H_
#define TENSORFLOW_LITE_MICRO_TESTING_CONTROL_MODELS_H_

#include "tensorflow/lite/schema/schema_generated.h"

namespace tflite {
namespace testing {

// Written when they are first asked for, and there from then on.

// Inputs: a condition, which is one bool, and two pairs of floats. Output: their sums where it
// holds, else their products.
const Model* GetSimpleModelWithSubgraphsAndIf();
// Inputs and outputs: two floats. The second is added to the first as long as that is the less.
const Model* GetSimpleModelWithSubgraphsAndWhile();
// Inputs: a condition, 8 and 16 int32. Output: 32, where the condition holds by way of 12 that
// PackerOp makes of both, which are packed with the 16 once more; else 16 and 8.
const Model* GetModelWithIfAndSubgraphInputTensorOverlap();
constexpr char kPackerName[] = "packer";  // of PackerOp in a model

}  // namespace testing
}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_TESTING_CONTROL_MODELS_H_
