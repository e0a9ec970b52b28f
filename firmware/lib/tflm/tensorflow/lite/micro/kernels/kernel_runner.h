// Runs one op on tensors of a test, as upstream's tests of kernels do.
//
// Here an op reads its model. So the tensors, the op and its parameters are written as a model of
// one op, which an interpreter runs; memory comes from the heap. Inputs are constants of that model
// and copied into it before each Invoke, so that ops take any of them as weights; what prepare
// reads of them is what it was then. Only what this header needs is linked, and only where it is
// used.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_KERNEL_RUNNER_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_KERNEL_RUNNER_H_

#include <stddef.h>

#include <memory>
#include <type_traits>

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/core/api/error_reporter.h"
#include "tensorflow/lite/micro/kernels/micro_ops.h"
#include "tensorflow/lite/micro/micro_common.h"
#include "tensorflow/lite/micro/mock_micro_graph.h"

namespace tflite {
namespace micro {

class KernelRunner {
 public:
  // registration: a custom op's, or of a Register_XXX() of micro_ops.h. inputs, outputs: places in
  // `tensors`, -1 for an input that is left out. builtin_data: the op's TfLiteXxxParams, null for
  // none. All but the registration outlive the runner. `intermediates` are not used.
  KernelRunner(const TFLMRegistration& registration, TfLiteTensor* tensors, int tensors_size,
               TfLiteIntArray* inputs, TfLiteIntArray* outputs, const void* builtin_data,
               TfLiteIntArray* intermediates = nullptr);
  // With a reporter, as tests of before 2021 have it; messages go MicroPrintf's way. A template, so
  // that a nullptr is none.
  template <class Reporter,
            class = std::enable_if_t<std::is_convertible<Reporter*, ErrorReporter*>::value>>
  KernelRunner(const TFLMRegistration& registration, TfLiteTensor* tensors, int tensors_size,
               TfLiteIntArray* inputs, TfLiteIntArray* outputs, const void* builtin_data, Reporter*)
      : KernelRunner(registration, tensors, tensors_size, inputs, outputs, builtin_data) {}
  ~KernelRunner();
  KernelRunner(const KernelRunner&) = delete;
  KernelRunner& operator=(const KernelRunner&) = delete;

  // init_data: a custom op's options. kTfLiteError, with a message, where the op refuses.
  TfLiteStatus InitAndPrepare(const char* init_data = nullptr, size_t length = 0);
  // kTfLiteError, too, before InitAndPrepare succeeded.
  TfLiteStatus Invoke();
  // Variables, in the test's tensors, too, and custom ops to where they started.
  TfLiteStatus Reset();
  TfLiteStatus Free();
  // Whether prepare gave its temporary tensors back; giving back does nothing here.
  bool ValidateTempBufferDeallocated() const { return true; }
  // What IF and CALL_ONCE run subgraphs of, and MicroContext::graph() leads to in a custom op.
  MockMicroGraph* GetMockGraph() { return &mock_graph_; }

 private:
  struct Run;

  // Between a tensor of the test and the run.
  void CopyIn();
  void CopyVariablesOut();
  bool IsAmong(const TfLiteIntArray* indices, int tensor) const;

  const TFLMRegistration registration_;
  TfLiteTensor* const tensors_;
  const int tensors_size_;
  TfLiteIntArray* const inputs_;
  TfLiteIntArray* const outputs_;
  const void* const builtin_data_;
  MockMicroGraph mock_graph_;
  std::unique_ptr<Run> run_;  // null until InitAndPrepare, and after Free
};

}  // namespace micro

using micro::KernelRunner;

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_KERNEL_RUNNER_H_
