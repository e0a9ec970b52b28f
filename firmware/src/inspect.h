// PROFILE and PEEK: a look into one inference, op by op.

#ifndef MCUFORGE_SRC_INSPECT_H_
#define MCUFORGE_SRC_INSPECT_H_

#include <cstddef>
#include <cstdint>

namespace inspect {

constexpr size_t kPeekArgumentBytes = 10;  // op u16, offset u32, size u32

// Whether there is such an op, and the piece lies in the arena.
bool IsValidPeek(const uint8_t* arguments);

// Both run the model on the input that has been set and send the reply. False if no reply was
// sent, because the runtime failed.
bool Profile();
bool Peek(const uint8_t* arguments);

}  // namespace inspect

#endif  // MCUFORGE_SRC_INSPECT_H_
