#include "tensorflow/lite/micro/kernels/kernel_runner.h"

#include <cstring>
#include <vector>

#include "tensorflow/lite/micro/memory_plan.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/testing/found_dims.h"
#include "tensorflow/lite/micro/testing/mock_subgraphs.h"
#include "tensorflow/lite/micro/testing/test_model.h"

namespace tflite {
namespace micro {
namespace {

constexpr char kCustomName[] = "custom";
// For the interpreter and what an op keeps. Tensors take their size once, scratch likewise: the
// widest keeps a window of an image as int16, which is at most four times its bytes.
constexpr size_t kArenaBytes = 16 * 1024;
constexpr size_t kTimesTensors = 6;

class OneOpResolver : public MicroOpResolver {
 public:
  explicit OneOpResolver(const TFLMRegistration& registration)
      : MicroOpResolver(entries_, 2, nullptr) {
    const tflm::OpDef* const builtin = tflm::BuiltinOf(registration);
    if (builtin) {
      Register(builtin);
      Register(&tflm::ops::kCustom, &tflm::MockSubgraphOp(), tflm::kMockSubgraphName);
    } else {
      Register(&tflm::ops::kCustom, &registration, kCustomName);
    }
  }

 private:
  tflm::OpEntry entries_[2];
};

std::vector<int> Numbers(const TfLiteIntArray& array) {
  return {array.data, array.data + array.size};
}

// As long as it lives, the mock graph is what ops' contexts lead to.
class MockInPlace {
 public:
  explicit MockInPlace(MicroGraph* mock) : before_(MicroGraph::InTest()) {
    MicroGraph::InTest() = mock;
  }
  ~MockInPlace() { MicroGraph::InTest() = before_; }
  MockInPlace(const MockInPlace&) = delete;
  MockInPlace& operator=(const MockInPlace&) = delete;

 private:
  MicroGraph* const before_;
};

// What stands in the place of a tensor that the op has nothing to do with, of which a test may say
// nothing.
TfLiteTensor Scalar() {
  static TfLiteIntArray no_dims = {0, {}};
  TfLiteTensor tensor{};
  tensor.dims = &no_dims;
  tensor.type = kTfLiteFloat32;
  return tensor;
}

// What stands in the place of an input of no elements, which an op does not read.
TfLiteTensor Zero(TfLiteType type) {
  static const uint64_t zero[2] = {};
  TfLiteTensor tensor = Scalar();
  tensor.type = type;
  tensor.bytes = TfLiteTypeGetSize(type);
  tensor.data.raw_const = reinterpret_cast<const char*>(zero);
  return tensor;
}

}  // namespace

struct KernelRunner::Run {
  Run(const TFLMRegistration& registration, tflm::TestModel written, size_t arena_bytes)
      : model(static_cast<tflm::TestModel&&>(written)),
        arena(arena_bytes),
        resolver(registration),
        interpreter(GetModel(model.bytes.data(), model.bytes.size()), resolver, arena.data(),
                    arena.size()) {}

