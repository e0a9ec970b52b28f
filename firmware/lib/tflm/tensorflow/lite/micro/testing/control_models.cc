#include "tensorflow/lite/micro/testing/control_models.h"

#include <vector>

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/micro/testing/test_model.h"

namespace tflite {
namespace testing {
namespace {

// Without contents. dims: their count, then they.
TfLiteTensor Tensor(TfLiteType type, int* dims, int elements) {
  TfLiteTensor tensor{};
  tensor.dims = reinterpret_cast<TfLiteIntArray*>(dims);
  tensor.type = type;
  tensor.bytes = static_cast<uint32_t>(elements) * static_cast<uint32_t>(TfLiteTypeGetSize(type));
  return tensor;
}

tflm::TestOp Op(BuiltinOperator code, const void* builtin_data, std::vector<int> inputs,
                std::vector<int> outputs) {
  return {code, nullptr, builtin_data, nullptr, 0, inputs, outputs};
}

// All tensors computed.
tflm::TestSubgraph Subgraph(const std::vector<TfLiteTensor>& tensors, std::vector<int> inputs,
                            std::vector<int> outputs, const tflm::TestOp& op) {
  return {tensors, std::vector<bool>(tensors.size()), inputs, outputs, {op}};
}

}  // namespace

const Model* GetSimpleModelWithSubgraphsAndIf() {
  static int one[] = {1, 1};
  static int two[] = {1, 2};
  static const TfLiteIfParams branches = {1, 2};
  static const TfLiteAddParams add = {};
  static const TfLiteMulParams mul = {};
  const TfLiteTensor condition = Tensor(kTfLiteBool, one, 1);
  const TfLiteTensor pair = Tensor(kTfLiteFloat32, two, 2);
  static const tflm::TestModel model = tflm::WriteTestModel(
      {Subgraph({condition, pair, pair, pair}, {0, 1, 2}, {3},
                Op(BuiltinOperator_IF, &branches, {0, 1, 2}, {3})),
       Subgraph({pair, pair, pair}, {0, 1}, {2}, Op(BuiltinOperator_ADD, &add, {0, 1}, {2})),
       Subgraph({pair, pair, pair}, {0, 1}, {2}, Op(BuiltinOperator_MUL, &mul, {0, 1}, {2}))});
  return GetModel(model.bytes.data(), model.bytes.size());
}

const Model* GetSimpleModelWithSubgraphsAndWhile() {
  static int one[] = {1, 1};
  static const TfLiteWhileParams subgraphs = {1, 2};
  static const TfLiteAddParams add = {};
  const TfLiteTensor number = Tensor(kTfLiteFloat32, one, 1);
  const TfLiteTensor less = Tensor(kTfLiteBool, one, 1);
  static const tflm::TestModel model =
      tflm::WriteTestModel({Subgraph({number, number, number, number}, {0, 1}, {2, 3},
                                     Op(BuiltinOperator_WHILE, &subgraphs, {0, 1}, {2, 3})),
                            Subgraph({number, number, less}, {0, 1}, {2},
                                     Op(BuiltinOperator_LESS, nullptr, {0, 1}, {2})),
                            Subgraph({number, number, number}, {0, 1}, {2, 1},
                                     Op(BuiltinOperator_ADD, &add, {0, 1}, {2}))});
  return GetModel(model.bytes.data(), model.bytes.size());
}

const Model* GetModelWithIfAndSubgraphInputTensorOverlap() {
  static int extents[][2] = {{1, 1}, {1, 8}, {1, 16}, {1, 12}, {1, 32}};
  static const TfLiteIfParams branches = {1, 2};
  const auto ints = [](int* dims) { return Tensor(kTfLiteInt32, dims, dims[1]); };
  const TfLiteTensor condition = Tensor(kTfLiteBool, extents[0], 1);
  const TfLiteTensor few = ints(extents[1]), many = ints(extents[2]), all = ints(extents[4]);
  const auto pack = [](std::vector<int> inputs, int output) -> tflm::TestOp {
    return {BuiltinOperator_CUSTOM, kPackerName, nullptr, nullptr, 0, inputs, {output}};
  };
  tflm::TestSubgraph twice =
      Subgraph({few, many, ints(extents[3]), all}, {0, 1}, {3}, pack({0, 1}, 2));
  twice.ops.push_back(pack({2, 1}, 3));
  static const tflm::TestModel model =
      tflm::WriteTestModel({Subgraph({condition, few, many, all}, {0, 1, 2}, {3},
                                     Op(BuiltinOperator_IF, &branches, {0, 1, 2}, {3})),
                            twice, Subgraph({few, many, all}, {0, 1}, {2}, pack({1, 0}, 2))});
  return GetModel(model.bytes.data(), model.bytes.size());
}

}  // namespace testing
}  // namespace tflite
