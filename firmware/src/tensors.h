// The model's inputs and outputs on the line: what they are, and what an inference computed.

#ifndef MCUFORGE_SRC_TENSORS_H_
#define MCUFORGE_SRC_TENSORS_H_

#include <cstdint>

namespace tensors {

// Sends the reply to TENSOR. False, with nothing sent, if there is no such tensor.
bool Describe(const uint8_t* arguments);

// Sends the reply to RUN, of the inference that has just been made, and took `ticks`.
void ReplyToRun(uint32_t ticks);

// Sends the reply to READ. False, with nothing sent, if there is no such piece, or not any more.
bool Read(const uint8_t* arguments);

}  // namespace tensors

#endif  // MCUFORGE_SRC_TENSORS_H_
