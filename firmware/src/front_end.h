// The front end, which makes the model's input of a sample while it comes (docs/protocol.md, LOAD).
// The generated frontend.h says what it is; without one nothing is called.

#ifndef MCUFORGE_SRC_FRONT_END_H_
#define MCUFORGE_SRC_FRONT_END_H_

#include <cstdint>

#include "frontend.h"
#include "wire/frame.h"

namespace front_end {

#if MCUFORGE_HAS_FRONT_END
// A sample begins, which makes the kFeatureCount values of `input`.
void Start(int8_t* input);

// The next bytes of the sample, as many as there are.
void Push(wire::Span bytes);

// How long Push took since Start.
uint32_t Ticks();
#else
inline void Start(int8_t*) {}
inline void Push(wire::Span) {}
inline uint32_t Ticks() { return 0; }
#endif

}  // namespace front_end

#endif  // MCUFORGE_SRC_FRONT_END_H_
