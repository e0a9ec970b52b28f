#include "tensorflow/lite/micro/testing/found_dims.h"

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/micro/memory_helpers.h"
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {
namespace {

bool FindReshaped(const TfLiteTensor& input, bool has_shape, TfLiteIntArray* dims) {
  if (!has_shape && dims->size == 1 && dims->data[0] == 0) {
    dims->size = 0;  // as models of long ago say a scalar
  }
  int* open = nullptr;
  int known = 1;
  for (int i = 0; i < dims->size; ++i) {
    int* const extent = &dims->data[i];
    known *= *extent == -1 ? 1 : *extent;
    if (*extent < 0 && (*extent != -1 || open)) {
      MicroPrintf("RESHAPE: the output's extents are to be above 0, but for one of -1");
      return false;
    }
    open = *extent == -1 ? extent : open;
  }
  const int elements = tflite::ElementCount(*input.dims);
  if (open && (known == 0 || elements % known != 0)) {
    MicroPrintf("RESHAPE: %d elements do not fill rows of %d", elements, known);
    return false;
  }
  if (open) {
    *open = elements / known;
  }
  return true;
}

bool IsOpen(const TfLiteIntArray& dims) { return tflite::ElementCount(dims) == 0; }

// Begins with no extents.
class Extents {
 public:
  explicit Extents(TfLiteIntArray* dims) : dims_(dims) { dims_->size = 0; }
  // Those of `of` from `first` on, before `end`.
  void Append(const TfLiteIntArray& of, int first, int end) {
    for (int i = first; i < end; ++i) {
      dims_->data[dims_->size++] = of.data[i];
    }
  }

 private:
  TfLiteIntArray* const dims_;
};

void FindGathered(const TfLiteIntArray& input, const TfLiteIntArray& positions,
                  const TfLiteGatherParams& params, TfLiteIntArray* dims) {
  const int axis = params.axis < 0 ? params.axis + input.size : params.axis;
  Extents extents(dims);
  extents.Append(input, 0, axis);
  extents.Append(positions, params.batch_dims, positions.size);
  extents.Append(input, axis + 1, input.size);
}

// The last extent of the indices is how many of them lead to a part of the input.
void FindGatheredNd(const TfLiteIntArray& input, const TfLiteIntArray& indices,
                    TfLiteIntArray* dims) {
  Extents extents(dims);
  extents.Append(indices, 0, indices.size - 1);
  extents.Append(input, indices.data[indices.size - 1], input.size);
}

}  // namespace

bool FindDims(int32_t code, const void* builtin_data, const TfLiteTensor* tensors,
              const TfLiteIntArray& inputs, TfLiteTensor* output) {
  using namespace tflite;
  bool found = true;
  const TfLiteTensor& input = tensors[inputs.data[0]];
  if (code == BuiltinOperator_RESHAPE) {
    found = FindReshaped(input, inputs.size > 1, output->dims);
  } else if (code == BuiltinOperator_GATHER && IsOpen(*output->dims)) {
    FindGathered(*input.dims, *tensors[inputs.data[1]].dims,
                 *static_cast<const TfLiteGatherParams*>(builtin_data), output->dims);
  } else if (code == BuiltinOperator_GATHER_ND && IsOpen(*output->dims)) {
    FindGatheredNd(*input.dims, *tensors[inputs.data[1]].dims, output->dims);
  } else {
    return true;
  }
  output->bytes = static_cast<size_t>(found ? ElementCount(*output->dims) : 0) *
                  TfLiteTypeGetSize(output->type);
  return found;
}

}  // namespace tflm