  tflm::TestModel model;
  std::vector<uint8_t> arena;
  OneOpResolver resolver;
  MicroInterpreter interpreter;
};

KernelRunner::KernelRunner(const TFLMRegistration& registration, TfLiteTensor* tensors,
                           int tensors_size, TfLiteIntArray* inputs, TfLiteIntArray* outputs,
                           const void* builtin_data, TfLiteIntArray*)
    : registration_(registration),
      tensors_(tensors),
      tensors_size_(tensors_size),
      inputs_(inputs),
      outputs_(outputs),
      builtin_data_(builtin_data) {}

KernelRunner::~KernelRunner() = default;

bool KernelRunner::IsAmong(const TfLiteIntArray* indices, int tensor) const {
  bool found = false;
  for (int i = 0; i < indices->size; ++i) {
    found = found || indices->data[i] == tensor;
  }
  return found;
}

TfLiteStatus KernelRunner::InitAndPrepare(const char* init_data, size_t length) {
  const tflm::OpDef* const builtin = tflm::BuiltinOf(registration_);
  const tflm::TestOp op = {builtin ? int32_t{builtin->code} : int32_t{BuiltinOperator_CUSTOM},
                           builtin ? nullptr : kCustomName,
                           builtin ? builtin_data_ : nullptr,
                           builtin ? nullptr : init_data,
                           length,
                           Numbers(*inputs_),
                           Numbers(*outputs_)};
  if (builtin && outputs_->size != 0 &&
      !tflm::FindDims(op.code, builtin_data_, tensors_, *inputs_, &tensors_[outputs_->data[0]])) {
    return kTfLiteError;
  }
  const MockInPlace mock_in_place(&mock_graph_);
  std::vector<tflm::TestSubgraph> subgraphs = {{{}, {}, {}, Numbers(*outputs_), {op}}};
  std::vector<TfLiteTensor>& tensors = subgraphs[0].tensors;
  std::vector<bool>& is_constant = subgraphs[0].is_constant;
  size_t arena_bytes = kArenaBytes;
  for (int i = 0; i < tensors_size_; ++i) {
    const bool is_input = IsAmong(inputs_, i);
    const bool is_output = IsAmong(outputs_, i);
    tensors.push_back(is_input || is_output ? tensors_[i] : Scalar());
    if (is_input && tensors_[i].bytes == 0) {
      tensors.back() = Zero(tensors_[i].type);
    }
    is_constant.push_back(is_input && !is_output && !tensors_[i].is_variable &&
                          tensors.back().data.data);
    arena_bytes += kTimesTensors * tensors.back().bytes;
  }
  tflm::AddMockSubgraphs(&subgraphs);
  run_.reset(new Run(registration_, tflm::WriteTestModel(subgraphs), arena_bytes));
  const TfLiteStatus status = run_->interpreter.AllocateTensors();
  if (status != kTfLiteOk) {
    run_.reset();
  }
  return status;
}

void KernelRunner::CopyIn() {
  const tflm::Graph& graph = run_->interpreter.graph();
  for (int i = 0; i < tensors_size_; ++i) {
    const uint32_t data = run_->model.data[static_cast<size_t>(i)];
    const bool is_state = IsAmong(inputs_, i) && tensors_[i].is_variable;
    if ((data != 0 || is_state) && tensors_[i].bytes != 0) {
      uint8_t* const to =
          data != 0 ? run_->model.bytes.data() + data : graph.Data(graph.locations[i]);
      std::memcpy(to, tensors_[i].data.data, tensors_[i].bytes);
    }
  }
}

void KernelRunner::CopyVariablesOut() {
  const tflm::Graph& graph = run_->interpreter.graph();
  for (int i = 0; i < tensors_size_; ++i) {
    if (IsAmong(inputs_, i) && tensors_[i].is_variable) {
      std::memcpy(tensors_[i].data.data, graph.Data(graph.locations[i]), tensors_[i].bytes);
    }
  }
}

TfLiteStatus KernelRunner::Invoke() {
  if (!run_) {
    return kTfLiteError;
  }
  const MockInPlace mock_in_place(&mock_graph_);
  CopyIn();
  uint8_t* const once = tflm::OnceVariable(run_->interpreter.graph());
  if (once) {
    *once = 0;
  }
  const TfLiteStatus status = run_->interpreter.Invoke();
  if (once && *once != 0) {
    mock_graph_.InvokeSubgraph(
        static_cast<const TfLiteCallOnceParams*>(builtin_data_)->init_subgraph_index);
  }
  CopyVariablesOut();
  for (int i = 0; status == kTfLiteOk && i < outputs_->size; ++i) {
    TfLiteTensor& to = tensors_[outputs_->data[i]];
    std::memcpy(to.data.data, run_->interpreter.output(static_cast<size_t>(i))->data.data,
                to.bytes);
  }
  return status;
}

TfLiteStatus KernelRunner::Reset() {
  if (!run_) {
    return kTfLiteError;
  }
  const MockInPlace mock_in_place(&mock_graph_);
  const TfLiteStatus status = run_->interpreter.Reset();
  CopyVariablesOut();
  return status;
}

TfLiteStatus KernelRunner::Free() {
  run_.reset();
  return kTfLiteOk;
}

}  // namespace micro
}  // namespace tflite
