// A custom op for tests of graphs.

#ifndef TENSORFLOW_LITE_MICRO_TEST_HELPER_CUSTOM_OPS_H_
#define TENSORFLOW_LITE_MICRO_TEST_HELPER_CUSTOM_OPS_H_

#include <cstring>

#include "tensorflow/lite/kernels/op_macros.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflite {
namespace testing {

// Its two inputs' bytes one behind the other, cut to the output's size or filled up with zeros.
class PackerOp {
 public:
  static const TFLMRegistration* getRegistration() { return GetMutableRegistration(); }
  static TFLMRegistration* GetMutableRegistration() {
    static TFLMRegistration registration = micro::RegisterOp(nullptr, Prepare, Invoke);
    return &registration;
  }

 private:
  static TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
    TF_LITE_ENSURE_EQ(context, NumInputs(node), 2);
    TF_LITE_ENSURE_EQ(context, NumOutputs(node), 1);
    return kTfLiteOk;
  }
  static TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
    TfLiteEvalTensor* const output = micro::GetEvalOutput(context, node, 0);
    char* to = output->data.raw;
    size_t left = output->bytes;
    for (int i = 0; i < 2; ++i) {
      const TfLiteEvalTensor* const input = micro::GetEvalInput(context, node, i);
      const size_t bytes = input->bytes < left ? input->bytes : left;
      std::memcpy(to, input->data.raw, bytes);
      to += bytes;
      left -= bytes;
    }
    std::memset(to, 0, left);
    return kTfLiteOk;
  }
};

}  // namespace testing
}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_TEST_HELPER_CUSTOM_OPS_H_
