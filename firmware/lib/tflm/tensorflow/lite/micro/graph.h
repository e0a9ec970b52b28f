// The model as the interpreter keeps it in the arena: a few bytes an op, no pointers (so that
// 32-bit and 64-bit machines need the same arena), everything else read from the model where it
// lies.
//
// Arena, from its aligned start:   [locations][nodes][API tensors][op parameters ...][activations
// and scratch]

#ifndef TENSORFLOW_LITE_MICRO_GRAPH_H_
#define TENSORFLOW_LITE_MICRO_GRAPH_H_

#include <stdint.h>

#include "nn/scale.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"
#include "tensorflow/lite/micro/micro_profiler_interface.h"
#include "tensorflow/lite/micro/model_reader.h"

namespace tflm {

// Where a tensor's bytes are: an offset into the arena, or with kInModel an offset into the model.
// While ops are prepared, kComputed with its size says that it is no constant; 0: nobody asked yet.
using Location = uint32_t;
constexpr Location kInModel = UINT32_C(1) << 31;
constexpr Location kComputed = UINT32_C(1) << 30;
constexpr Location kNowhere = 0;

constexpr uint32_t kNoTensor = UINT32_MAX;  // as a tensor's index

struct Node {
  uint32_t inputs;  // position in the model of its input tensor indices (int32; their count is just
                    // before); 0: it has none
  uint32_t outputs;  // the same for its outputs
  uint32_t scratch;  // while preparing: bytes asked for; then the offset into the arena
  uint16_t params;   // the op's parameters, in units of 4 bytes from the arena's start; 0: none
  uint8_t resolver_slot;    // which entry of the resolver runs it
  uint8_t in_place_inputs;  // bit i: output 0 may take over the memory of input i
};
static_assert(sizeof(Node) == 16, "the same on every machine");

// An int8 tensor with one scale and one zero point in int8's range.
struct QuantizedS8 {
  nn::Scale scale;
  int8_t zero_point;
};

struct Graph {
  // The rest is set as AllocateTensors comes to it.
  Graph(const uint8_t* model, uint32_t model_bytes, const tflite::MicroOpResolver& op_resolver,
        tflite::MicroProfilerInterface* op_profiler, uint8_t* arena_start, uint32_t arena_size)
      : reader(model, model_bytes),
        resolver(op_resolver),
        profiler(op_profiler),
        arena(arena_start),
        arena_bytes(arena_size) {}

  ModelReader reader;
  const tflite::MicroOpResolver& resolver;
  tflite::MicroProfilerInterface* profiler;  // null: nobody listens
  ModelReader::Vector operator_codes;        // tables
  ModelReader::Vector tensors;               // tables
  ModelReader::Vector buffers;               // tables
  ModelReader::Vector operators;             // tables
  uint8_t* arena;                            // 16-byte aligned
  uint32_t arena_bytes;
  uint32_t persistent_bytes;  // used from the arena's start
  uint32_t variables;         // offset of the first Variable (variables.h); 0: none
  uint32_t most_bytes;        // of the arena, that a subgraph's planning needed
  uint32_t depth;             // 0: subgraph 0; 1: one that an op of it runs, and so on

  bool keeps_tensors;  // a tensor keeps its value from one Invoke to the next
  // Of this Invoke: kTfLiteError where an op met data that it cannot compute with, another one
  // where a custom op ended it half-way.
  TfLiteStatus eval_status : 8;
  Location* locations;  // [tensors.count]
  Node* nodes;          // [operators.count]

  // The computed tensor that was read last: mostly, one op's output is the next one's input.
  mutable uint32_t last_index;
  mutable TensorInfo last_info;
  // The same for the quantization that was read last: TensorInfo::quantization, 0: none.
  mutable uint32_t last_quantization;
  mutable QuantizedS8 last_quantized;

  // Reads tensor `index`, and notes its location if that is not known yet. False if there is no
  // such tensor or it is malformed; a message says why.
  bool ReadTensor(int32_t index, TensorInfo* info) const;

  // Whether the model says that a tensor, which it has, keeps its value from one Invoke to the
  // next.
  bool IsVariable(uint32_t index) const;

  // Tensor indices in the model; how many they are stands before the first.
  struct Indices {
    const uint32_t* first;
    uint32_t count() const { return first[-1]; }
    const uint32_t* begin() const { return first; }
    const uint32_t* end() const { return first + count(); }
  };
  // Those that Node::inputs or Node::outputs refers to.
  [[gnu::always_inline]] Indices IndicesAt(uint32_t pos) const {
    static constexpr uint32_t kNone[] = {0};
    return {pos ? reinterpret_cast<const uint32_t*>(reader.data() + pos) : kNone + 1};
  }

  // The same, or a shape, which a scalar may leave out, as the API has it: a flatbuffer vector has
  // the layout of a TfLiteIntArray. Nobody writes to it.
  TfLiteIntArray* IntArrayAt(uint32_t pos) const {
    return reinterpret_cast<TfLiteIntArray*>(const_cast<uint32_t*>(IndicesAt(pos).first - 1));
  }

  // `bytes` of the arena for good, aligned to 4 or 8; null (with a message) when it is full.
  void* Reserve(uint32_t bytes, uint32_t alignment = 8);
  // The same, zeroed.
  void* AllocatePersistent(uint32_t bytes, uint32_t alignment = 8);

  uint8_t* Data(Location location) const {
    return location & kInModel ? const_cast<uint8_t*>(reader.data()) + (location & ~kInModel)
                               : arena + location;
  }
};

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_GRAPH_H_
