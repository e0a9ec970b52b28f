// What IF and WHILE run: a subgraph of the model. It has its own locations and nodes in the arena's
// persistent part; its tensors and scratch lie in the scratch memory of the op that runs it, one
// subgraph's over another's, for what goes from one to the next is copied.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_SUBGRAPH_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_SUBGRAPH_H_

#include "tensorflow/lite/micro/op.h"

namespace tflm {

// As the op keeps it.
struct Subgraph {
  ModelReader::Vector tensors;
  ModelReader::Vector operators;
  ModelReader::Vector inputs;   // tensor indices
  ModelReader::Vector outputs;  // tensor indices
  uint32_t locations;           // offset in the arena
  uint32_t nodes;               // offset in the arena
  uint32_t place;               // offset in the arena of its tensors and scratch
  uint32_t bytes;               // of these
};
static_assert(sizeof(Subgraph) == 48, "the same on every machine");

// Prepares subgraph `index`, whose inputs are like the op's from `first_input` on. Its outputs are
// like the op's, or one bool where it `decides`. kTfLiteError with a message.
TfLiteStatus PrepareSubgraph(OpContext& context, uint32_t index, uint32_t first_input, bool decides,
                             Subgraph* subgraph);

// The graph of a subgraph, its tensors in the op's scratch memory.
Graph OpenSubgraph(const OpContext& context, Subgraph& subgraph);

// Runs it; what fails in it fails the op.
void RunSubgraph(const OpContext& context, Graph& child);

void ResetSubgraph(const OpContext& context, Subgraph& subgraph);

// What one graph's tensors hold into another's, which are as many and as large.
void CopyTensors(const Graph& from, const uint32_t* sources, const Graph& to,
                 const uint32_t* targets, uint32_t count);

// More rounds than any sequence has: a loop that does not end must not hang a device.
constexpr uint32_t kMaxRounds = UINT32_C(1) << 20;

// The steps of control flow, each a function: codegen's recorder, which has to see every way once,
// replaces them.

// Whether a loop comes to its `round`th round.
bool BeginRound(uint32_t round);
// Whether the loop goes on behind its condition.
bool GoesOn(const uint8_t* condition);
// Whether a branch is taken: that for true, or that for false.
bool TakesBranch(const uint8_t* condition, bool branch);
void EndBranches();

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_SUBGRAPH_H_
