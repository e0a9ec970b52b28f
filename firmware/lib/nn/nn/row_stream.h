// A run of ops some output rows at a time, so that what one hands to the next is never whole in
// memory: each op makes the rows that those after it read next, into a buffer which keeps those
// that are still read (Alwani et al., "Fused-Layer CNN Accelerators", MICRO 2016, without
// computing a row twice). For generated code, whose plan of the arena says how many rows that are.

#ifndef MCUFORGE_NN_ROW_STREAM_H_
#define MCUFORGE_NN_ROW_STREAM_H_

#include <cstdint>

#include "nn/broadcast.h"
#include "nn/conv_params.h"

namespace nn {

// One image that ops of the run read or write, int8.
struct StreamTensor {
  uint32_t offset;     // in the arena
  uint32_t row_bytes;  // of all channels
  uint16_t rows;       // of the image
  bool is_whole;       // all of them are in memory; else those that are still read
};

// windows: one batch, and the last row's window meets the input. Null: an output row comes of the
// same row of each input.
struct StreamOp {
  const ConvParams* windows;
  uint8_t inputs[2];  // numbers of StreamTensors; twice the same where there is one
  uint8_t output;
};

constexpr uint32_t kMaxStreamTensors = 10;

// ops are in their order; the last one's output and what no op writes are whole.
struct RowStream {
  const StreamTensor* tensors;
  const StreamOp* ops;
  uint8_t tensor_count;  // at most kMaxStreamTensors
  uint8_t op_count;
};

// Some output rows of one op, as an op of its own.
struct StreamPiece {
  // Of an op without windows: as many elements of either input. A Broadcast's further axes need no
  // memory, and a stack is small.
  const Broadcast& shape() const { return *reinterpret_cast<const Broadcast*>(one_axis); }

  union {
    ConvParams params;     // of an op with windows
    uint32_t one_axis[4];  // else: how many axes, elements, steps
  };
  uint32_t elements;  // of the output
  const int8_t* inputs[2];
  int8_t* output;
};

// Computes a piece of the stream's op `op`.
using ComputePiece = void (*)(uint32_t op, const StreamPiece& piece, uint8_t* arena);

// rows: of the last op's output at a time, at least 1; negative: from the bottom up. That output
// may overlap what no op writes where it is not read any more. A tensor that is not whole has room
// for as many rows as codegen/aot/rows/streams.py counts.
void RunRowStream(const RowStream& stream, int32_t rows, uint8_t* arena, ComputePiece compute);

}  // namespace nn

#endif  // MCUFORGE_NN_ROW_STREAM_H_
