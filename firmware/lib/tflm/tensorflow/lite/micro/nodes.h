// The nodes of one subgraph: made from the model, prepared, run.

#ifndef TENSORFLOW_LITE_MICRO_NODES_H_
#define TENSORFLOW_LITE_MICRO_NODES_H_

#include "tensorflow/lite/micro/graph.h"

namespace tflm {

// Which tensors and operators a graph has, from subgraph `index` of the model. inputs, outputs: its
// tensor indices. False if it is malformed.
bool ReadSubgraph(Graph* graph, uint32_t index, ModelReader::Vector* inputs,
                  ModelReader::Vector* outputs);

// Room for its locations and nodes. False, with a message, when the arena is full.
bool AllocateNodes(Graph* graph);

// Finds each operator's op and has it check the operator. kTfLiteError with a message.
TfLiteStatus PrepareNodes(Graph& graph);

// Computes one node after the other, until one sets Graph::eval_status.
void InvokeNodes(Graph& graph);

// What ops keep from one Invoke to the next, back to where it started.
void ResetNodes(Graph& graph);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_NODES_H_
